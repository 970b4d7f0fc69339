import AssetlogAccess
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import Testing

@testable import AssetlogPages

@Suite("Every page", .enabled(if: hasCatalog))
struct PageTests {
    @Test("is a document with one heading, without script or style of its own", arguments: [false, true])
    func documents(isTokenRequired: Bool) async throws {
        let server = try await PageServer(isTokenRequired: isTokenRequired)
        let events = SampleHistory.events()
        #expect(try await server.get("/").status == 200)
        try await server.record(events + [events[0].voided(because: "A test.")])
        for target in SampleHistory.targets(events) + ["/event/\(events[0].id.voidID)"] + (isTokenRequired ? ["/sign-in"] : []) {
            let page = try await server.get(target)
            #expect(page.status == 200, "\(target): \(page.text)")
            expectSound(page, target)
        }
    }

    private func expectSound(_ page: Page, _ target: String) {
        Markup.check(page, "\(target)")
        let policy = page.headers[.contentSecurityPolicy] ?? ""
        #expect(policy.hasPrefix("default-src 'none'; style-src 'self'; script-src 'self';"), "\(target)")
        #expect(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "\(target)")
        #expect(page.headers[.contentType] == "text/html; charset=utf-8", "\(target)")
        // Browsers say with a form where it comes from, and tell other sites nothing.
        #expect(page.headers[.referrerPolicy] == "same-origin", "\(target)")
        #expect(page.headers[.xContentTypeOptions] == "nosniff", "\(target)")
        #expect(
            page.document.elements.allSatisfy { $0["style"] == nil && !$0.attributes.contains { $0.name.hasPrefix("on") } }, "\(target)")
        #expect(page.document.values(of: "src", in: "script").allSatisfy { $0.contains("/static/pages-") }, "\(target)")
    }

    @Test("Errors are pages for browsers and JSON for programs, with the same status", arguments: SampleHistory.mistakes.indices)
    func errors(_ index: Int) async throws {
        let (target, status) = SampleHistory.mistakes[index]
        let server = try await PageServer()
        try await server.record([.reported(["mart", "late"])])
        let page = try await server.get(target)
        #expect(page.status == status, "\(target)")
        expectSound(page, target)
        #expect(page.links.contains("/"))
        #expect(page.headers[.cacheControl] == "no-store")
        #expect(page.headers[.eTag] == nil)
        for accept in [nil, "application/json", "*/*"] {
            let answer = try await server.get(target, accept: accept)
            #expect(answer.status == status)
            #expect(answer.headers[.contentType] == "application/json")
            #expect(answer.text.hasPrefix(#"{"error":""#))
        }
    }

    @Test("The API answers its errors as ever, to browsers too", arguments: ["/api/v1/nothing", "/api/v1/events?x=1", "/api/v1/asset"])
    func api(_ target: String) async throws {
        let answer = try await PageServer().get(target)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(answer.headers[.referrerPolicy] == "no-referrer")
    }

    @Test("What others append to a link is passed over where nothing is asked for", arguments: ["/", "/status", "/event/at/1"])
    func parameters(_ target: String) async throws {
        let server = try await PageServer()
        try await server.record([.reported(["a"])])
        #expect(try await server.get("\(target)?utm_source=chat&x").status < 400)
    }

    // MARK: Where it lies

    @Test(
        "leads to pages below the prefix and the deployment only",
        arguments: [("/dagster", nil), ("", "prod"), ("/data/log", "prod")] as [(String, String?)])
    func links(_ prefix: String, deployment: String?) async throws {
        let server = try await PageServer(prefix: prefix, deployments: ["prod"])
        var events = SampleHistory.events()
        if let deployment { for index in events.indices { events[index].deployment = deployment } }
        let root = prefix + (deployment.map { "/\($0)" } ?? "")
        let empty = try await server.get(root + "/")
        try await server.record(events)
        // What is about the server has no deployment.
        let own = ["\(prefix)/status", "\(prefix)/api/v1/openapi.json", "\(prefix)/metrics", "\(prefix)/", "\(prefix)/prod/"]
        var pages = [(root + "/", empty)]
        for target in SampleHistory.targets(events) where target != "/status" {
            pages.append((root + target, try await server.get(root + target)))
        }
        for (target, page) in pages {
            #expect(page.status == 200, "\(target)")
            for link in page.links + page.document.values(of: "action", in: "form") where !link.hasPrefix("#") {
                #expect(link.hasPrefix(root + "/") || own.contains(link), "\(target) leads to \(link)")
            }
            for file in page.document.values(of: "href", in: "link") + page.document.values(of: "src", in: "script") {
                #expect(file.hasPrefix(prefix + "/static/") || file.hasPrefix("data:image/svg+xml,"), "\(target) needs \(file)")
            }
            let stream = page.document.elements.compactMap { $0["data-stream"] }
            #expect(stream.allSatisfy { $0.hasPrefix(root + "/api/v1/events/stream") }, "\(target)")
        }
        // The links that a reader follows exist.
        for link in Set(pages.flatMap { $0.1.links }) where link.hasPrefix(prefix + "/") && !link.contains("never") {
            #expect(try await server.get(link).status < 400, "\(link)")
        }
    }

    @Test(
        "A name at which there is no deployment has no pages", arguments: ["/nope/", "/nope/assets", "/nope/asset/a", "/nope/event/at/1"])
    func unknownDeployments(_ target: String) async throws {
        let page = try await PageServer(deployments: ["prod"]).get(target)
        #expect(page.status == 404)
        #expect(page.words.contains(#"There is no deployment "nope""#))
    }

    @Test("shows the deployments that the caller may see, where there are several")
    func switcher() async throws {
        let server = try await PageServer(deployments: ["prod", "dev"])
        try await server.record([.reported(["a"])])
        func shown(_ deployments: [String]) async throws -> [String] {
            let page = try await server.get("/assets", as: try .token(.read, deployments: deployments))
            return page.document.words(in: "details").first.map { $0.split(separator: " ").map(String.init) } ?? []
        }
        let (all, some, one) = (try await shown([]), try await shown(["default", "dev"]), try await shown(["default"]))
        #expect(all == ["Deployment:", "default", "default", "dev", "prod"])
        #expect(some == ["Deployment:", "default", "default", "dev"])
        #expect(one == [])
    }

    @Test("Below the address of one deployment stands nothing of another")
    func deployments() async throws {
        let server = try await PageServer(deployments: ["prod"])
        let events: [Event] = [.reported(["a", "here"]), .reported(["a", "there"], deployment: "prod")]
        try await server.record(events)
        for target in ["/", "/assets", "/asset/a/here"] { #expect(try await !server.get(target).text.contains("there")) }
        for target in ["/prod/", "/prod/assets", "/prod/asset/a/there"] {
            let page = try await server.get(target)
            #expect(page.status == 200 && !page.words.contains("a/here"))
        }
        for target in ["/asset/a/there", "/prod/asset/a/here", "/prod/event/\(events[0].id)", "/prod/event/at/1", "/event/at/2"] {
            #expect(try await server.get(target).status == 404, "\(target)")
        }
    }

    // MARK: Who may see it

    @Test("shows who reads only some assets nothing of the others, in names or in numbers")
    func scope() async throws {
        let server = try await PageServer()
        let events: [Event] = [
            .reported(["raw", "orders"], #"{"metadata":{"rows":{"type":"int","value":1}}}"#), .checked(["raw", "orders"]),
            .reported(["hidden", "secret"], #"{"upstream":[["raw","orders"]]}"#), .failed(["hidden", "secret"], "A secret failure."),
            .checked(["hidden", "secret"], "secret_check", passed: false),
        ]
        try await server.record(events + [events[2].voided(because: "A secret reason.")])
        let reader = try RequestIdentity.token(.read, assets: ["raw/*"])
        let own = SampleHistory.targets(Array(events[..<2])).map { $0.replacing("warehouse/orders", with: "raw/orders") }
            .filter { !$0.contains("mart") && !$0.contains("seen") }
        for target in own {
            let page = try await server.get(target, as: reader)
            #expect(page.status == 200, "\(target)")
            #expect(!page.text.contains("secret") && !page.text.contains("hidden/"), "\(target)")
        }
        #expect(try await server.get("/", as: reader).words.contains("1 asset "))
        #expect(try await server.get("/").words.contains("2 assets "))
        #expect(try await server.get("/assets", as: reader).words.contains("All 1"))
        #expect(try await server.get("/status").words.contains("Events 6"))
        #expect(try await !server.get("/status", as: reader).words.contains("Events 6"))
        let foreign = ["/asset/hidden/secret", "/event/at/3"] + events[2...].map { "/event/\($0.id)" }
        for target in foreign {
            let page = try await server.get(target, as: reader)
            #expect(page.status == 404, "\(target)")
            #expect(!page.text.contains("A secret"), "\(target)")
        }
    }

    @Test(
        "asks for the right to read",
        arguments: [("/", 200), ("/status", 200), ("/assets", 403), ("/asset/a", 403), ("/event/at/1", 403)])
    func rights(_ target: String, forAdmin status: Int) async throws {
        let server = try await PageServer()
        try await server.record([.reported(["a"])])
        #expect(try await server.get(target, as: .token(.read)).status < 400)
        #expect(try await server.get(target, as: .token(.admin)).status == status)
        let refused = try await server.get(target, as: .token(.reporting))
        #expect(refused.status == 403)
        #expect(refused.document.words(in: "h1") == ["Not allowed"])
    }

    @Test(
        "does not tell who reads other deployments which there are",
        arguments: ["/", "/assets", "/asset/a", "/event/at/1", "/event/x", "/static/x", "/nothing"])
    func otherDeployments(_ target: String) async throws {
        let server = try await PageServer(deployments: ["prod"])
        let reader = try RequestIdentity.token(.all, deployments: ["default"])
        let (known, unknown) = (try await server.get("/prod\(target)", as: reader), try await server.get("/nope\(target)", as: reader))
        #expect(known.status == unknown.status && known.text.replacing("prod", with: "nope") == unknown.text)
        let isPage = !target.hasPrefix("/static") && target != "/nothing"
        #expect(!isPage || known.status == 403 && known.document.words(in: "h1") == ["Not allowed"])
        #expect(try await server.get("/prod/asset/a", as: .token(.all, deployments: ["prod"])).status != 403)
    }

    @Test("leads a browser without a token to the form for signing in, and says 401 to programs")
    func signIn() async throws {
        let server = try await PageServer(isTokenRequired: true)
        var stranger = RequestIdentity()
        stranger.refusal = .noToken
        for target in ["/assets", "/asset/a%2Fb?view=events", "/nothing"] {
            let answer = try await server.get(target, as: stranger)
            #expect(answer.status == 303)
            #expect(answer.headers[.location] == "/sign-in?next=\(PercentCoding.encode(target))")
            #expect(try await server.get(target, as: stranger, accept: nil).status == 401)
        }
    }

    // MARK: Caches

    @Test("is not sent again to who has it", arguments: ["/", "/assets", "/asset/warehouse/orders", "/asset/warehouse/orders?view=events"])
    func tags(_ target: String) async throws {
        let server = try await PageServer()
        try await server.record(SampleHistory.events())
        let reader = try RequestIdentity.token(.read)
        // The time is on the pages: within so many attempts two pages are of the same hour.
        for _ in 0..<3 {
            let page = try await server.get(target, as: reader)
            #expect(page.headers[.cacheControl] == "private, no-cache")
            let tag = try #require(page.headers[.eTag])
            let again = try await server.get(target, as: reader, fields: [.ifNoneMatch: tag])
            guard again.status == 304 else { continue }
            #expect(again.text.isEmpty && again.headers[.eTag] == tag)
            try await server.record([.reported(["other"]), .reported(SampleHistory.orders)])
            #expect(try await server.get(target, as: reader, fields: [.ifNoneMatch: tag]).status == 200)
            return
        }
        Issue.record("It was sent again.")
    }

    @Test("is kept by no browser whose session may end", arguments: ["/", "/assets", "/asset/a", "/status", "/event/at/1"])
    func sessions(_ target: String) async throws {
        let server = try await PageServer(isTokenRequired: true)
        try await server.record([.reported(["a"])])
        let page = try await server.get(target, as: server.session())
        #expect(page.headers[.cacheControl] == "no-store")
        guard page.status == 200 else { return }
        #expect(page.words.contains("Token ann Sign out"))
        #expect(try await server.get(target, as: .token(.read)).words.contains("Token reader Overview") == false)
    }

    // MARK: When something is missing

    @Test("says with 503 that the log can't be read, and no more", arguments: ["/", "/event/at/1", "/status"])
    func failures(_ target: String) async throws {
        let server = try await PageServer(storage: BrokenStorage(), keepsCatalog: false)
        let page = try await server.get(target)
        #expect(page.status == 503)
        expectSound(page, target)
        #expect(page.document.words(in: "h1") == ["Not available now"])
        #expect(page.headers[.retryAfter] == "2")
        #expect(!page.text.contains("hunter2"))
    }

    @Test("Without a catalog there are the newest events and a sentence, and 501 for the rest")
    func noCatalog() async throws {
        let server = try await PageServer(keepsCatalog: false)
        let events = try await server.record([.reported(["a"])])
        let home = try await server.get("/")
        #expect(home.status == 200 && home.words.contains("Newest events Materialized a"))
        #expect(try await server.get("/status").words.contains("This server keeps no catalog"))
        #expect(try await server.get("/event/\(events[0].id)").status == 200)
        for target in ["/assets", "/asset/a"] {
            let page = try await server.get(target)
            #expect(page.status == 501)
            #expect(page.words.contains("This server keeps no catalog"))
        }
    }

    @Test(
        "takes the absolute form of a target, and answers HEAD and other methods as all routes do",
        arguments: [("GET", "http://assets.example.com", 200), ("HEAD", "/", 200), ("POST", "/", 405), ("PUT", "/assets", 405)])
    func methods(_ method: String, _ target: String, status: Int) async throws {
        let server = try await PageServer()
        let answer = try await server.ask(try #require(HTTPRequest.Method(rawValue: method)), target)
        #expect(answer.status == status)
        if method == "HEAD" { #expect(answer.text.isEmpty && answer.headers[.contentLength].flatMap { Int($0) } ?? 0 > 1000) }
        if status == 405 { #expect(answer.headers[.allow] == "GET, HEAD") }
    }
}

/// A storage that can't be reached.
struct BrokenStorage: Storage {
    private let error = StorageError(.unavailable, "password=hunter2")

    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome { throw error }
    func events(_ query: EventQuery) async throws -> AssetlogCore.EventPage { throw error }
    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? { throw error }
    func logID() async throws -> LogID { throw error }
    func statistics() async throws -> StorageStatistics { throw error }
    func cursors() async throws -> [ConsumerCursor] { throw error }
    func cursor(of consumer: String) async throws -> ConsumerCursor { throw error }
    func advance(_ cursor: ConsumerCursor) async throws -> Bool { throw error }
    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor { throw error }
    func deadLetters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] { throw error }
    func requestedDeadLetters(of consumer: String, limit: Int) async throws -> [DeadLetter] { throw error }
    func deadLetterCount(of consumer: String) async throws -> Int { throw error }
    func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws { throw error }
    func removeDeadLetters(of consumer: String, _ sequences: [Int64]?) async throws -> Int { throw error }
    func setPause(of consumer: String, _ reason: String?) async throws { throw error }
    func pause(of consumer: String) async throws -> String? { throw error }
    func close() async {}
}
