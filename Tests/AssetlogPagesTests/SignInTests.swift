import AssetlogAPI
import AssetlogAccess
import AssetlogCore
import AssetlogObservation
import AssetlogWeb
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import TestSupport
import Testing

@testable import AssetlogPages

/// A browser and a server with the routes for signing in, and a page that shows whose token is in use.
private final class Browser {
    /// A form of the page, which any caller may send.
    struct Pages: RouteGroup {
        let protection: FormProtection
        let memory: MemoryBudget.Share

        var routes: [Route] {
            [
                Route(.get, "/page", .anyOf(.read), isPage: true) { request, context in
                    let state = SignInState(request, context, protection)
                    let field = protection.field(for: request, context)
                    let html: HTML = "\(state.html(base: context.location.base))\(field.html)"
                    var response = Response(type: "text/html", bytes: Array(html.markup.utf8))
                    if let cookie = field.cookie { response.headers[.setCookie] = cookie }
                    return response
                },
                Route(.post, "/page", .anyOf(.read), isPage: true, acceptsSession: true) { request, context in
                    let form = try await FormFields.body(of: request, maximumBytes: 1000, memory: memory)
                    try protection.verify(form, request, context)
                    return Response(text: "done")
                },
            ]
        }
    }

    struct Answer {
        var status: Int
        var headers: HTTPFields
        var text: String
        var location: String? { headers[.location] }
    }

    let token: NewToken
    let tokens: TokenRegistry
    private let responder: Responder
    private let gate: RequestAuthenticator
    private(set) var cookies: [String: String] = [:]
    private(set) var attributes: [String] = []
    var address = "10.0.0.1"
    var isSecure = false
    let base: String

    init(base: String = "", isTokenRequired: Bool = true, areTokensKnown: Bool = true) throws {
        self.base = base
        token = try NewToken()
        tokens = TokenRegistry(areTokensKnown ? [Self.record(token)] : [], isComplete: areTokensKnown)
        let signer = try SessionSigner(key: SessionSigner.randomKey())
        var access = AccessPolicy(tokens: tokens, isTokenRequired: isTokenRequired)
        access.sessions = signer
        gate = try RequestAuthenticator(access)
        let paths = PathScheme(prefix: base)
        let memory = ServerMemory(total: 8 << 20, requests: 4 << 20, answers: 4 << 20)
        let configuration = APIConfiguration(paths: paths, isTokenRequired: isTokenRequired, memory: memory, version: "1")
        let routes = SignInRoutes(
            signer: signer, tokens: tokens, isTokenRequired: isTokenRequired, memory: memory.requests, audit: nil,
            shell: PageShell(configuration: configuration, files: StaticFiles()))
        let pages = Pages(protection: FormProtection(signer), memory: memory.requests)
        let metrics = RequestMetrics()
        responder = Responder(
            RouteTable([routes, pages], layout: PathLayout(paths), metrics: metrics), memory: memory,
            observer: RequestObserver(metrics: metrics), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            errorPage: { error, request, _, identity in SignInRedirect.response(to: error, request, base: base, identity) })
    }

    static func record(_ token: NewToken) -> TokenRecord {
        TokenRecord(id: token.id, hash: token.hash, grant: AccessGrant(name: "ann", rights: .read), createdAt: .now())
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, form: String? = nil, fields: [HTTPField.Name: String] = [:]
    ) async throws -> Answer {
        var head = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: base + path)
        head.headerFields[.accept] = "text/html,application/xhtml+xml"
        if form != nil { head.headerFields[.contentType] = "application/x-www-form-urlencoded" }
        let cookie = cookies.map { "\($0)=\($1)" }.joined(separator: "; ")
        if !cookie.isEmpty { head.headerFields[.cookie] = cookie }
        for (name, value) in fields { head.headerFields[name] = value }
        var identity = Array(cookie.utf8).withUnsafeBytes { cookie in
            gate.authenticate(RequestAttributes(cookie: cookie, peer: ClientAddress(address)), at: .now(), nanoseconds: 0)
        }
        if isSecure { identity.tlsVersion = "TLSv1.3" }
        let response = await responder.respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer(string: form ?? ""))), identity)
        let collected = CollectedBody()
        try await response.body.write(collected)
        keep(response.headers[values: .setCookie])
        return Answer(
            status: response.status.code, headers: response.headers, text: String(decoding: collected.bytes, as: UTF8.self))
    }

    private func keep(_ fields: [String]) {
        for field in fields {
            attributes.append(field)
            let pair = field.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            cookies[pair[0]] = field.contains("Max-Age=0") ? nil : pair[1]
        }
    }

    func forget(_ name: String) { cookies[name] = nil }

    func set(_ name: String, _ value: String) { cookies[name] = value }

    /// The value of a hidden field of a page.
    static func hidden(_ name: String, in text: String) -> String? {
        guard let start = text.firstRange(of: "name=\"\(name)\" value=\"") else { return nil }
        return String(text[start.upperBound...].prefix { $0 != "\"" })
    }

    /// Opens the form and sends it.
    func signIn(_ token: String? = nil, next: String? = nil) async throws -> Answer {
        let form = try await ask(.get, "/sign-in" + (next.map { "?next=\(PercentCoding.encode($0))" } ?? ""))
        let csrf = Browser.hidden("csrf", in: form.text) ?? ""
        let field = Browser.hidden("next", in: form.text).map { "&next=\(PercentCoding.encode($0.replacing("&amp;", with: "&")))" } ?? ""
        return try await ask(.post, "/sign-in", form: "csrf=\(csrf)&token=\(token ?? self.token.text.revealed)\(field)")
    }
}

@Suite("Signing in")
struct SignInTests {
    @Test("A browser that has no token is led to the form, and back to the page", arguments: ["", "/p"])
    func wholeWay(base: String) async throws {
        let browser = try Browser(base: base)
        let refused = try await browser.ask(.get, "/page?a=1&b=%2F")
        #expect(refused.status == 303)
        #expect(refused.location == "\(base)/sign-in?next=\(PercentCoding.encode("\(base)/page?a=1&b=%2F"))")
        let form = try await browser.ask(.get, String(try #require(refused.location).dropFirst(base.count)))
        #expect(form.status == 200)
        #expect(form.text.contains("type=\"password\""))
        #expect(form.headers[.cacheControl] == "no-store")
        #expect(Browser.hidden("next", in: form.text) == "\(base)/page?a=1&amp;b=%2F")
        let answer = try await browser.signIn(next: "\(base)/page?a=1&b=%2F")
        #expect(answer.status == 303)
        #expect(answer.location == "\(base)/page?a=1&b=%2F")
        let page = try await browser.ask(.get, "/page")
        #expect(page.status == 200)
        #expect(page.text.contains("ann") && page.text.contains("Sign out"))
        let path = base.isEmpty ? "/" : base
        let cookie = try #require(browser.attributes.last)
        #expect(cookie.hasPrefix("assetlog_session=1.\(browser.token.id)."))
        #expect(cookie.hasSuffix("; Path=\(path); Max-Age=43199; HttpOnly; SameSite=Lax") || cookie.contains("Max-Age=43200;"))
        #expect(!cookie.contains(browser.token.text.revealed))
    }

    @Test("Over HTTPS the cookies are for HTTPS only")
    func secure() async throws {
        let browser = try Browser()
        browser.isSecure = true
        _ = try await browser.signIn()
        #expect(browser.attributes.count == 2)
        #expect(browser.attributes.allSatisfy { $0.hasSuffix("; Secure") })
    }

    @Test("A revoked or changed token ends the session at once")
    func revoked() async throws {
        let browser = try Browser()
        _ = try await browser.signIn()
        #expect(try await browser.ask(.get, "/page").status == 200)
        browser.tokens.replace(with: [])
        #expect(try await browser.ask(.get, "/page").status == 303)
        browser.tokens.replace(with: [Browser.record(browser.token)])
        #expect(try await browser.ask(.get, "/page").status == 200)
        var changed = Browser.record(browser.token)
        changed.hash = try NewToken().hash
        browser.tokens.replace(with: [changed])
        #expect(try await browser.ask(.get, "/page").status == 303)
    }

    @Test("A wrong token is refused, and stands in no answer", arguments: ["", "x", "al_a_b", "al_x_\(String(repeating: "y", count: 43))"])
    func wrong(_ token: String) async throws {
        let browser = try Browser()
        let answer = try await browser.signIn(token)
        #expect(answer.status == 401)
        #expect(answer.text.contains("The token is not valid."))
        #expect(token.utf8.count < 6 || !answer.text.contains(token))
        #expect(answer.headers[.wwwAuthenticate] != nil)
        #expect(browser.cookies["assetlog_session"] == nil)
    }

    @Test("What was copied with blanks around it is taken")
    func blanks() async throws {
        let browser = try Browser()
        #expect(try await browser.signIn("+\(browser.token.text.revealed)%0D%0A").status == 303)
    }

    @Test("Before the tokens are known, nobody is told that one is wrong")
    func unknownTokens() async throws {
        let browser = try Browser(areTokensKnown: false)
        for method in [HTTPRequest.Method.get, .post] {
            let answer = try await browser.ask(method, "/sign-in", form: method == .post ? "token=\(browser.token.text.revealed)" : nil)
            #expect(answer.status == 503)
            #expect(answer.headers[.retryAfter] == "2")
        }
    }

    @Test("So many attempts of an address may fail, and those of others go on")
    func attempts() async throws {
        let browser = try Browser()
        for _ in 0..<SignInRoutes.attemptsPerMinute { #expect(try await browser.signIn("wrong").status == 401) }
        let answer = try await browser.signIn()
        #expect(answer.status == 429)
        #expect(answer.headers[.retryAfter].flatMap { Int($0) }.map { (1...6).contains($0) } == true)
        browser.address = "10.0.0.2"
        for _ in 0...SignInRoutes.attemptsPerMinute { #expect(try await browser.signIn().status == 303) }
    }

    @Test("A body that is too large, or no form, is refused")
    func bodies() async throws {
        let browser = try Browser()
        #expect(try await browser.ask(.post, "/sign-in", form: "token=" + String(repeating: "a", count: 9000)).status == 413)
        #expect(try await browser.ask(.post, "/sign-in").status == 415)
    }

    @Test("Signing out takes the session away, if the server's own page asks for it")
    func signOut() async throws {
        let browser = try Browser()
        _ = try await browser.signIn()
        #expect(try await browser.ask(.post, "/sign-out", form: "").status == 403)
        #expect(browser.cookies["assetlog_session"] != nil)
        let page = try await browser.ask(.get, "/page")
        let csrf = try #require(Browser.hidden("csrf", in: page.text))
        let answer = try await browser.ask(.post, "/sign-out", form: "csrf=\(csrf)")
        #expect(answer.status == 303)
        #expect(answer.location == "/sign-in")
        #expect(browser.cookies["assetlog_session"] == nil)
        // Without a session, as from another site, no cookie is touched.
        let foreign = try await browser.ask(.post, "/sign-out", form: "")
        #expect(foreign.status == 303)
        #expect(foreign.headers[.setCookie] == nil)
    }

    @Test("Where no token is required, there is nothing to sign in for")
    func notRequired() async throws {
        let browser = try Browser(base: "/p", isTokenRequired: false)
        for method in [HTTPRequest.Method.get, .post] {
            let answer = try await browser.ask(method, "/sign-in", form: method == .post ? "token=x" : nil)
            #expect(answer.status == 303)
            #expect(answer.location == "/p/")
        }
    }

    @Test("Only a browser's look at a page is led to the form")
    func redirects() async throws {
        let browser = try Browser()
        #expect(try await browser.ask(.get, "/page", fields: [.accept: "application/json"]).status == 401)
        #expect(try await browser.ask(.post, "/page", form: "").status == 401)
        #expect(try await browser.ask(.head, "/page").status == 303)
        #expect(try await browser.ask(.get, "/nothing").location == "/sign-in?next=%2Fnothing")
        #expect(try await browser.ask(.get, "/").location == "/sign-in")
        #expect(try await browser.ask(.get, "/" + String(repeating: "a", count: 3000)).location == "/sign-in")
        #expect(try await browser.ask(.get, "/api/nothing").status == 401)
    }

    // MARK: Forms of pages

    /// What a request shows, and whether its form is taken.
    struct FormCase: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var isTaken: Bool
        var fields: [HTTPField.Name: String] = [:]
        var change: @Sendable (String) -> String = { $0 }
    }

    private static let site = HTTPField.Name("Sec-Fetch-Site") ?? .origin

    @Test(
        "A form of a page is taken from the server's own page in the same browser",
        arguments: [
            FormCase(testDescription: "as it is", isTaken: true),
            FormCase(testDescription: "same origin", isTaken: true, fields: [.origin: "http://localhost", site: "same-origin"]),
            FormCase(testDescription: "origin alone", isTaken: true, fields: [.origin: "http://localhost"]),
            FormCase(testDescription: "reloaded", isTaken: true, fields: [site: "none"]),
            // A proxy names another host to the server, and the browser knows better.
            FormCase(testDescription: "behind a proxy", isTaken: true, fields: [.origin: "https://a.example", site: "same-origin"]),
            FormCase(testDescription: "other origin", isTaken: false, fields: [.origin: "http://evil.example"]),
            FormCase(testDescription: "null", isTaken: false, fields: [.origin: "null"]),
            FormCase(testDescription: "other port", isTaken: false, fields: [.origin: "http://localhost:8080"]),
            FormCase(testDescription: "other site", isTaken: false, fields: [.origin: "http://localhost", site: "cross-site"]),
            FormCase(testDescription: "same site", isTaken: false, fields: [site: "same-site"]),
            FormCase(testDescription: "no field", isTaken: false, change: { _ in "" }),
            FormCase(testDescription: "empty field", isTaken: false, change: { _ in "csrf=" }),
            FormCase(testDescription: "changed field", isTaken: false, change: { $0 + "0" }),
        ], [false, true])
    func forms(_ given: FormCase, isSession: Bool) async throws {
        let browser = try Browser(isTokenRequired: isSession)
        if isSession { _ = try await browser.signIn() }
        let csrf = try #require(Browser.hidden("csrf", in: try await browser.ask(.get, "/page").text))
        let answer = try await browser.ask(.post, "/page", form: given.change("csrf=\(csrf)"), fields: given.fields)
        // Without required tokens, the listener refuses other origins before; it is not part of this.
        #expect(answer.status == (given.isTaken ? 200 : 403))
    }

    @Test("The field of another browser, or of an earlier session, is worth nothing")
    func otherBrowsers() async throws {
        let browser = try Browser(isTokenRequired: false)
        let first = try #require(Browser.hidden("csrf", in: try await browser.ask(.get, "/page").text))
        #expect(try await browser.ask(.post, "/page", form: "csrf=\(first)").status == 200)
        browser.forget("assetlog_csrf")
        #expect(try await browser.ask(.post, "/page", form: "csrf=\(first)").status == 403)
        browser.set("assetlog_csrf", "chosen")
        #expect(try await browser.ask(.post, "/page", form: "csrf=\(first)").status == 403)
        let member = try Browser()
        _ = try await member.signIn()
        let second = try #require(Browser.hidden("csrf", in: try await member.ask(.get, "/page").text))
        #expect(try await member.ask(.post, "/page", form: "csrf=\(second)").status == 200)
        #expect(try await member.ask(.post, "/page", form: "csrf=\(first)").status == 403)
        let session = try #require(member.cookies["assetlog_session"])
        member.forget("assetlog_session")
        #expect(try await member.ask(.post, "/page", form: "csrf=\(second)").status == 401)
        #expect(session.hasPrefix("1."))
    }

    @Test("The form for signing in is protected as well, and says what to do")
    func signInForm() async throws {
        let browser = try Browser()
        let token = browser.token.text.revealed
        let answer = try await browser.ask(.post, "/sign-in", form: "token=\(token)")
        #expect(answer.status == 403)
        #expect(answer.text.contains("Allow cookies"))
        #expect(browser.cookies["assetlog_session"] == nil)
        let csrf = try #require(Browser.hidden("csrf", in: answer.text))
        #expect(try await browser.ask(.post, "/sign-in", form: "token=\(token)&csrf=\(csrf)").status == 303)
    }

    // MARK: Where to go afterwards

    @Test(
        "One is led back to a path of this server only",
        arguments: [
            ("/", "", true), ("/assets?q=a&b=%2F#x", "", true), ("/asset/a%2Fb/c", "", true), ("/asset//x", "", true),
            ("/p/", "/p", true), ("/p/assets", "/p", true), ("/prod/", "", true), ("/.hidden", "", true), ("/a?next=//evil", "", true),
            ("", "", false), ("a", "", false), ("//evil.example", "", false), ("//evil.example/a", "", false),
            ("/\\evil.example", "", false),
            ("\\\\evil.example", "", false), ("/a\\b", "", false), ("https://evil.example/", "", false), ("javascript:alert(1)", "", false),
            ("/\t/evil.example", "", false), ("/\n/evil", "", false), (" /a", "", false), ("/a b", "", false), ("/ä", "", false),
            ("/..//evil.example", "", false), ("/a/../../x", "", false), ("/%2e%2e/x", "", false), ("/./a", "", false),
            ("/p", "/p", false), ("/", "/p", false), ("/px", "/p", false), ("/p//evil.example", "/p", false), ("/p/../x", "/p", false),
            ("/p/%2E./x", "/p", false), ("//p/", "/p", false), ("/sign-in", "", false), ("/sign-in?next=/", "", false),
            ("/p/sign-out", "/p", false), ("/" + String(repeating: "a", count: 2048), "", false),
        ])
    func returnPaths(_ text: String, base: String, isTaken: Bool) {
        #expect((ReturnPath(text, base: base)?.text == text) == isTaken)
    }

    @Test("A link with another server's address leads home", arguments: ["//evil.example", "/\\evil.example", "https://evil.example"])
    func openRedirect(_ next: String) async throws {
        let browser = try Browser()
        let answer = try await browser.signIn(next: next)
        #expect(answer.status == 303)
        #expect(answer.location == "/")
        // Nor does the form itself carry it on.
        _ = try await browser.ask(.get, "/sign-in?next=\(PercentCoding.encode(next))")
        let csrf = try #require(Browser.hidden("csrf", in: try await browser.ask(.get, "/sign-in").text))
        let posted = try await browser.ask(
            .post, "/sign-in", form: "csrf=\(csrf)&token=\(browser.token.text.revealed)&next=\(PercentCoding.encode(next))")
        #expect(posted.location == "/")
    }
}
