import AssetlogAccess
import AssetlogCore
import AssetlogObservation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import TestSupport
import Testing

@testable import AssetlogWeb

@Suite("The table of routes")
struct RouteTableTests {
    /// Routes that answer with their name and what the handler was given.
    private struct Group: RouteGroup {
        let routes: [Route]

        init() {
            func route(
                _ method: HTTPRequest.Method, _ path: String, _ permission: RoutePermission, about scope: Route.Scope = .server,
                isListed: Bool = true
            ) -> Route {
                Route(method, path, permission, about: scope, isListed: isListed) { _, context in
                    let parameters = context.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                    let text = ["\(method) \(path)", context.deployment] + parameters
                    return Response(text: text.joined(separator: " "))
                }
            }
            routes = [
                route(.get, "/open", .open), route(.get, "/api/things", .anyOf(.read), about: .deployment),
                route(.post, "/api/things", .anyOf(.reporting), about: .deployment),
                route(.get, "/api/things/{id}", .anyOf(.read), about: .deployment),
                route(.get, "/api/things/new", .anyOf(.read), about: .deployment),
                route(.get, "/all", .unlimited(.read)),
                route(.post, "/report_asset_x/{key...}", .checkedByHandler, about: .deployment, isListed: false),
                Route(.get, "/never", .open) { _, _ in throw NoSuchPath() },
            ]
        }
    }

    private let metrics = RequestMetrics()
    private let responder: Responder

    init() {
        let layout = PathLayout(PathScheme(prefix: "/p", deployments: ["prod"]))
        responder = Responder(
            RouteTable([Group()], layout: layout, metrics: metrics),
            memory: ServerMemory(total: 8 << 20, requests: 4 << 20, answers: 4 << 20),
            observer: RequestObserver(metrics: metrics), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private func ask(
        _ method: HTTPRequest.Method, _ path: String, _ grant: AccessGrant? = nil
    ) async throws -> (status: Int, text: String) {
        let head = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path)
        let caller = Caller(grant: grant)
        let response = await responder.respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer())), RequestIdentity(caller: caller))
        let collected = CollectedBody()
        try await response.body.write(collected)
        return (response.status.code, String(decoding: collected.bytes, as: UTF8.self))
    }

    @Test(
        "calls the handler of a path and a method with the deployment and the parameters",
        arguments: [
            ("GET", "/p/open", "GET /open default"), ("GET", "/p/api/things", "GET /api/things default"),
            ("POST", "/p/api/things", "POST /api/things default"),
            ("GET", "/p/prod/api/things/7", "GET /api/things/{id} prod id=7"),
            // A path that is written out counts before one with parameters.
            ("GET", "/p/prod/api/things/new", "GET /api/things/new prod"),
            ("POST", "/p/prod/report_asset_x/a/b", "POST /report_asset_x/{key...} prod key=a/b"),
        ])
    func handlers(_ method: String, _ path: String, text: String) async throws {
        let answer = try await ask(try #require(HTTPRequest.Method(rawValue: method)), path)
        #expect(answer == (200, text))
    }

    @Test(
        "says what there is where a path has nothing",
        arguments: ["/p/nothing", "/p/prod/open", "/p/never", "/p/report_asset_x/a", "/p/report_asset_y/a"])
    func nothing(_ path: String) async throws {
        let answer = try await ask(.get, path)
        #expect(answer.status == 404)
        #expect(answer.text.contains(#"There is nothing at \"\#(path)\""#), "\(answer.text)")
        #expect(answer.text.contains("Available with GET: /p/open, /p/api/things, /p/api/things/{id}, /p/api/things/new, /p/all, /p/never;"))
        #expect(answer.text.contains("; with POST: /p/api/things;"))
        #expect(answer.text.contains("reports are sent with POST to /p/report_asset_x/{key}."))
    }

    @Test(
        "asks for the permission of the route before anything else, of a wrong method too",
        arguments: [
            ("GET", "/p/api/things", [AccessRights.read], [], 200), ("GET", "/p/api/things", [.reportCheck], [], 403),
            ("POST", "/p/api/things", [.reportCheck], [], 200), ("PUT", "/p/api/things", [.reportCheck], [], 403),
            ("PUT", "/p/api/things", [.read], [], 405), ("GET", "/p/prod/api/things", [.read], ["default"], 403),
            ("GET", "/p/api/things", [.read], ["default"], 200), ("GET", "/p/open", [], [], 200),
            ("GET", "/p/all", [.read], [], 200), ("GET", "/p/all", [.read], ["default"], 403),
            ("POST", "/p/report_asset_x/a", [], [], 200), ("GET", "/p/dev/api/things", [.read], ["default"], 403),
            ("GET", "/p/dev/api/things", [.read], [], 404),
        ] as [(String, String, [AccessRights], [String], Int)])
    func permissions(_ method: String, _ path: String, rights: [AccessRights], deployments: [String], status: Int) async throws {
        let grant = AccessGrant(
            name: "t", rights: AccessRights(rights), deployments: try deployments.map { try #require(PartPattern($0)) })
        #expect(try await ask(try #require(HTTPRequest.Method(rawValue: method)), path, grant).status == status)
    }

    @Test(
        "tells a token that is limited to other deployments nothing about which there are",
        arguments: ["/api/things", "/api/things/7", "/api/v9", "/api", "/report_asset_x/a", "/report_asset_bogus/x"],
        ["GET", "POST", "PUT"])
    func limited(_ path: String, method: String) async throws {
        let grant = AccessGrant(
            name: "t", rights: [.read, .reporting], deployments: [try #require(PartPattern("default"))])
        let method = try #require(HTTPRequest.Method(rawValue: method))
        let (known, unknown) = (try await ask(method, "/p/prod\(path)", grant), try await ask(method, "/p/nope\(path)", grant))
        #expect(known.status == (path.hasPrefix("/api") ? 403 : 401))
        #expect(known.status == unknown.status)
        #expect(known.text.replacing("prod", with: "nope") == unknown.text)
    }

    @Test("counts each route by its name, and everything else as other")
    func names() async throws {
        for path in ["/p/open", "/p/api/things/1", "/p/api/things/2", "/p/nothing"] { _ = try await ask(.get, path) }
        let registry = MetricsRegistry()
        metrics.register(in: registry)
        // Nothing is counted without a connection; the names are there.
        #expect(metrics.route("/open") == metrics.route("/open"))
        #expect(metrics.route("/api/things/{id}") != metrics.route("/api/things"))
        #expect(metrics.route("other") == .other)
    }
}
