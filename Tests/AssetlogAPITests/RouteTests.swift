import AssetlogCore
import AssetlogGzip
import HTTPTypes
import Testing

@Suite("The routes")
struct RouteTests {
    private static let known = ["/api/v1/events", "/api/v1/openapi.json", "/server_info", "/metrics", "/livez", "/readyz"]

    @Test("answer GET, and HEAD with the same headers and no body", arguments: known, ["", "/dagster", "/a/b%20c"])
    func getAndHead(_ path: String, prefix: String) async throws {
        let server = try await Server(prefix: PrefixText.of(prefix))
        let get = try await server.get(prefix + path)
        let head = try await server.ask(.head, prefix + path)
        #expect(get.status == 200)
        #expect(!get.body.isEmpty)
        #expect(get.headers[.contentLength] == "\(get.body.count)")
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.headers[.contentLength] == get.headers[.contentLength])
        #expect(head.headers[.contentType] == get.headers[.contentType])
    }

    @Test(
        "answer other methods 405 and say which they know",
        arguments: known + ["/api/v1/events/0193b0a0-0000-7000-8000-000000000000"],
        ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PURGE"])
    func otherMethods(_ path: String, method: String) async throws {
        let server = try await Server()
        let takesEvents = path == "/api/v1/events"
        // What `POST` does there has tests of its own.
        if takesEvents, method == "POST" { return }
        let answer = try await server.ask(try #require(HTTPRequest.Method(rawValue: method)), path)
        #expect(answer.status == 405)
        #expect(answer.headers[.allow] == (takesEvents ? "GET, HEAD, POST" : "GET, HEAD"))
        if path.hasPrefix("/api/") {
            #expect(try answer.problem(405).contains(method))
        } else {
            #expect(try answer.json()["error"] as? String != nil)
        }
    }

    @Test(
        "answer 404 with the path and what there is",
        arguments: [
            "/foo", "/", "//", "/?x", "/index.html", "/server_info/", "/Server_info", "/livez/x", "/server%2Finfo",
            "/report_asset_x",
            "/..", "/api/../livez", "/%00", "/caf%C3%A9", "/%FF", "/metrics/", "/prod/metrics", "/prod", "/%",
            "/<script>alert(1)</script>",
        ],
        ["GET", "POST", "PURGE"])
    func unknown(_ path: String, method: String) async throws {
        let server = try await Server()
        let answer = try await server.ask(try #require(HTTPRequest.Method(rawValue: method)), path)
        #expect(answer.status == 404)
        let text: String
        if path.hasPrefix("/api") {
            text = try answer.problem(404)
        } else {
            #expect(answer.headers[.contentType] == "application/json")
            let members = try answer.json()
            #expect(members.count == 1)
            text = try #require(members["error"] as? String)
        }
        #expect(text.contains("/api/v1/events/{event_id}"))
        #expect(text.contains("/report_asset_materialization/{key}"))
    }

    @Test(
        "say that a deployment was not declared, to a report and to a read",
        arguments: ["/prodd/report_asset_materialization/warehouse/orders", "/prodd/report_asset_x", "/prodd/api/v1/events"],
        ["", "/dagster"])
    func unknownDeployment(_ path: String, prefix: String) async throws {
        let server = try await Server(prefix: prefix, deployments: ["prod"])
        for method in [HTTPRequest.Method.get, .post] {
            let answer = try await server.ask(method, prefix + path)
            #expect(answer.status == 404)
            #expect(answer.text.contains(#"There is no deployment \"prodd\". Deployments are declared"#), "\(answer.text)")
        }
        // A report route that does not exist is another mistake.
        #expect(try await server.get("\(prefix)/prod/report_asset_x").text.contains("There is nothing at"))
    }

    @Test(
        "answer problem details to everything unknown below /api",
        arguments: [
            "/api", "/api/", "/api/v2/events", "/api/v1/events/", "/api//v1/events", "/api/v1/event",
            "/api/api/v1/events",
        ])
    func unknownAPI(_ path: String) async throws {
        let server = try await Server()
        _ = try await server.get(path).problem(404)
    }

    @Test(
        "carry the headers that every answer has",
        arguments: known + ["/nothing", "/api/nothing", "/api/v1/events?x=1"])
    func commonHeaders(_ path: String) async throws {
        let server = try await Server()
        let headers = try await server.get(path).headers
        #expect(headers[.cacheControl] == "no-store")
        #expect(headers[.xContentTypeOptions] == "nosniff")
        #expect(headers[try #require(HTTPField.Name("Referrer-Policy"))] == "no-referrer")
        #expect(headers[.server] == "assetlog")
        if ContentEncoder.isAvailable { #expect(headers[.vary]?.hasSuffix("Accept-Encoding") == true) }
        let date = try #require(headers[.date])
        #expect(
            date.wholeMatch(of: /(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/) != nil)
    }

    @Test(
        "take the absolute form of a target",
        arguments: [("http://assets.example.com:80/livez", 200), ("http://assets.example.com", 404), ("*", 404)])
    func targets(_ target: String, status: Int) async throws {
        let server = try await Server()
        #expect(try await server.get(target).status == status)
    }

    @Test("end no process whatever the target is", arguments: ["", "/dagster/"])
    func survivesAnyTarget(_ prefix: String) async throws {
        let server = try await Server(prefix: prefix, deployments: ["prod"])
        let pieces = [
            "/", "//", "%", "%2F", "%00", "?", "#", ":", "://", "@", "[", "*", "api", "v1", "events", "prod", "é", " ",
            "dagster",
        ]
        for _ in 0..<1000 {
            let target = (0..<Int.random(in: 0..<8)).map { _ in pieces.randomElement() ?? "" }.joined()
            let answer = try await server.get(target)
            #expect([200, 307, 400, 404].contains(answer.status), "\(target)")
        }
    }

    @Test("tell the versions as Dagster does")
    func serverInfo() async throws {
        let server = try await Server()
        #expect(
            try await server.get("/server_info").text
                == #"{"dagster_webserver_version":"1.13.27","dagster_version":"1.13.27","dagster_graphql_version":"1.13.27","assetlog_version":"1.2.3"}"#
        )
    }

    @Test(
        "lie below the prefix, and only the probes outside it too",
        arguments: [
            ("/dagster/server_info", 200), ("/dagster/api/v1/events", 200), ("/dagster/prod/api/v1/events", 200),
            ("/dagster/livez", 200), ("/livez", 200), ("/readyz", 200), ("/metrics", 200), ("/dagster/metrics", 200),
            ("/d%61gster/livez", 200),
            ("/server_info", 404), ("/api/v1/events", 404), ("/Dagster/server_info", 404), ("/dagsterserver_info", 404),
            ("/dagster//server_info", 404), ("/dagster/dagster/livez", 404), ("/prod/api/v1/events", 404),
            ("/dagster%2Flivez", 404), ("//livez", 404), ("/livez/", 404),
        ])
    func prefix(_ path: String, status: Int) async throws {
        let server = try await Server(prefix: "/dagster", deployments: ["prod"])
        #expect(try await server.get(path).status == status)
    }

    @Test(
        "send a browser to the prefix",
        arguments: [
            ("/dagster", "/", "/dagster/"), ("data/log/", "/data/log", "/data/log/"),
            ("/dagster", "/dagster?a=b&c=%20d", "/dagster/?a=b&c=%20d"), ("/dagster", "/?", "/dagster/?"),
        ])
    func redirects(_ prefix: String, from: String, to: String) async throws {
        let server = try await Server(prefix: prefix)
        let answer = try await server.get(from)
        #expect(answer.status == 307)
        #expect(answer.headers[.location] == to)
        #expect(answer.body.isEmpty)
        #expect(try await server.ask(.post, from).status == 405)
        // Whether there is anything is up to the pages.
        #expect(try await server.get(String(to.prefix { $0 != "?" })).status == 404)
    }

    @Test(
        "know a deployment by its name, when it is declared",
        arguments: [
            ("/prod/api/v1/events", 200), ("/%70rod/api/v1/events", 200), ("/a%2Eb/api/v1/events", 200),
            ("/dev/api/v1/events", 404), ("/default/api/v1/events", 404), ("//api/v1/events", 404),
            ("/prod/prod/api/v1/events", 404), ("/prod/server_info", 404), ("/prod/api/v2", 404),
            ("/PROD/api/v1/events", 404),
        ])
    func deployments(_ path: String, status: Int) async throws {
        let server = try await Server(deployments: ["prod", "a.b"])
        let answer = try await server.get(path)
        #expect(answer.status == status)
        if path.hasSuffix("events"), status == 404, path != "/prod/prod/api/v1/events" {
            #expect(try answer.problem(404).contains("deployment"))
        }
    }
}

/// A prefix as it is configured, from how it stands in a URL.
enum PrefixText {
    static func of(_ url: String) -> String { url.replacing("%20", with: " ") }
}
