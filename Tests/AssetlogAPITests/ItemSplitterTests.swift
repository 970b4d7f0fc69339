import Testing

@testable import AssetlogAPI

@Suite("Cutting a body into items")
struct ItemSplitterTests {
    /// The items of a body that comes in pieces of a size, or the reason why it can't be cut.
    private func cut(
        _ text: String, _ format: ItemSplitter.Format, pieces size: Int, limit: Int = 100
    ) -> (items: [String], failure: String?) {
        var splitter = ItemSplitter(format: format, maximumItemBytes: limit)
        var items: [String] = []
        func take(_ item: ItemSplitter.Item) {
            switch item {
            case .item(let range): items.append(String(decoding: splitter.bytes[range], as: UTF8.self))
            case .tooLarge: items.append("too large")
            }
        }
        let bytes = Array(text.utf8)
        var position = 0
        do throws(ItemSplitter.Failure) {
            while position < bytes.count {
                let end = min(position + size, bytes.count)
                bytes[position..<end].withUnsafeBytes { splitter.append($0) }
                position = end
                while let item = try splitter.next() { take(item) }
                #expect(splitter.bytes.count <= 2 * (limit + size))
            }
            if let item = try splitter.last() { take(item) }
        } catch {
            return (items, error.message)
        }
        return (items, nil)
    }

    private static let long = String(repeating: "x", count: 200)

    @Test(
        "gives the lines, the elements or the object, in pieces of any size",
        arguments: [
            (.lines, "{\"a\":1}\n{\"b\":2}\n", ["{\"a\":1}", "{\"b\":2}"]),
            (.lines, "{\"a\":1}\r\n\n  \n{\"b\":2}", ["{\"a\":1}\r", "{\"b\":2}"]),
            (.lines, "", []), (.lines, "\n\n", []), (.lines, "x", ["x"]),
            (.lines, "a\n\(long)\nb", ["a", "too large", "b"]), (.lines, long, ["too large"]),
            (.json, "", []), (.json, "  ", []), (.json, "[]", []), (.json, " [ ] ", []),
            (.json, "{\"a\":[1,2]}", ["{\"a\":[1,2]}"]), (.json, "5", ["5"]), (.json, long, ["too large"]),
            (.json, "[{\"a\":\"],[\\\"\"},{\"b\":[[1],{}]}, 3 ]", ["{\"a\":\"],[\\\"\"}", "{\"b\":[[1],{}]}", "3 "]),
            (.json, "\u{feff}[1,2]", ["1", "2"]),
            (.json, "[\"\(long)\",2]", ["too large", "2"]),
            (.json, "[\"\\\\\",\"\\u005d\"]", ["\"\\\\\"", "\"\\u005d\""]),
            (.json, "[nonsense,{\"a\":}]", ["nonsense", "{\"a\":}"]),
        ] as [(ItemSplitter.Format, String, [String])])
    func items(_ format: ItemSplitter.Format, _ text: String, _ items: [String]) {
        for size in [1, 2, 3, 7, 64, 10_000] {
            let result = cut(text, format, pieces: size)
            #expect(result.items == items, "in pieces of \(size)")
            #expect(result.failure == nil, "in pieces of \(size)")
        }
    }

    @Test(
        "says where a list can't be cut any further, behind the items before it",
        arguments: [
            ("[1,2", ["1"], "not closed"), ("[{\"a\":1}", [], "not closed"), ("[", [], "not closed"),
            ("[1,,2]", ["1"], "before a comma"), ("[1,]", ["1"], "before the end"), ("[,1]", [], "before a comma"),
            ("[{]", [], "another kind"), ("[}", [], "never opened"), ("[\"a\" \"b\"]", [], nil), ("[1] 2", ["1"], "follows"),
            ("[1]]", ["1"], "follows"), ("[\"a", [], "not closed"),
        ] as [(String, [String], String?)])
    func failures(_ text: String, _ items: [String], _ reason: String?) {
        for size in [1, 2, 5, 100] {
            let result = cut(text, .json, pieces: size)
            if let reason {
                #expect(result.failure?.contains(reason) == true, "\(String(describing: result.failure))")
                #expect(result.items == items)
            } else {
                // No comma between them: one element that is no JSON, which is for its resolver to say.
                #expect(result.items == ["\"a\" \"b\""])
            }
        }
    }
}
