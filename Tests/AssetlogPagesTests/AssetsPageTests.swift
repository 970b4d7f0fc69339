import AssetlogAccess
import AssetlogCatalog
import AssetlogCore
import Testing

@testable import AssetlogAPI
@testable import AssetlogPages

@Suite("The list of assets", .enabled(if: hasCatalog))
struct AssetsPageTests {
    private static func listed(_ page: Page) -> [String] {
        page.links("key").map { PercentCoding.decode($0.split(separator: "?")[0].replacing("/asset/", with: "")) }
    }

    @Test(
        "is searched, filtered and sorted by what the address says",
        arguments: [
            // The worst state first, by itself.
            ("", ["mart/broken", "mart/late", "mart/running", "mart/odd", "raw/seen", "raw/orders", "warehouse/orders"]),
            ("q=ORD", ["raw/orders", "warehouse/orders"]), ("q=w%2Fo", ["raw/orders"]), ("q=&state=&tag=&prefix=&sort=&after=", nil),
            ("state=failed", ["mart/broken"]), ("state=ok", ["raw/orders", "warehouse/orders"]),
            ("prefix=raw", ["raw/seen", "raw/orders"]), ("prefix=%5B%22raw%22%5D&sort=key", ["raw/orders", "raw/seen"]),
            ("prefix=ra", []), ("tag=team", ["warehouse/orders"]), ("tag=team:core", ["warehouse/orders"]), ("tag=team:other", []),
            ("tag=tier:", ["warehouse/orders"]), ("q=zzz", []), ("q=o&state=ok&tag=team:core&prefix=warehouse", ["warehouse/orders"]),
            ("sort=key", ["mart/broken", "mart/late", "mart/odd", "mart/running", "raw/orders", "raw/seen", "warehouse/orders"]),
            ("sort=updated", ["warehouse/orders", "mart/odd", "mart/late", "mart/running", "raw/orders", "mart/broken", "raw/seen"]),
            ("sort=oldest", ["raw/orders", "mart/running", "mart/late", "mart/odd", "warehouse/orders", "mart/broken", "raw/seen"]),
            ("sort=state", nil),
        ] as [(String, [String]?)])
    func selects(_ query: String, expected: [String]?) async throws {
        let server = try await PageServer()
        try await server.record(SampleHistory.events())
        let page = try await server.get("/assets?\(query)")
        #expect(page.status == 200)
        Markup.check(page)
        let all = ["mart/broken", "mart/late", "mart/running", "mart/odd", "raw/seen", "raw/orders", "warehouse/orders"]
        #expect(Self.listed(page) == expected ?? all)
        if expected == [] { #expect(page.words.contains("No asset matches. Show all assets")) }
    }

    @Test("counts the states of what is found, also of those that are filtered out")
    func states() async throws {
        let server = try await PageServer()
        try await server.record(SampleHistory.events())
        let page = try await server.get("/assets?q=o&state=warned")
        #expect(page.words.contains("All 4 ✕ Failed 1 ▲ Warning 1 ● OK 2"), "\(page.words)")
        // Each leads to the same search.
        #expect(page.links.contains("/assets?q=o&state=failed"))
        #expect(page.links.contains("/assets?q=o"))
    }

    @Test("shows of each asset its state since when, the last materialization, partitions, checks and what has happened")
    func rows() async throws {
        let server = try await PageServer()
        try await server.record(SampleHistory.events())
        let rows = try await server.get("/assets?sort=key").document.words(in: "tr").dropFirst()
        #expect(
            rows.map { $0 } == [
                "mart/broken ✕ Failed 3 h ago never", "mart/late ◆ Check failed 4 h ago 3 days ago 1 failed",
                "mart/odd ▲ Warning 4 h ago 3 days ago 1 warning", "mart/running ▸ Running 5 h ago 3 days ago",
                "raw/orders ● OK 3 days ago 3 days ago none", "raw/seen ○ Missing 3 days ago never none",
                "warehouse/orders ● OK yesterday 2 days ago 3 2 passed",
            ])
    }

    @Test("continues on the next page, with the same filters, and back to the first")
    func pages() async throws {
        let server = try await PageServer()
        try await server.record((0..<120).map { .reported(["lake", "t\(1000 + $0)"]) } + [.reported(["other"])])
        var (target, seen, count): (String?, [String], Int) = ("/assets?q=t1&sort=key", [], 0)
        while let asked = target, count < 9 {
            let page = try await server.get(asked)
            seen += Self.listed(page)
            #expect(page.words.contains("First page") == (count > 0))
            target = page.next
            #expect(target?.hasPrefix("/assets?q=t1&sort=key&after=") ?? true)
            count += 1
        }
        #expect(count == 3)
        #expect(seen == (0..<120).map { "lake/t\(1000 + $0)" })
    }

    @Test("shows the prefixes of keys with the worst state and the number of the assets behind them")
    func folders() async throws {
        let server = try await PageServer()
        try await server.record(SampleHistory.events() + [.reported(["alone"]), .reported(["mart", "deep", "er"])])
        let page = try await server.get("/assets?sort=key")
        let folders = try #require(page.words(where: "aria-label", "Key prefixes"))
        #expect(folders == "✕Failed: mart/ 5 ○Missing: raw/ 2 ●OK: warehouse/ 1")
        #expect(page.links.contains("/assets?prefix=mart&sort=key"))
        let below = try await server.get("/assets?prefix=mart")
        #expect(below.words(where: "aria-label", "Key prefixes") == "●OK: deep/ 1")
        #expect(below.words(where: "aria-label", "Prefix") == "All assets mart")
        #expect(below.links.contains("/assets?prefix=mart%2Fdeep"))
        let deep = try await server.get("/assets?prefix=mart%2Fdeep")
        #expect(deep.words(where: "aria-label", "Prefix") == "All assets mart deep")
        #expect(deep.links.contains("/assets?prefix=mart"))
        #expect(deep.words(where: "aria-label", "Key prefixes") == nil)
    }

    @Test(
        "leads to prefixes whose parts have slashes in them, or are empty",
        arguments: [["a/b", "c"], ["", "c"], ["[x", "c"], ["a,", "c"]])
    func oddFolders(_ key: [String]) async throws {
        let server = try await PageServer()
        try await server.record([.reported(key), .reported(["a", "b", "c"])])
        let page = try await server.get("/assets")
        let folder = try #require(page.links.filter { $0.contains("prefix=") && !$0.hasSuffix("prefix=a") }.first)
        #expect(try await Self.listed(server.get(folder)).count == 1)
    }

    @Test(
        "says which parameter is wrong",
        arguments: [
            ("sort=x", "sort"), ("state=bad", "state"), ("after=zz", "after"), ("limit=5", "limit"), ("q=%00", "q"),
            ("prefix=%5B1%5D", "prefix"), ("tag=%00", "tag"), ("sort=key&sort=key", "sort"),
            ("q=" + String(repeating: "x", count: 2049), "q"),
        ])
    func mistakes(_ query: String, parameter: String) async throws {
        let server = try await PageServer()
        try await server.record([.reported(["a"])])
        let page = try await server.get("/assets?\(query)")
        #expect(page.status == 400)
        #expect(page.document.words(in: "h1") == ["This address is not valid"])
        #expect(page.words(where: "role", "alert")?.contains(parameter) == true, "\(page.words)")
    }

    @Test("keeps what was asked for in the form")
    func form() async throws {
        let server = try await PageServer()
        try await server.record(SampleHistory.events())
        let page = try await server.get("/assets?q=%22%3Cx&tag=a%3Ab%27&prefix=raw&sort=key&state=ok")
        let fields = page.document.elements.filter { $0.name == "input" }.map { "\($0["name"] ?? "")=\($0["value"] ?? "")" }
        #expect(fields == [#"q="<x"#, "tag=a:b'", "state=ok", "prefix=raw", "sort=key"])
        Markup.check(page)
    }

    // MARK: The parameters by themselves

    @Test(
        "Fields of a form that are empty are as if they were not there, and others are what they are",
        arguments: [
            (nil, ""), ("", ""), ("q=", ""), ("q=a%3D", "a="), ("q=a=", "a="), ("q==", "="), ("q=a+b&tag=", "a b"), ("tag=&q=x", "x"),
        ] as [(String?, String)])
    func filters(_ query: String?, text: String) throws {
        let filters = try AssetFilters(query)
        #expect(filters.text == text)
        #expect(filters.isFiltering == !text.isEmpty)
        #expect(filters.order == .state)
    }

    @Test("An address that differs in one thing has all the others, but begins at the first page")
    func parameters() throws {
        let filters = try AssetFilters("q=x&state=ok&prefix=a/b&tag=t:1&sort=updated&after=token")
        func text(_ parameters: [(name: String, value: String?)]) -> String {
            parameters.compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: " ")
        }
        #expect(text(filters.parameters()) == "q=x state=ok prefix=a/b tag=t:1 sort=updated")
        #expect(text(filters.parameters(state: .some(nil))) == "q=x prefix=a/b tag=t:1 sort=updated")
        #expect(text(filters.parameters(state: .failed)) == "q=x state=failed prefix=a/b tag=t:1 sort=updated")
        #expect(text(filters.parameters(prefix: .some(nil))) == "q=x state=ok tag=t:1 sort=updated")
        #expect(text(filters.parameters(prefix: AssetKey(["a/b"]))) == #"q=x state=ok prefix=["a/b"] tag=t:1 sort=updated"#)
        #expect(text(filters.parameters(order: .state)) == "q=x state=ok prefix=a/b tag=t:1")
        #expect(text(filters.parameters(after: "next")) == "q=x state=ok prefix=a/b tag=t:1 sort=updated after=next")
    }
}
