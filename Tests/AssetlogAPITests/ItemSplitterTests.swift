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
            (.lines, "\u{feff}{\"a\":1}\n{\"b\":2}", ["{\"a\":1}", "{\"b\":2}"]), (.lines, "\u{feff}", []),
            // Lines that are said to be JSON.
            (.json, "{\"a\":1}\n{\"b\":2}\n", ["{\"a\":1}", "{\"b\":2}"]),
            (
                .json, "{\"a\":\"}\\\"\\n{\"} \t\r\n\n \n {\"b\":[{}]}\n{broken\n5",
                ["{\"a\":\"}\\\"\\n{\"}", "{\"b\":[{}]}", "{broken", "5"]
            ),
            (.json, "{}\n{}", ["{}", "{}"]), (.json, "{}\n", ["{}"]), (.json, "\n {\"a\":{}} \n\n ", ["{\"a\":{}}"]),
            (.json, "{\"a\":\"\(long)\"}\n{\"b\":2}\n\"\(long)\"\n3", ["too large", "{\"b\":2}", "too large", "3"]),
            // Anything else behind an object is for its resolver to refuse.
            (.json, "{}{}\n{}", ["{}{}\n{}"]), (.json, "{\n}\n{}", ["{\n}\n{}"]), (.json, "{} x", ["{} x"]), (.json, "{]\n{}", ["{]\n{}"]),
            (.json, "{\"a\":1", ["{\"a\":1"]), (.json, "5\n6", ["5\n6"]), (.json, "{}\(String(repeating: " ", count: 300))", ["{}"]),
        ] as [(ItemSplitter.Format, String, [String])])
    func items(_ format: ItemSplitter.Format, _ text: String, _ items: [String]) {
        for size in [1, 2, 3, 7, 64, 10_000] {
            let result = cut(text, format, pieces: size)
            #expect(result.items == items, "in pieces of \(size)")
            #expect(result.failure == nil, "in pieces of \(size)")
        }
    }

    @Test(
        "finds a body to be a single object, but not its lines",
        arguments: [("{}", true), ("{}\n", true), ("{\n\"a\":\n1}\n", true), ("x", true), ("{}\n{}", false), ("[{}]", false), ("", false)])
    func single(_ text: String, _ isSingle: Bool) throws {
        for size in [1, 100] {
            var splitter = ItemSplitter(format: .json, maximumItemBytes: 100)
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { splitter.append($0) }
                while try splitter.next() != nil {}
            }
            #expect(splitter.isSingle == isSingle)
        }
    }

    @Test("keeps no empty lines, however many there are", arguments: [ItemSplitter.Format.lines, .json])
    func emptyLines(_ format: ItemSplitter.Format) throws {
        var splitter = ItemSplitter(format: format, maximumItemBytes: 100)
        var items = 0
        Array("{}\n".utf8).withUnsafeBytes { splitter.append($0) }
        while try splitter.next() != nil { items += 1 }
        let blanks = [UInt8](repeating: 0x0a, count: 1 << 20)
        for _ in 0..<20 {
            blanks.withUnsafeBytes { splitter.append($0) }
            while try splitter.next() != nil { items += 1 }
            #expect(splitter.keptBytes <= 100)
        }
        if try splitter.last() != nil { items += 1 }
        #expect(items == 1)
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
