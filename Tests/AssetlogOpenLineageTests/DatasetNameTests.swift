import AssetlogCore
import AssetlogOpenLineage
import Testing

struct DatasetNameTests {
    @Test(
        "an asset is named by its parts, and its name gives the same key again",
        arguments: [
            (["orders"], "orders"),
            (["warehouse", "orders"], "warehouse/orders"),
            (["a/b", "c"], "a%2Fb/c"),
            (["100%", "%2F"], "100%25/%252F"),
            ([""], "%00"),
            (["", "a", ""], "%00/a/%00"),
            (["%00"], "%2500"),
            (["tab\t", "\u{1}\u{7f}"], "tab%09/%01%7F"),
            (["日本", "a b.c:d"], "日本/a b.c:d"),
            (["e\u{301}"], "e\u{301}"),
        ])
    func names(parts: [String], name: String) {
        let dataset = DatasetName(namespace: "n", assetKey: AssetKey(parts))
        #expect(Array(dataset.name.utf8) == Array(name.utf8))
        #expect(dataset.assetKey == AssetKey(parts))
    }

    @Test("any key comes back from its name")
    func randomKeys() {
        let pieces = ["", "%", "/", "%2F", "%00", "0", "F", ".", " ", "\n", "é", "e\u{301}", "\u{10ffff}", "%%", "a"]
        var generator = SystemRandomNumberGenerator()
        for _ in 1...2_000 {
            let parts = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            }
            let name = DatasetName(namespace: "n", assetKey: AssetKey(parts))
            #expect(name.assetKey == AssetKey(parts), "\(parts) was named \(name.name)")
            #expect(!name.name.isEmpty)
        }
    }

    @Test(
        "the name of somebody else's dataset is a key too",
        arguments: [
            ("db.schema.table", ["db.schema.table"]), ("/data/orders", ["", "data", "orders"]), ("a%20b", ["a b"]),
            ("50%", ["50%"]), ("a%00b", ["a%00b"]), ("", [""]),
        ])
    func foreignNames(name: String, parts: [String]) {
        #expect(DatasetName(namespace: "n", name: name).assetKey == AssetKey(parts))
    }
}
