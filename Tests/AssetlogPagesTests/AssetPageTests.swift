import AssetlogAccess
import AssetlogCore
import Testing

@testable import AssetlogPages

@Suite("The page of an asset", .enabled(if: hasCatalog))
struct AssetPageTests {
    private static let key = ["a", "b"]
    private static let hour: Int64 = 3600

    private func page(_ events: [Event], _ target: String = "/asset/a/b") async throws -> Page {
        let server = try await PageServer()
        try await server.record(events)
        let page = try await server.get(target)
        #expect(page.status == 200, "\(page.text)")
        Markup.check(page)
        return page
    }

    // MARK: State

    private static let states: [(events: [Event], sentence: String)] = [
        (
            [.reported(key, ago: 9 * hour), .failed(key, "Disk <full>.\nAt line 5.", ago: 3 * hour), .failed(key, "Again.", ago: hour)],
            "✕ Failed The latest materialization failed: Again. since 3 h ago"
        ),
        ([.failed(key, "", ago: 3 * hour)], "✕ Failed The latest materialization failed since 3 h ago"),
        (
            [.reported(key), .checked(key, "one", passed: false, ago: 2 * hour), .checked(key, "two", passed: false, ago: hour)],
            "◆ Check failed 2 checks fail since 2 h ago"
        ),
        ([.reported(key), .checked(key, passed: false, ago: 2 * hour)], "◆ Check failed 1 check fails since 2 h ago"),
        (
            [.reported(key, ago: 9 * hour), .reported(.materializationStarted, key, ago: 2 * hour)],
            "▸ Running A materialization is running since 2 h ago"
        ),
        ([.reported(key), .checked(key, passed: false, severity: "WARN", ago: 2 * hour)], "▲ Warning 1 check warns since 2 h ago"),
        ([.reported(.observation, key, ago: 5 * hour)], "○ Missing It was never materialized since 5 h ago"),
        ([.reported(key, ago: 9 * hour), .reported(key)], "● OK The latest materialization succeeded since 9 h ago"),
    ]

    @Test("says its state in a sentence", arguments: states.indices)
    func sentence(_ index: Int) async throws {
        let (events, sentence) = Self.states[index]
        #expect(try await page(events).words(where: "class", "lead") == sentence)
    }

    @Test("has a part for what there is to see, and no other")
    func tabs() async throws {
        let bare = try await page([.reported(Self.key)])
        #expect(bare.words(where: "aria-label", "Parts of this page") == "Overview Events 1")
        let server = try await PageServer()
        try await server.record(SampleHistory.events())
        let full = try await server.get("/asset/warehouse/orders")
        #expect(full.words(where: "aria-label", "Parts of this page") == "Overview Events 6 Plots 1 Partitions 3 Checks 2 Versions")
        for view in ["", "?view=events", "?view=plots", "?view=partitions", "?view=checks", "?view=versions"] {
            let target = "/asset/warehouse/orders\(view)"
            #expect(full.links.contains(target))
            let current = try await server.get(target).document.elements.filter { $0["aria-current"] == "page" }.compactMap { $0["href"] }
            #expect(current == ["/assets", target])
        }
        // Also the part that is asked for.
        #expect(try await page([.reported(Self.key)], "/asset/a/b?view=checks").words.contains("No check was run here."))
    }

    @Test("leads to the prefixes of its key")
    func breadcrumb() async throws {
        let page = try await page([.reported(["a", "b/c", "d"])], "/asset/a/b%2Fc/d")
        #expect(page.words(where: "aria-label", "Prefix") == "All assets a b/c")
        #expect(page.document.words(in: "h1") == ["a/b/c/d"])
        for prefix in [#"["a"]"#, #"["a","b/c"]"#] { #expect(page.links.contains("/assets?prefix=\(PercentCoding.encode(prefix))")) }
    }

    @Test("shows what is known of it")
    func facts() async throws {
        let server = try await PageServer()
        try await server.record(SampleHistory.events())
        let page = try await server.get("/asset/warehouse/orders")
        #expect(
            page.words.contains(
                "About Description All orders. Data version v2 since 2 days ago Last event yesterday First event 2 days ago"
                    + " Tags team: core tier 2 materializations 3 check results 1 skip"), "\(page.words)")
        #expect(page.links.contains("/assets?tag=team%3Acore") && page.links.contains("/assets?tag=tier%3A"))
        #expect(page.links.contains("/asset/warehouse/orders?view=events&kind=check"))
        #expect(page.words.contains("Latest materialization 2 days ago, partition 2026-11-02 · event rows 12 note fine"), "\(page.words)")
        for link in Set(page.links) where link.hasPrefix("/asset") && !link.contains("never") {
            #expect(try await server.get(link).status == 200, "\(link)")
        }
    }

    // MARK: Lineage

    @Test("names what it was made from and what was made from it, with their states")
    func lineage() async throws {
        let server = try await PageServer()
        try await server.record(SampleHistory.events())
        #expect(try await server.get("/asset/warehouse/orders").words.contains("Made from ● OK raw/orders never/reported Used by No event"))
        #expect(try await server.get("/asset/raw/orders").words.contains("Made from No event says so. Used by ● OK warehouse/orders"))
        #expect(try await !server.get("/asset/raw/seen").words.contains("Made from"))
    }

    @Test("leads to fifty related assets, and counts the others")
    func manyUpstream() async throws {
        let upstream = (0..<60).map { #"["up","u\#($0)"]"# }.joined(separator: ",")
        let page = try await page([.reported(Self.key, "{\"upstream\":[\(upstream)]}")])
        #expect(page.links("key").filter { $0.hasPrefix("/asset/up/") }.count == 50)
        #expect(page.words.contains("… and 10 more"))
    }

    // MARK: Addresses

    @Test(
        "has an address for any key",
        arguments: [
            (["a"], "/asset/a"), (["a", "b"], "/asset/a/b"), (["a/b", "c"], "/asset/a%2Fb/c"),
            (["a b", "ü?#%"], "/asset/a%20b/%C3%BC%3F%23%25"),
            (["...", ".a"], "/asset/.../.a"), (["."], "/asset?asset_key=%5B%22.%22%5D"),
            (["a", ".."], "/asset?asset_key=%5B%22a%22%2C%22..%22%5D"),
            ([""], "/asset?asset_key=%5B%22%22%5D"), (["", "a"], "/asset?asset_key=%5B%22%22%2C%22a%22%5D"),
            (["a", ""], "/asset?asset_key=%5B%22a%22%2C%22%22%5D"), (["assets"], "/asset/assets"),
            (["api", "v1", "events"], "/asset/api/v1/events"),
            (["report_asset_check", "x"], "/asset/report_asset_check/x"), (["\"\\\u{202e}"], "/asset/%22%5C%E2%80%AE"),
        ])
    func addresses(_ key: [String], address: String) async throws {
        let server = try await PageServer(deployments: ["prod"])
        try await server.record([.reported(key, ago: 60), .reported(key, deployment: "prod", ago: 60), .reported(["other"], ago: 60)])
        #expect(PageLinks(base: "", deployment: nil).asset(AssetKey(key)) == address)
        for root in ["", "/prod"] {
            #expect(try await server.get(root + "/assets").links("key").contains(root + address))
            for view in ["", "events", "plots", "partitions", "checks", "versions"] {
                let links = PageLinks(base: "", deployment: root.isEmpty ? nil : "prod")
                let page = try await server.get(links.asset(AssetKey(key), [("view", view.isEmpty ? nil : view)]))
                #expect(page.status == 200, "\(key) \(view)")
                Markup.check(page, "\(key)")
                #expect(page.document.words(in: "h1") == [key.joined(separator: "/").trimmed], "\(key)")
            }
        }
    }

    @Test(
        "says what is wrong with its address",
        arguments: [
            ("?view=x", "view"), ("?kind=x", "kind"), ("?state=x", "state"), ("?by=x", "by"), ("?partition=%00", "partition"),
            ("?q=x", "q"),
            ("?view=events&after=x", "after"), ("?view=partitions&after=x", "after"), ("?view=checks&after=x", "after"),
            ("?view=versions&after=x.y", "after"),
        ])
    func mistakes(_ query: String, parameter: String) async throws {
        let server = try await PageServer()
        try await server.record([.reported(Self.key, partition: "p"), .checked(Self.key)])
        let page = try await server.get("/asset/a/b\(query)")
        #expect(page.status == 400)
        #expect(page.words(where: "role", "alert")?.contains(parameter) == true, "\(page.words)")
    }

    @Test(
        "is 404 where nothing was reported", arguments: ["/asset/a", "/asset/a/b/c", "/asset/a/b/", "/asset/", "/asset//a/b", "/asset/A/b"])
    func unknown(_ target: String) async throws {
        let server = try await PageServer()
        try await server.record([.reported(Self.key)])
        #expect(try await server.get(target).status == 404)
        #expect(try await server.get("/asset?asset_key=x").status == 400)
    }

    // MARK: Partitions

    @Test("Days are a calendar: each day with its state, and the gaps among them")
    func calendar() async throws {
        let events: [Event] = [
            .reported(Self.key, partition: "2026-10-30"), .reported(Self.key, partition: "2026-11-02"),
            .failed(Self.key, "No.", partition: "2026-11-03"), .reported(Self.key, partition: "2027-01-01"),
        ]
        let page = try await page(events, "/asset/a/b?view=partitions")
        #expect(page.words.contains("4 partitions: 1 ✕ Failed 3 ● OK"))
        // The latest month first; a month has all its days.
        #expect(
            page.document.words(in: "p").filter { $0.hasSuffix("2026") || $0.hasSuffix("2027") }
                == ["January 2027", "December 2026", "November 2026", "October 2026"])
        let days = page.document.elements.filter { $0["class"]?.hasPrefix("day") == true && $0.name != "ol" }
        #expect(days.count == 123)
        #expect(days.compactMap { $0["aria-label"] } == ["2027-01-01: OK", "2026-11-02: OK", "2026-11-03: Failed", "2026-10-30: OK"])
        #expect(page.links.contains("/asset/a/b?view=events&partition=2026-11-03"))
        // Between the first day and the last.
        let gaps = days.filter { $0["class"] == "day gap" }.compactMap { $0["title"] }
        // One in October, 28 in November, all of December.
        #expect(gaps.count == 60)
        #expect(gaps.contains("2026-10-31: missing"))
        #expect(!gaps.contains("2026-10-29: missing"))
        // The first of each month is below its weekday.
        #expect(
            page.document.elements.compactMap { $0["class"] }.filter { $0.hasPrefix("start-") } == [
                "start-5", "start-2", "start-7", "start-4",
            ])
        #expect(page.words.contains("Dates without a partition 2026-10-31 to 2026-11-01 2026-11-04 to 2026-12-31 Ranges"), "\(page.words)")
    }

    @Test("Other partitions are a grid, the last first; each says its state and leads to its events", arguments: ["", "?view=partitions"])
    func grid(_ query: String) async throws {
        let events: [Event] = [
            .reported(Self.key, partition: "eu"), .failed(Self.key, "No.", partition: "us"), .reported(Self.key, partition: ""),
            .reported(Self.key, partition: "2026-11-01"), .reported(.observation, Self.key, partition: "a/b|<c>"),
        ]
        let page = try await page(events, "/asset/a/b\(query)")
        let chips = page.document.elements.filter { $0["class"]?.hasPrefix("chip ") == true }
        #expect(chips.map { $0["class"] } == ["chip failed", "chip ok", "chip missing", "chip ok", "chip ok"])
        #expect(page.words.contains("✕ us, Failed ● eu, OK ○ a/b|<c>, Missing ● 2026-11-01, OK ● empty name, OK"), "\(page.words)")
        let hrefs = chips.compactMap { $0["href"] }
        #expect(hrefs.last == "/asset/a/b?view=events&partition=")
        #expect(hrefs[2] == "/asset/a/b?view=events&partition=a%2Fb%7C%3Cc%3E")
    }

    @Test("The events of a partition with an empty name are its own only")
    func emptyName() async throws {
        let server = try await PageServer()
        try await server.record([.reported(Self.key, partition: ""), .reported(Self.key, partition: "p"), .reported(Self.key)])
        let page = try await server.get("/asset/a/b?view=events&partition=")
        #expect(page.document.elements.filter { $0["id"]?.hasPrefix("e") == true }.map { $0["id"] } == ["e1"])
        #expect(page.words.contains("Only partition empty name. Show all"))
        // Left empty in a form, the others are as if they were not there.
        #expect(try await server.get("/asset/a/b?view=&kind=&check_name=&after=").status == 200)
    }

    @Test("Partitions are filtered by their state, and continue on the next page")
    func partitionPages() async throws {
        let server = try await PageServer()
        let failed = (0..<5).map { Event.failed(Self.key, "No.", partition: "x\($0)") }
        try await server.record((0..<900).map { .reported(Self.key, partition: "p\(1000 + $0)") } + failed)
        let found = try await server.get("/asset/a/b?view=partitions&state=failed")
        #expect(found.document.elements.count { $0["class"] == "chip failed" } == 5)
        #expect(found.document.elements.count { $0["class"] == "chip ok" } == 0)
        #expect(try await server.get("/asset/a/b?view=partitions&state=running").words.contains("No partition is in this state."))
        var (target, count, pages): (String?, Int, Int) = ("/asset/a/b?view=partitions", 0, 0)
        while let asked = target, pages < 9 {
            let page = try await server.get(asked)
            Markup.check(page)
            count += page.document.elements.count { $0["class"]?.hasPrefix("chip ") == true }
            #expect(page.words.contains("Last partitions") == (pages > 0))
            (target, pages) = (page.next, pages + 1)
        }
        #expect(count == 905 && pages == 3)
    }

    // MARK: Checks

    @Test("Checks are rows with their results as a strip, the latest at the right", arguments: ["", "?view=checks"])
    func checks(_ query: String) async throws {
        let events: [Event] = [
            .checked(Self.key, "fresh", ago: 9 * Self.hour),
            .checked(Self.key, "fresh", passed: false, severity: "WARN", ago: 8 * Self.hour),
            .checked(Self.key, "fresh", passed: false, ago: 7 * Self.hour), .checked(Self.key, "unique", ago: 6 * Self.hour),
        ]
        let page = try await page(events, "/asset/a/b\(query)")
        let rows = page.document.words(in: "tr").filter { $0.hasPrefix("fresh") || $0.hasPrefix("unique") }
        #expect(rows == ["fresh ◆ Failed 7 h ago 7 h ago 1 2", "unique ● Passed 6 h ago 6 h ago 1 0"])
        #expect(page.document.values(of: "aria-label", in: "svg").contains("The last 3 results: 1 failed, 1 with a warning, 1 passed"))
        let strip = page.document.elements.filter { $0["class"]?.hasPrefix("stroke-") == true }.map {
            "\($0["class"] ?? "") \($0["d"] ?? "")"
        }
        #expect(strip == ["stroke-failed M10 15v-14", "stroke-warned M6 15v-10", "stroke-passed M2 15v-6", "stroke-passed M2 15v-6"])
        #expect(page.links.contains("/asset/a/b?view=events&kind=check&check_name=fresh"))
    }

    @Test("The overview shows the checks that fail first, and leads to the others")
    func failingFirst() async throws {
        let names = (0..<12).map { "c\(10 + $0)" }
        let page = try await page(names.map { .checked(Self.key, $0, passed: $0 != "c21") })
        #expect(page.document.words(in: "tr").filter { $0.hasPrefix("c") }.map { String($0.prefix(3)) } == ["c21"] + names.prefix(7))
        #expect(page.words.contains("All 12 checks"))
    }

    @Test("Checks of partitions stand each for itself where that is asked for")
    func checksByPartition() async throws {
        let events: [Event] = [
            .reported(Self.key, partition: "p"), .checked(Self.key, passed: false, partition: "p"), .checked(Self.key, partition: "q"),
        ]
        func rows(_ query: String) async throws -> [String] {
            try await page(events, "/asset/a/b?view=checks\(query)").document.words(in: "tr").filter { $0.hasPrefix("fresh") }
        }
        #expect(try await rows("").count == 1)
        #expect(
            try await rows("&by=partition").map { String($0.prefix(26)) } == ["fresh partition p ◆ Failed", "fresh partition q ● Passed"])
    }

    @Test("Checks continue on the next page")
    func checkPages() async throws {
        let server = try await PageServer()
        try await server.record((0..<50).map { .checked(Self.key, "c\(10 + $0)") })
        var (target, seen): (String?, [String]) = ("/asset/a/b?view=checks", [])
        while let asked = target, seen.count < 99 {
            let page = try await server.get(asked)
            seen += page.document.words(in: "tr").filter { $0.hasPrefix("c") }.map { String($0.prefix(3)) }
            target = page.next
        }
        #expect(seen == (0..<50).map { "c\(10 + $0)" })
    }

    // MARK: Plots

    @Test("Numeric labels are plotted, each value a link to its event")
    func plots() async throws {
        let events: [Event] = (0..<5).map { number in
            .reported(
                Self.key, partition: "p\(number)", ago: Int64(1 + number) * Self.hour,
                #"{"metadata":{"rows":{"type":"int","value":\#(number * 10)},"size":{"type":"float","value":NaN},"name":{"type":"text","value":"x"}}}"#
            )
        }
        for query in ["", "?view=plots", "?view=plots&by=partition"] {
            let page = try await page(events, "/asset/a/b\(query)")
            #expect(page.links("plot-link").sorted() == (1...5).map { "/event/at/\($0)" }, "\(query)")
            #expect(page.document.words(in: "figcaption").contains { $0.hasPrefix("rows 5 ") }, "\(page.document.words(in: "figcaption"))")
        }
    }

    @Test("Plots of many labels continue on the next page, each label once")
    func plotPages() async throws {
        let labels = (0..<20).map { "\"label\(10 + $0)\":{\"type\":\"int\",\"value\":1}" }.joined(separator: ",")
        let server = try await PageServer()
        try await server.record([.reported(Self.key, "{\"metadata\":{\(labels)}}")])
        #expect(try await server.get("/asset/a/b").words.contains("Plots of all 20 labels"))
        var (target, seen): (String?, [String]) = ("/asset/a/b?view=plots", [])
        while let asked = target, seen.count < 99 {
            let page = try await server.get(asked)
            Markup.check(page)
            seen += page.document.words(in: "figcaption").map { String($0.prefix(7)) }
            target = page.next
        }
        #expect(seen == (0..<20).map { "label\(10 + $0)" })
    }

    @Test("An asset without a number says so")
    func noPlots() async throws {
        #expect(try await page([.reported(Self.key)], "/asset/a/b?view=plots").words.contains("No event reports a number here."))
    }

    // MARK: Versions and events

    @Test("Data versions are listed with the event that reported them first, and how many did")
    func versions() async throws {
        func version(_ text: String, _ hours: Int64) -> Event {
            .reported(Self.key, ago: hours * Self.hour, #"{"data_version":\#(Event.json(text))}"#)
        }
        let events = [version("v1", 9), version("<v2>", 8), version("<v2>", 7), .reported(Self.key, ago: 6 * Self.hour), version("v1", 5)]
        let page = try await page(events, "/asset/a/b?view=versions")
        #expect(page.document.words(in: "tr").dropFirst().map { $0 } == ["v1 5 h ago 1", "<v2> 8 h ago 2", "v1 9 h ago 1"])
        #expect(page.links.contains("/event/\(events[1].id)"))
        let none = try await self.page([.reported(Self.key)], "/asset/a/b?view=versions")
        #expect(none.words.contains("None of these events reports a data version."))
    }

    @Test("A void event changes no data version")
    func voidVersions() async throws {
        let event = Event.reported(Self.key, #"{"data_version":"v1"}"#)
        let page = try await page([event, .reported(Self.key), event.voided(because: "Wrong.")], "/asset/a/b?view=versions")
        #expect(page.words.contains("None of these events reports a data version."))
    }

    @Test(
        "Events are filtered by kind, partition and check",
        arguments: [
            ("", [6, 5, 4, 3, 2, 1], nil), ("&kind=check", [5, 4, 3], nil), ("&kind=materialization", [2, 1], nil), ("&kind=wipe", [], nil),
            ("&partition=p", [3, 1], "Only partition p. Show all"), ("&check_name=unique", [5], "Only check unique. Show all"),
            ("&kind=check&partition=p&check_name=fresh", [3], "Only partition p, check fresh. Show all"),
        ] as [(String, [Int], String?)])
    func timeline(_ query: String, sequences: [Int], filter: String?) async throws {
        let events: [Event] = [
            .reported(Self.key, partition: "p", ago: 9 * Self.hour), .reported(Self.key, ago: 8 * Self.hour),
            .checked(Self.key, "fresh", partition: "p", ago: 7 * Self.hour), .checked(Self.key, "fresh", ago: 6 * Self.hour),
            .checked(Self.key, "unique", ago: 5 * Self.hour), .reported(.observation, Self.key, ago: 4 * Self.hour),
        ]
        let page = try await page(events, "/asset/a/b?view=events\(query)")
        #expect(page.document.values(of: "id", in: "li") == sequences.map { "e\($0)" })
        if let filter { #expect(page.words.contains(filter), "\(page.words)") } else { #expect(!page.words.contains("Only ")) }
        if sequences.isEmpty { #expect(page.words.contains("No event here.")) }
        // A kind keeps the other filters.
        let rest = query.split(separator: "&").filter { !$0.hasPrefix("kind") }.map { "&\($0)" }.joined()
        #expect(page.links.contains("/asset/a/b?view=events&kind=check\(rest)"))
    }

    @Test("Events continue on the next page, in order of time, and back to the latest")
    func eventPages() async throws {
        let server = try await PageServer()
        try await server.record((0..<120).map { .reported(Self.key, ago: Int64(1000 - $0)) } + [.reported(["other"])])
        var (target, seen, pages): (String?, [String], Int) = ("/asset/a/b?view=events&kind=materialization", [], 0)
        while let asked = target, pages < 9 {
            let page = try await server.get(asked)
            seen += page.document.values(of: "id", in: "li")
            #expect(page.words.contains("Latest Earlier events") == (pages == 1))
            (target, pages) = (page.next, pages + 1)
        }
        #expect(seen == (1...120).reversed().map { "e\($0)" })
    }

    @Test(
        "The position of a page is read as it was written, and nothing else is",
        arguments: [("1.2", 1, 2), ("-5.7", -5, 7), ("0.0", 0, 0)])
    func positions(_ text: String, microseconds: Int64, sequence: Int64) throws {
        let key = EventTimeKey(timestamp: Timestamp(microseconds: microseconds), sequence: sequence)
        #expect(EventPosition.text(.latest(before: key)) == text)
        #expect(try EventPosition.key(text) == key)
        #expect(EventPosition.text(nil) == nil && EventPosition.text(.latest(before: nil)) == nil)
        #expect(try EventPosition.key(nil) == nil)
    }

    @Test(
        "A position that no page gives is refused",
        arguments: ["", "1", "1.", ".1", "1.2.3", "a.b", "1.x", "99999999999999999999.1", "1..2"])
    func badPositions(_ text: String) {
        #expect(throws: (any Error).self) { try EventPosition.key(text) }
    }

    // MARK: Reporting

    @Test(
        "says how to report it, in lines that a shell and the server take as they are",
        arguments: [
            (["a"], "a", #"{"metadata""#, "a"), (["a", "b_c-D.9"], "a/b_c-D.9", #"{"metadata""#, "a/b_c-D.9"),
            (["it's"], "it%27s", #"{"metadata""#, #"'it'\''s'"#), (["a b", "$(x)"], "a%20b/%24%28x%29", #"{"metadata""#, "'a b/$(x)'"),
            (["ü"], "%C3%BC", #"{"metadata""#, "'ü'"),
            // A slash in a path separates, and a shell's tools resolve dots.
            (["a/b", "c"], "", #"{"asset_key": ["a/b","c"], "metadata""#, #"'["a/b","c"]'"#),
            (["a", ".."], "", #"{"asset_key": ["a",".."], "metadata""#, "a/.."),
            (["it's/"], "", #"{"asset_key": ["it'\''s/"], "metadata""#, #"'["it'\''s/"]'"#),
            (["[x"], "%5Bx", #"{"metadata""#, #"'["[x"]'"#), (["-x"], "-x", #"{"metadata""#, #"'["-x"]'"#),
            (["", "a"], "", #"{"asset_key": ["","a"], "metadata""#, nil),
        ] as [([String], String, String, String?)])
    func reporting(_ key: [String], path: String, body: String, word: String?) async throws {
        let server = try await PageServer()
        try await server.record([.reported(key)])
        let page = try await server.get(PageLinks(base: "", deployment: nil).asset(AssetKey(key)))
        let address =
            "curl -X POST 'http://localhost:3000/report_asset_materialization/\(path)' \\ -H 'Content-Type: application/json' \\ -d '"
        #expect(page.words.contains(address + body), "\(page.document.words(in: "pre"))")
        if let word {
            #expect(page.words.contains("assetlog report materialization \(word) --to"), "\(page.document.words(in: "pre"))")
        } else {
            // The tool takes no such key.
            #expect(!page.words.contains("assetlog report"))
        }
    }

    @Test(
        "A text is one word of a shell",
        arguments: [
            ("a", "a"), ("a/b.c-d_e:f=g9", "a/b.c-d_e:f=g9"), ("", "''"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("'", #"''\'''"#),
            ("$HOME", "'$HOME'"), ("`x`", "'`x`'"), ("a\nb", "'a\nb'"), ("~", "'~'"), ("*", "'*'"), ("ü", "'ü'"), (#"\"#, #"'\'"#),
        ])
    func shellWords(_ text: String, word: String) {
        #expect(ShellWord.quoted(text) == word)
    }

    @Test("A read-only server does not say how to report", arguments: [true, false])
    func noReporting(isReadOnly: Bool) async throws {
        let server = try await PageServer(isReadOnly: isReadOnly)
        try await server.record([.reported(Self.key)])
        #expect(try await server.get("/asset/a/b").words.contains("Report this asset") == !isReadOnly)
    }
}

extension String {
    fileprivate var trimmed: String { split(separator: " ").joined(separator: " ") }
}
