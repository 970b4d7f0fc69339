import AssetlogAccess
import AssetlogCore
import HTTPTypes
import Testing

@testable import AssetlogPages

@Suite("The overview", .enabled(if: hasCatalog))
struct HomePageTests {
    // MARK: Nothing yet

    @Test(
        "An empty log shows how to report, at the address that the browser uses",
        arguments: [
            ("http", "localhost:3000", "", "http://localhost:3000"),
            ("https", "assets.example.com", "/dagster", "https://assets.example.com/dagster"),
            ("https", "[::1]:8443", "", "https://[::1]:8443"), ("http", "x; rm -rf ~", "", "http://localhost:3000"),
            ("http", "$(reboot)", "", "http://localhost:3000"), ("http", "'\"><script>", "/p", "http://localhost:3000/p"),
            (nil, nil, "", "http://localhost:3000"),
        ] as [(String?, String?, String, String)])
    func address(_ scheme: String?, authority: String?, prefix: String, url: String) async throws {
        let server = try await PageServer(prefix: prefix)
        let page = try await server.get(prefix + "/", authority: authority, scheme: scheme)
        Markup.check(page)
        #expect(page.words.contains("Report the first event Nothing has been reported yet."))
        #expect(page.words.contains("curl -X POST '\(url)/report_asset_materialization/warehouse/orders' \\ -H 'Content-Type:"))
        #expect(page.words.contains("assetlog report materialization warehouse/orders --to '\(url)'"))
        #expect(!page.words.contains("Authorization"))
    }

    @Test("below a deployment the report is one of the deployment")
    func deployment() async throws {
        let server = try await PageServer(prefix: "/p", deployments: ["prod"])
        #expect(try await server.get("/p/prod/").words.contains("'http://localhost:3000/p/prod/report_asset_materialization/warehouse"))
        #expect(try await server.get("/p/").words.contains("'http://localhost:3000/p/report_asset_materialization/warehouse"))
    }

    @Test("the configured URL counts before that of the browser", arguments: [("/", ""), ("/prod/", "/prod")])
    func publicURL(_ target: String, below: String) async throws {
        let server = try await PageServer(deployments: ["prod"], publicURL: "https://data.example.com/log")
        let page = try await server.get(target)
        #expect(page.words.contains("'https://data.example.com/log\(below)/report_asset_materialization/"))
        #expect(!page.words.contains("localhost"))
    }

    @Test("the scheme is that of a trusted proxy that ends TLS, and of nobody else")
    func proxy() async throws {
        let server = try await PageServer()
        var identity = RequestIdentity()
        identity.isForwardedSecurely = true
        #expect(try await server.get("/", as: identity).words.contains("'https://localhost:3000/"))
        let forwarded = try #require(HTTPField.Name("X-Forwarded-Proto"))
        #expect(try await server.get("/", fields: [forwarded: "https"]).words.contains("'http://localhost:3000/"))
    }

    @Test("where a token is required, the report has one")
    func token() async throws {
        let page = try await PageServer(isTokenRequired: true).get("/", as: .token(.read))
        #expect(page.words.contains(#"\ -H "Authorization: Bearer $ASSETLOG_TOKEN" \ -H 'Content-Type"#))
    }

    @Test("a read-only server says so instead")
    func readOnly() async throws {
        let page = try await PageServer(isReadOnly: true).get("/")
        #expect(page.words.contains("This server is read-only"))
        #expect(!page.words.contains("curl"))
    }

    // MARK: Everything at a glance

    @Test("The states are counted, and each number leads to the assets", arguments: ["", "/prod"])
    func states(_ root: String) async throws {
        let server = try await PageServer(deployments: ["prod"])
        var events = SampleHistory.events() + [.reported(["mart", "broken", "too"]), .failed(["mart", "broken", "too"], "No.", ago: 60)]
        if root != "" { for index in events.indices { events[index].deployment = "prod" } }
        try await server.record(events)
        let page = try await server.get(root + "/")
        #expect(page.words.contains("8 assets 2 ✕ Failed 1 ◆ Check failed 1 ▸ Running 1 ▲ Warning 1 ○ Missing 2 ● OK"))
        let tiles = page.links.filter { $0.hasPrefix("\(root)/assets?state=") }
        #expect(tiles == ["failed", "check_failed", "running", "warned", "missing", "ok"].map { "\(root)/assets?state=\($0)" })
        for (tile, count) in zip(tiles, [2, 1, 1, 1, 1, 2]) { #expect(try await server.get(tile).links("key").count == count, "\(tile)") }
    }

    @Test("Failing checks say since when, those that failed last first, and lead to the result")
    func checks() async throws {
        let server = try await PageServer()
        let events: [Event] = [
            .checked(["a", "old"], "fresh", passed: false, ago: 7 * 3600), .checked(["a", "old"], "fresh", passed: false, ago: 60),
            .checked(["a", "new"], "unique", passed: false, partition: "p1", ago: 3 * 3600 + 5),
            .checked(["a", "warned"], passed: false, severity: "WARN"), .checked(["a", "good"]),
        ]
        try await server.record(events)
        let page = try await server.get("/")
        let shown = "Failing checks a/new unique partition p1 failing since 3 h ago event a/old fresh failing since 7 h ago event"
        #expect(page.words.contains(shown + " Latest failures No asset has failed."), "\(page.words)")
        #expect(page.links("more") == ["/event/\(events[2].id)", "/event/\(events[1].id)"])
    }

    @Test("The latest failures show the first line of the message, and lead to the event")
    func failures() async throws {
        let server = try await PageServer()
        let events: [Event] = [
            .failed(["a", "one"], "Disk <full>.\nAt line 5.", partition: "2026-11-23", ago: 7200), .failed(["a", "two"], ""),
            .failed(["a", "mended"], "x", ago: 7200), .reported(["a", "mended"]),
        ]
        try await server.record(events)
        let page = try await server.get("/")
        #expect(
            page.words.contains(
                "No check fails. Latest failures a/two 1 h ago event a/one partition 2026-11-23 2 h ago Disk <full>. event Events per"),
            "\(page.words)")
        #expect(page.links("more") == ["/event/\(events[1].id)", "/event/\(events[0].id)"])
    }

    @Test("The events of the last hours are counted, failures among them")
    func hours() async throws {
        let server = try await PageServer()
        try await server.record(SampleHistory.events())
        let page = try await server.get("/")
        #expect(page.document.elements.contains { $0["aria-label"]?.contains(" events in the last 48 hours, 1 failure") == true })
    }

    @Test("The newest events are listed, the newest first")
    func newest() async throws {
        let server = try await PageServer()
        try await server.record((1...1234).map { .reported(["asset", "n\($0)"], ago: 5) })
        let page = try await server.get("/")
        let newest = page.words.split(separator: "Newest events").last ?? ""
        #expect(newest.matches(of: /asset\/n(\d+)/).map { String($0.output.1) } == (1225...1234).reversed().map(String.init))
        #expect(page.document.elements.contains { $0["data-stream"] == "/api/v1/events/stream" && $0["data-as-of"] == "1234" })
    }

    @Test(
        "An event says what it is about in a line",
        arguments: [
            (EventKind.check, #"{"check_name":"fresh","passed":true,"severity":"ERROR"}"#, "Check a ● Passed fresh"),
            (.check, #"{"check_name":"fresh","passed":false,"severity":"ERROR"}"#, "Check a ◆ Failed fresh"),
            (.check, #"{"check_name":"fresh","passed":false,"severity":"WARN"}"#, "Check a ▲ Warning fresh"),
            (
                .check, #"{"metadata":{"passed":{"type":"bool","value":true}},"check_name":"fresh","passed":false}"#,
                "Check a ◆ Failed fresh"
            ),
            (.materialization, #"{"description":"All of them.\nTwice."}"#, "Materialized a All of them."),
            (.materialization, "{}", "Materialized a"), (.observation, "{}", "Observed a"), (.materializationStarted, "{}", "Started a"),
            (.materializationFailed, #"{"failure":{"reason":"UNKNOWN","message":"Disk full."}}"#, "Failed a Disk full."),
            (.materializationSkipped, "{}", "Skipped a"),
            (.wipe, #"{"partitions":null,"reason":"Wrong account."}"#, "Wiped a Wrong account."),
        ])
    func lines(_ kind: EventKind, _ details: String, line: String) async throws {
        let server = try await PageServer(keepsCatalog: false)
        try await server.record([.reported(kind, ["a"], details), .reported(kind, ["a"], partition: "", details)])
        let words = try await server.get("/").words
        #expect(words.contains("\(line) 1 h ago Events as JSON"), "\(words)")
        #expect(words.contains("partition empty name"))
    }

    @Test("A void event is marked as such")
    func voids() async throws {
        let server = try await PageServer()
        let event = Event.reported(["a"])
        try await server.record([event, event.voided(because: "Wrong file.")])
        let page = try await server.get("/")
        #expect(page.words.contains("Void a Wrong file. 2 h ago Materialized a void 1 h ago"), "\(page.words)")
    }

    @Test("stays small whatever the events hold, and however many there are")
    func size() async throws {
        let server = try await PageServer()
        // Keys, names and partitions have 2,048 bytes.
        let (part, long) = (String(repeating: "ü<", count: 30), String(repeating: "ü<", count: 680))
        let checks = (0..<40).map { Event.checked(Array(repeating: part, count: 22) + ["\($0)"], long, passed: false, partition: long) }
        let failures = (0..<40).map { Event.failed([long, "\($0)"], String(repeating: "y", count: 200_000), partition: long) }
        try await server.record(checks + failures)
        let page = try await server.get("/")
        #expect(page.status == 200)
        #expect(page.text.utf8.count < 1_000_000)
        #expect(page.links("more").count == 40)
    }
}
