import Foundation
import Testing

/// Who may do what, asked of the built server over the wire.
@Suite("Access")
struct AccessTests {
    /// A server that asks for tokens, on loopback.
    static func server(
        _ settings: [String] = [], in directory: URL? = nil, _ arguments: [String] = []
    ) throws -> ServerProcess {
        try ServerProcess(
            ["--set", "auth.required=true", "--set", "deployments.declared=prod,staging"]
                + settings.flatMap { ["--set", $0] } + arguments, in: directory)
    }

    static func createToken(_ name: String, _ arguments: [String], on server: ServerProcess) throws -> String {
        let result = try run(
            ServerProcess.binary.path,
            ["token", "create", name, "--data", server.directory.appending(path: "data").path] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result.output.trimmingCharacters(in: .newlines)
    }

    /// The status of a request, made by curl.
    static func status(
        _ method: String, _ path: String, on server: ServerProcess, token: String? = nil, _ arguments: [String] = []
    ) throws -> Int {
        let url = "http://127.0.0.1:\(server.url.port ?? 0)\(path)"
        let header = token.map { ["-H", "Authorization: Bearer \($0)"] } ?? []
        let result = try run(
            "curl",
            ["-s", "-g", "-o", "/dev/null", "-w", "%{http_code}", "--path-as-is", "-X", method, url] + header + arguments)
        return Int(result.output) ?? -1
    }

    /// Waits until a request has a status; changes of tokens take up to a second.
    static func becomes(_ expected: Int, _ ask: () throws -> Int) throws -> Bool {
        let end = Date.now + 60
        while Date.now < end {
            if try ask() == expected { return true }
            usleep(50_000)
        }
        return false
    }

    /// A row of the table: a request, and the status that each kind of token gets.
    struct Row {
        var method: String
        var path: String
        /// No token, a wrong one, an expired one, a revoked one: all the same.
        var worthless: Int
        var wrongAction: Int
        var wrongAsset: Int
        var wrongDeployment: Int
        var right: Int
    }

    @Test("is granted by action, asset and deployment, on every route")
    func table() throws {
        let server = try Self.server()
        defer {
            #expect(server.stop() == 0)
            try? FileManager.default.removeItem(at: server.directory)
        }
        let report = "report:materialization,report:check,report:observation"
        let everything = report + ",read,admin"
        let right = try Self.createToken(
            "right", ["--allow", everything, "--assets", "warehouse/**", "--deployment", "prod"], on: server)
        let actions = ["read": report + ",admin", "admin": report, "report": "read,admin"]
        let wrongAction = try actions.mapValues { allowed in
            try Self.createToken("without-\(allowed.count)", ["--allow", allowed], on: server)
        }
        let wrongAsset = try Self.createToken("asset", ["--allow", everything, "--assets", "lake/*"], on: server)
        let wrongDeployment = try Self.createToken(
            "deployment", ["--allow", everything, "--deployment", "staging"], on: server)
        let expired = try Self.createToken("expired", ["--allow", everything, "--expires", "1s"], on: server)
        let revoked = try Self.createToken("revoked", ["--allow", everything], on: server)

        let key = "/prod/report_asset_materialization/warehouse/orders"
        #expect(try Self.becomes(200) { try Self.status("POST", key, on: server, token: revoked) })
        #expect(try assetlog("token", "revoke", "revoked", "--data", server.directory.appending(path: "data").path).status == 0)
        #expect(try Self.becomes(401) { try Self.status("POST", key, on: server, token: revoked) })
        #expect(try Self.becomes(401) { try Self.status("POST", key, on: server, token: expired) })
        let page = try run(
            "curl", ["-s", "-H", "Authorization: Bearer \(right)", "http://127.0.0.1:\(server.url.port ?? 0)/prod/api/v1/events"])
        let id = try #require(page.output.firstMatch(of: /"event_id":"([^"]+)"/)?.output.1)
        #expect(page.output.contains(#""reported_by":"revoked""#))

        // Reports say 401 in all cases, as Dagster does; the others tell who is unknown from who may not.
        let rows =
            ["materialization/warehouse/orders", "check/warehouse/orders?check_name=c&passed=true", "observation/warehouse/orders"]
            .map {
                Row(
                    method: "POST", path: "/prod/report_asset_\($0)", worthless: 401, wrongAction: 401, wrongAsset: 401,
                    wrongDeployment: 401, right: 200)
            } + [
                Row(
                    method: "GET", path: "/prod/api/v1/events", worthless: 401, wrongAction: 403, wrongAsset: 200,
                    wrongDeployment: 403, right: 200),
                Row(
                    method: "GET", path: "/prod/api/v1/events/\(id)", worthless: 401, wrongAction: 403, wrongAsset: 404,
                    wrongDeployment: 403, right: 200),
                Row(
                    method: "GET", path: "/api/v1/events", worthless: 401, wrongAction: 200, wrongAsset: 200,
                    wrongDeployment: 403, right: 403),
                Row(
                    method: "GET", path: "/server_info", worthless: 401, wrongAction: 403, wrongAsset: 200,
                    wrongDeployment: 200, right: 200),
                Row(
                    method: "GET", path: "/api/v1/openapi.json", worthless: 401, wrongAction: 403, wrongAsset: 200,
                    wrongDeployment: 200, right: 200),
                // A token that is limited would learn how much others report.
                Row(
                    method: "GET", path: "/metrics", worthless: 401, wrongAction: 403, wrongAsset: 403,
                    wrongDeployment: 403, right: 403),
                Row(method: "GET", path: "/", worthless: 401, wrongAction: 403, wrongAsset: 200, wrongDeployment: 403, right: 403),
                Row(
                    method: "GET", path: "/prod/assets", worthless: 401, wrongAction: 403, wrongAsset: 200, wrongDeployment: 403, right: 200
                ),
                Row(
                    method: "GET", path: "/prod/event/\(id)", worthless: 401, wrongAction: 403, wrongAsset: 404, wrongDeployment: 403,
                    right: 200),
                Row(method: "GET", path: "/sign-in", worthless: 200, wrongAction: 200, wrongAsset: 200, wrongDeployment: 200, right: 200),
                Row(
                    method: "PUT", path: key, worthless: 401, wrongAction: 405, wrongAsset: 405, wrongDeployment: 401,
                    right: 405),
                Row(
                    method: "POST", path: "/api/v1/events/\(id)", worthless: 401, wrongAction: 403, wrongAsset: 405,
                    wrongDeployment: 403, right: 403),
                Row(
                    method: "GET", path: "/nothing", worthless: 401, wrongAction: 404, wrongAsset: 404,
                    wrongDeployment: 404, right: 404),
                Row(
                    method: "GET", path: "/unknown/api/v1/events", worthless: 401, wrongAction: 404, wrongAsset: 404,
                    wrongDeployment: 403, right: 403),
                Row(
                    method: "POST", path: "/unknown/report_asset_materialization/warehouse/orders", worthless: 401, wrongAction: 404,
                    wrongAsset: 404, wrongDeployment: 401, right: 401),
                Row(
                    method: "GET", path: "/livez", worthless: 200, wrongAction: 200, wrongAsset: 200, wrongDeployment: 200,
                    right: 200),
                Row(
                    method: "GET", path: "/readyz", worthless: 200, wrongAction: 200, wrongAsset: 200, wrongDeployment: 200,
                    right: 200),
            ]
        let unknown = "al_" + String(repeating: "a", count: 12) + "_" + String(repeating: "b", count: 43)
        for row in rows {
            func expect(_ kind: String, _ token: String?, _ status: Int) throws {
                let answered = try Self.status(row.method, row.path, on: server, token: token)
                #expect(answered == status, "\(row.method) \(row.path) with \(kind)")
            }
            try expect("no token", nil, row.worthless)
            for token in ["x", unknown, right + "x"] { try expect("a wrong token", token, row.worthless) }
            try expect("an expired token", expired, row.worthless)
            try expect("a revoked token", revoked, row.worthless)
            // Who may read or administrate sees the overview.
            let action = row.path.contains("/report_") ? "report" : row.path == "/" ? "admin" : "read"
            try expect("the wrong action", row.path == "/api/v1/events" ? wrongAction["report"] : wrongAction[action], row.wrongAction)
            try expect("the wrong asset", wrongAsset, row.wrongAsset)
            try expect("the wrong deployment", wrongDeployment, row.wrongDeployment)
            try expect("the right token", right, row.right)
        }
    }

    @Test("answers in the forms that clients know")
    func forms() throws {
        let server = try Self.server()
        defer { server.stop() }
        let reader = try Self.createToken("reader", ["--allow", "read"], on: server)
        func ask(_ path: String, _ arguments: [String] = []) throws -> String {
            try run("curl", ["-s", "-i", "http://127.0.0.1:\(server.url.port ?? 0)\(path)"] + arguments).output
        }
        let report = ["-X", "POST"]
        let noToken = try ask("/report_asset_check/a", report)
        #expect(noToken.contains("HTTP/1.1 401"))
        #expect(noToken.contains("WWW-Authenticate: Bearer"))
        #expect(noToken.contains(#"{"error":"A valid token is required"#))
        #expect(try Self.becomes(200) { try Self.status("GET", "/server_info", on: server, token: reader) })
        let noRight = try ask("/report_asset_check/a", report + ["-H", "Dagster-Cloud-Api-Token: \(reader)"])
        #expect(noRight.contains("HTTP/1.1 401"))
        #expect(noRight.hasSuffix(#"{"error":"Not authorized to report runless asset events."}"#))
        // What is judged before the permission is reported before it.
        let badType = try ask(
            "/report_asset_check/a", report + ["-H", "Dagster-Cloud-Api-Token: \(reader)", "-H", "Content-Type: text/x", "-d", "{}"])
        #expect(badType.contains("HTTP/1.1 400"))
        let badCheck = try ask("/report_asset_check/a?passed=maybe", report + ["-H", "Dagster-Cloud-Api-Token: \(reader)"])
        #expect(badCheck.contains("HTTP/1.1 401"))
        let api = try ask("/api/v1/events")
        #expect(api.contains("application/problem+json"))
        #expect(api.lowercased().contains("www-authenticate: bearer"))
    }

    @Test("shows a reader only the events of its assets")
    func visibleEvents() throws {
        let server = try Self.server()
        defer { server.stop() }
        let writer = try Self.createToken("writer", ["--allow", "report:materialization"], on: server)
        let reader = try Self.createToken("reader", ["--allow", "read", "--assets", "lake/*"], on: server)
        #expect(try Self.becomes(200) { try Self.status("POST", "/report_asset_materialization/x", on: server, token: writer) })
        let script = """
            for i in $(seq 1 40); do printf 'url = "http://127.0.0.1:\(server.url.port ?? 0)/report_asset_materialization/raw/%s"\\nrequest = POST\\noutput = /dev/null\\n' $i; done > c
            printf 'url = "http://127.0.0.1:\(server.url.port ?? 0)/report_asset_materialization/lake/a"\\nrequest = POST\\noutput = /dev/null\\n' >> c
            curl -s -f -H 'Authorization: Bearer \(writer)' -K c
            """
        let result = try run("bash", ["-euc", script], in: server.directory)
        #expect(result.status == 0, "\(result.errors)")
        func page(_ query: String) throws -> String {
            try run(
                "curl",
                ["-s", "-g", "-H", "Authorization: Bearer \(reader)", "http://127.0.0.1:\(server.url.port ?? 0)/api/v1/events\(query)"]
            ).output
        }
        for query in ["", "?limit=1", "?order=desc&limit=1", "?order=latest&limit=1", "?order=latest&limit=2"] {
            let text = try page(query)
            #expect(text.contains(#""asset_key":["lake","a"]"#), "\(query): \(text)")
            #expect(!text.contains("raw"), "\(query): \(text)")
        }
        #expect(try page(#"?asset_key=["raw","1"]"#) == #"{"events":[],"next":0}"#)
    }

    @Test("keeps web pages of others away from a server that asks for no token")
    func webPages() throws {
        let server = try ServerProcess()
        defer { server.stop() }
        func status(_ method: String, _ path: String, _ fields: String...) throws -> Int {
            try Self.status(method, path, on: server, fields.flatMap { ["-H", $0] })
        }
        for (method, path) in [("POST", "/report_asset_materialization/a"), ("GET", "/api/v1/events"), ("GET", "/")] {
            #expect(try status(method, path) == 200)
            #expect(try status(method, path, "Origin: http://127.0.0.1:\(server.url.port ?? 0)") == 200)
            #expect(try status(method, path, "Origin: https://evil.example") == 403)
            #expect(try status(method, path, "Sec-Fetch-Site: cross-site") == 403)
            guard path.hasPrefix("/api/") else { continue }
            let problem = try run("curl", ["-s", "-H", "Origin: https://evil.example", "\(server.url)/api/v1/events"])
            #expect(problem.output.contains(#""title":"Forbidden""#), "\(problem.output)")
            #expect(try status(method, path, "Host: evil.example") == 403)
        }
        #expect(try status("GET", "/livez", "Host: evil.example") == 200)
        #expect(try status("GET", "/readyz", "Host: evil.example", "Origin: https://evil.example") == 200)
    }

    @Test("makes deployments on first use where that is allowed, each with its own events")
    func deployments() throws {
        let server = try ServerProcess(["--set", "deployments.create_on_first_use=true", "--set", "deployments.declared=prod"])
        defer { server.stop() }
        func events(_ path: String) throws -> String {
            try run("curl", ["-s", "http://127.0.0.1:\(server.url.port ?? 0)\(path)/api/v1/events"]).output
        }
        #expect(try Self.status("POST", "/branch-1/report_asset_materialization/a", on: server) == 200)
        #expect(try Self.status("POST", "/prod/report_asset_materialization/b", on: server) == 200)
        #expect(try Self.status("POST", "/report_asset_materialization/c", on: server) == 200)
        #expect(try events("/branch-1").matches(of: /"asset_key":\["a"\]/).count == 1)
        #expect(try events("/branch-1").contains(#""deployment":"branch-1""#))
        #expect(try events("/prod").matches(of: /"event_id"/).count == 1)
        #expect(try events("").matches(of: /"event_id"/).count == 1)
        #expect(try events("/branch-2").contains(#""events":[]"#))
        #expect(try Self.status("POST", "/api/report_asset_materialization/a", on: server) == 404)
        #expect(try Self.status("POST", "/a%20b/report_asset_materialization/a", on: server) == 404)
        #expect(try Self.status("POST", "/\(String(repeating: "a", count: 129))/report_asset_materialization/a", on: server) == 404)
    }

    @Test("keeps the deployments of organizations apart by the host's name")
    func organizations() throws {
        let server = try ServerProcess([
            "--set", "deployments.declared=prod", "--set", "deployments.organization_domain=example.com", "--set",
            "deployments.organizations=acme,umbrella",
        ])
        defer { server.stop() }
        func status(_ method: String, _ path: String, _ host: String) throws -> Int {
            try Self.status(method, path, on: server, ["-H", "Host: \(host)"])
        }
        #expect(try status("POST", "/prod/report_asset_materialization/a", "acme.example.com") == 200)
        #expect(try status("POST", "/prod/report_asset_materialization/a", "nobody.example.com") == 404)
        func events(_ host: String) throws -> Int {
            try run("curl", ["-s", "-H", "Host: \(host)", "http://127.0.0.1:\(server.url.port ?? 0)/prod/api/v1/events"])
                .output.matches(of: /"event_id"/).count
        }
        #expect(try events("acme.example.com:3000") == 1)
        #expect(try events("umbrella.example.com") == 0)
        #expect(try events("localhost") == 0)
    }

    @Test("answers 429 with the fields that say when to continue")
    func rates() throws {
        let server = try Self.server(["limits.token_rate=2", "limits.token_burst=3"].map { "server.\($0)" })
        defer { server.stop() }
        let token = try Self.createToken("busy", ["--allow", "report:check,read"], on: server)
        #expect(try Self.becomes(200) { try Self.status("GET", "/server_info", on: server, token: token) })
        var answers = ""
        for path in ["/report_asset_check/a?check_name=c&passed=true", "/api/v1/events"] {
            let method = path.hasPrefix("/api") ? "GET" : "POST"
            answers = try run(
                "bash",
                [
                    "-c",
                    // The bucket is full again after two seconds.
                    // One curl for all of them, or a slow machine would not use more than the rate.
                    "sleep 2; url='http://127.0.0.1:\(server.url.port ?? 0)\(path)'; curl -s -i -X \(method) -H 'Authorization: Bearer \(token)'"
                        + String(repeating: " \"$url\"", count: 12),
                ]
            ).output
            #expect(answers.contains("HTTP/1.1 200"), "\(answers)")
            #expect(answers.contains("HTTP/1.1 429"), "\(answers)")
            #expect(answers.lowercased().contains(#"ratelimit-policy: "token";q=3;w=2"#), "\(answers)")
            #expect(answers.lowercased().contains("retry-after: 1"))
        }
        #expect(answers.contains("http-problem-types#quota-exceeded"))
        #expect(try Self.status("GET", "/livez", on: server) == 200)
    }

    @Test("limits the connections of one address, where that is configured on loopback too")
    func connections() throws {
        let server = try ServerProcess(["--set", "server.limits.connections_per_address=3"])
        defer { server.stop() }
        let script = """
            import socket
            held = [socket.create_connection(("127.0.0.1", \(server.url.port ?? 0))) for _ in range(6)]
            request = b"GET /livez HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n"
            answered = 0
            for one in held:
                try:
                    one.settimeout(60)
                    one.sendall(request)
                    answered += one.recv(100).startswith(b"HTTP/1.1 200")
                except OSError:
                    pass
            print(answered)
            held[0].close()
            """
        #expect(try run("python3", ["-c", script]).output == "3\n")
        #expect(try Self.becomes(200) { try Self.status("GET", "/livez", on: server) })
    }
}
