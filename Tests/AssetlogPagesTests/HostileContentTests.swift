import AssetlogCore
import Testing

@testable import AssetlogPages

@Suite("What strangers report", .enabled(if: hasCatalog))
struct HostileContentTests {
    private static let texts = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</title></style><svg/onload=x>",
        "&lt;b&gt;", "\u{0}\u{1b}[31m<i>", "javascript:alert(1)", "<!--", "\u{202e}<u>", "]]>", "</bdi></code></pre>",
        "\u{2028}a\r\n\u{85}b",
        "\u{9f}\u{fffe}\u{10ffff}", "${x}{{y}}`", String(repeating: "ü<&\"'", count: 250), "%3Cscript%3E", "//evil.example", "..",
    ]

    /// Events in which every text is the same.
    private static func events(_ text: String) -> [Event] {
        let json = Event.json(text)
        let values = ["text", "url", "path", "notebook", "md", "json", "dagster_run"].map {
            "\(Event.json($0 + text)):{\"type\":\"\($0)\",\"value\":\(json)}"
        }
        let odd = [
            #"\#(json):{"type":\#(json),"value":\#(json)}"#, #""a":{"type":"asset","value":[\#(json),\#(json)]}"#,
            #""n":{"type":"float","value":NaN}"#, #""i":{"type":"float","value":-Infinity}"#, #""t":{"type":"timestamp","value":1e300}"#,
            #""s":{"type":"table_schema","value":{"columns":[{"name":\#(json),"type":\#(json),"description":\#(json)}]}}"#,
            #""l":{"type":"table_column_lineage","value":{"deps_by_column":{\#(json):[{"asset_key":[\#(json)],"column_name":\#(json)}]}}}"#,
            #""r":{"type":"table","value":{"records":[{\#(json):\#(json)}]}}"#,
            #""\#("m")":{"type":"md","value":\#(Event.json("[a](\(text)) <\(text)>"))}"#,
        ]
        let details = """
            {"description":\(json),"data_version":\(json),"tags":{\(json):\(json)},"metadata":{\((values + odd).joined(separator: ","))},\
            "upstream":[[\(json),"up"]]}
            """
        let key = [text, "x"]
        let failure = #"{"failure":{"reason":\#(json),"message":\#(json)}}"#
        let event = Event.reported(key, partition: text, ago: 60, by: text, details)
        return [
            event, .reported(key, partition: text, ago: 50, by: text, details),
            .checked(key, text, passed: false, partition: text, ago: 40),
            .reported([text, "up"], ago: 30, by: text, details), .reported(.materializationFailed, [text, "failed"], ago: 20, failure),
            .reported([text], ago: 10), event.voided(because: text, by: text),
        ]
    }

    @Test("is text on every page, and leads nowhere", arguments: texts.indices)
    func isText(_ index: Int) async throws {
        let text = Self.texts[index]
        let server = try await PageServer(isTokenRequired: true, publicURL: "https://a.example")
        let events = Self.events(text)
        try await server.record(events)
        let links = PageLinks(base: "", deployment: nil)
        let key = events[0].assetKey
        let encoded = PercentCoding.encode(text)
        var targets = ["/", "/assets", "/status"] + events.map { "/event/\($0.id)" }
        targets += AssetPageQuery.View.allCases.map { links.asset(key, [("view", $0.rawValue)]) }
        targets += [links.asset(key, [("view", "events"), ("partition", text), ("check_name", text)]), links.asset(events[4].assetKey)]
        // What cannot be is refused, on a page as well.
        targets += ["/assets?q=\(encoded)&tag=\(encoded)", "/assets?prefix=\(PercentCoding.encode(AssetKey([text]).canonical))"]
        targets += [
            "/assets?sort=\(encoded)", "/assets?\(encoded)", "/\(encoded)", "/asset/\(encoded)/none", "/event/\(encoded)",
            "/event/at/\(encoded)",
        ]
        for target in targets {
            let page = try await server.get(target)
            Markup.check(page, "\(target)")
            #expect(page.status < 500, "\(target)")
            #expect(!page.text.utf8.contains(0), "\(target)")
            #expect(page.links.allSatisfy { !$0.hasPrefix("/\\") && !$0.hasPrefix("//") }, "\(target)")
            #expect(page.text.utf8.count < 600_000, "\(target)")
        }
        #expect(try await server.get(links.asset(key)).words.contains("Latest materialization"))
    }

    @Test("has names of as many bytes as an event takes")
    func longNames() async throws {
        let server = try await PageServer()
        let long = String(repeating: "ab/", count: 682)
        let events: [Event] = [
            .reported([long], partition: long), .checked([long], long, passed: false, partition: long), .failed([long, "x"], long),
            .reported(Array(repeating: "p", count: 1000)),
        ]
        try await server.record(events)
        let links = PageLinks(base: "", deployment: nil)
        for target in ["/", "/assets", "/assets?prefix=p", links.asset(AssetKey([long])), links.asset(events[3].assetKey)]
            + events.map({ "/event/\($0.id)" })
        {
            let page = try await server.get(target)
            #expect(page.status == 200, "\(target.prefix(80))")
            Markup.check(page, "\(target.prefix(80))")
        }
        // What a reader follows has a length that servers take.
        #expect(try await server.get("/assets").links("key").allSatisfy { $0.utf8.count < 8000 })
    }

    @Test("has ten thousand labels, of which a page shows so many")
    func labels() async throws {
        let server = try await PageServer()
        let labels = (0..<10_000).map { "\"l\($0)\":{\"type\":\"int\",\"value\":\($0)}" }.joined(separator: ",")
        let event = Event.reported(["a"], "{\"metadata\":{\(labels)}}")
        try await server.record([event])
        for target in ["/", "/assets", "/asset/a", "/asset/a?view=plots", "/asset/a?view=events", "/event/\(event.id)"] {
            let page = try await server.get(target)
            #expect(page.status == 200)
            Markup.check(page, "\(target)")
            #expect(page.text.utf8.count < 400_000, "\(target): \(page.text.utf8.count)")
        }
        #expect(try await server.get("/event/\(event.id)").words.contains("more labels; see the raw JSON."))
    }

    @Test(
        "is at the ends of time",
        arguments: [
            "0000-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
            "9999-12-31T23:59:59.999999-23:59",
        ])
    func times(_ text: String) async throws {
        let server = try await PageServer()
        let time = try #require(Timestamp(text))
        let events = SampleHistory.events().map { event in
            var event = event
            event.timestamp = time
            return event
        }
        try await server.record(events)
        for target in SampleHistory.targets(events) {
            let page = try await server.get(target)
            #expect(page.status == 200, "\(target)")
            Markup.check(page, "\(target)")
        }
    }
}
