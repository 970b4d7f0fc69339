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

@Suite("Sessions and pages in the table of routes")
struct SessionRouteTests {
    private struct Group: RouteGroup {
        var routes: [Route] {
            func route(
                _ method: HTTPRequest.Method, _ path: String, _ permission: RoutePermission = .anyOf(.read), isPage: Bool = false,
                acceptsSession: Bool = false
            ) -> Route {
                Route(method, path, permission, isPage: isPage, acceptsSession: acceptsSession) { _, context in
                    Response(text: context.identity.caller.name ?? "nobody")
                }
            }
            return [
                route(.get, "/api/things"), route(.post, "/api/things"), route(.post, "/open", .open),
                route(.get, "/page", isPage: true), route(.post, "/page", isPage: true, acceptsSession: true),
                Route(.get, "/styled", .open, isPage: true) { _, _ in
                    Response(status: .ok, type: "text/html; charset=utf-8", bytes: [])
                },
                Route(.get, "/busy", .open, isPage: true) { _, _ in
                    throw RequestError(status: .serviceUnavailable, detail: "Busy.", headers: [.retryAfter: "7"])
                },
            ]
        }
    }

    private let metrics = RequestMetrics()
    private let responder: Responder

    init() {
        let layout = PathLayout(PathScheme(deployments: ["prod"]))
        responder = Responder(
            RouteTable([Group()], layout: layout, metrics: metrics),
            memory: ServerMemory(total: 8 << 20, requests: 4 << 20, answers: 4 << 20), observer: RequestObserver(metrics: metrics),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            errorPage: { error, request, location, identity in
                if request.headers[.accept] == "text/html,none" { return nil }
                if error.status == .unauthorized { return Response(status: .seeOther, headers: [.location: "/sign-in"]) }
                let text = "\(error.status.code) \(location?.path.encoded ?? "nowhere") \(identity.caller.name ?? "nobody")"
                return Response(status: error.status, type: "text/html", bytes: Array(text.utf8))
            })
    }

    private func session() throws -> RequestIdentity {
        let token = try NewToken()
        let record = TokenRecord(
            id: token.id, hash: token.hash, grant: AccessGrant(name: "ann", rights: .all), createdAt: .now())
        let entry = try #require(try TokenRegistry([record]).token(token.text, at: .now()))
        var identity = RequestIdentity(caller: Caller(token: entry))
        identity.session = try SessionSigner(key: SessionSigner.randomKey()).session(for: entry, at: .now())
        return identity
    }

    private func ask(
        _ method: HTTPRequest.Method, _ path: String, _ identity: RequestIdentity, accept: String? = nil
    ) async throws -> (response: Response, text: String) {
        var head = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path)
        head.headerFields[.accept] = accept
        let response = await responder.respond(to: Request(head: head, body: RequestBody(buffer: ByteBuffer())), identity)
        let collected = CollectedBody()
        try await response.body.write(collected)
        return (response, String(decoding: collected.bytes, as: UTF8.self))
    }

    @Test(
        "A session counts for reads, and for what checks its forms itself",
        arguments: [
            ("GET", "/api/things", 200, "ann"), ("HEAD", "/api/things", 200, ""), ("POST", "/page", 200, "ann"),
            ("GET", "/page", 200, "ann"), ("POST", "/api/things", 401, nil), ("PUT", "/api/things", 401, nil),
            ("DELETE", "/page", 303, nil), ("POST", "/open", 200, "nobody"), ("POST", "/nothing", 401, nil),
            ("OPTIONS", "/api/things", 401, nil), ("POST", "/other/api/things", 401, nil), ("POST", "/prod/api/things", 401, nil),
        ] as [(String, String, Int, String?)])
    func sessions(_ method: String, _ path: String, status: Int, text: String?) async throws {
        let answer = try await ask(try #require(HTTPRequest.Method(rawValue: method)), path, session())
        #expect(answer.response.status.code == status)
        if let text { #expect(answer.text == text) }
        if status == 401 { #expect(answer.response.headers[.wwwAuthenticate] == BearerChallenge.missing) }
    }

    @Test("A token counts for everything")
    func tokens() async throws {
        var identity = try session()
        identity.session = nil
        for path in ["/api/things", "/page"] { #expect(try await ask(.post, path, identity).text == "ann") }
    }

    @Test(
        "Errors are pages for pages, and for browsers where there is nothing",
        arguments: [
            ("/page/x", "text/html,*/*", "404 /page/x nobody"), ("/page/x", "application/json", nil), ("/page/x", nil, nil),
            ("/api/x", "text/html", nil), ("/busy", nil, "503 /busy nobody"), ("/busy", "text/html,none", nil),
            ("/nowhere/api/things", "text/html", nil), ("/nowhere/assets", "text/html", "404 nowhere nobody"),
            ("/prod/assets", "text/html", "404 /assets nobody"), ("/nowhere/", "application/json", nil),
        ] as [(String, String?, String?)])
    func errorPages(_ path: String, accept: String?, text: String?) async throws {
        let answer = try await ask(.get, path, RequestIdentity(), accept: accept)
        if let text {
            #expect(answer.text == text)
        } else {
            #expect(answer.text.hasPrefix("{"))
        }
        #expect(answer.response.headers[.retryAfter] == (path == "/busy" ? "7" : nil))
    }

    @Test("Who may not know a deployment gets the same answer as below one that there is not", arguments: ["assets", "event/1", "api/x"])
    func deployments(_ path: String) async throws {
        var stranger = RequestIdentity()
        stranger.refusal = .noToken
        let grant = AccessGrant(name: "other", rights: .all, deployments: [try #require(PartPattern("other"))])
        for identity in [stranger, RequestIdentity(caller: Caller(grant: grant))] {
            for accept in ["text/html", nil] {
                let known = try await ask(.get, "/prod/\(path)", identity, accept: accept)
                let unknown = try await ask(.get, "/nope/\(path)", identity, accept: accept)
                #expect(known.text.replacing("prod", with: "nope") == unknown.text)
                #expect(known.response.status == unknown.response.status)
                #expect(known.response.headers[.location] == unknown.response.headers[.location])
            }
        }
    }

    @Test("Who may not see a page is led on")
    func redirects() async throws {
        var identity = RequestIdentity()
        identity.refusal = .noToken
        let answer = try await ask(.get, "/page", identity, accept: "text/html")
        #expect(answer.response.status == .seeOther)
        #expect(answer.response.headers[.location] == "/sign-in")
        #expect(answer.response.headers[.wwwAuthenticate] == nil)
        #expect(try await ask(.get, "/api/things", identity, accept: "text/html").response.status == .unauthorized)
    }

    @Test("Pages tell their own server where a form comes from, and nobody else")
    func referrer() async throws {
        #expect(try await ask(.get, "/styled", RequestIdentity()).response.headers[.referrerPolicy] == "same-origin")
        #expect(try await ask(.get, "/api/things", RequestIdentity()).response.headers[.referrerPolicy] == "no-referrer")
    }

    // MARK: Forms

    @Test(
        "Fields of forms are read as browsers write them",
        arguments: [
            ("", nil), ("a=1", "1"), ("a=1&a=2", "1"), ("b=2&a=x+y%26%C3%A4", "x y&ä"), ("a", ""), ("a=", ""), ("%61=1", "1"), ("=1", nil),
            ("&&a=b=c", "b=c"), (String(repeating: "b=1&", count: 64) + "a=1", nil),
        ] as [(String, String?)])
    func fields(_ text: String, value: String?) {
        #expect(FormFields(text)["a"] == value)
    }

    @Test("A body is read as a form, within its limit")
    func body() async throws {
        let memory = MemoryBudget(limit: 1 << 20).share(limit: 1 << 20)
        func read(_ type: String?, _ body: String) async throws -> FormFields {
            var head = HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/")
            head.headerFields[.contentType] = type
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
            return try await FormFields.body(of: request, maximumBytes: 100, memory: memory)
        }
        let form = "application/x-www-form-urlencoded"
        #expect(try await read(form, "a=1")["a"] == "1")
        #expect(try await read("\(form.uppercased()) ; charset=utf-8", "a=1")["a"] == "1")
        for type in [nil, "", "text/plain", "multipart/form-data", form + "x"] {
            await #expect(throws: RequestError.self) { try await read(type, "a=1") }
        }
        await #expect(throws: (any Error).self) { try await read(form, "a=" + String(repeating: "1", count: 100)) }
        #expect(memory.usedBytes == 0)
    }
}
