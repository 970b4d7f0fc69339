import AssetlogCore
import Testing

struct ConsumedAheadTests {
    @Test(
        "ranges that meet become one, in ascending order",
        arguments: [
            ([], ""), ([5...5], "5"), ([8...9, 1...3], "1-3,8-9"), ([1...3, 4...6], "1-6"), ([1...9, 2...3], "1-9"),
            ([1...3, 5...5, 4...4], "1-5"),
        ] as [([ClosedRange<Int64>], String)])
    func merges(_ ranges: [ClosedRange<Int64>], _ text: String) {
        #expect(ConsumedAhead(ranges).description == text)
        #expect(ConsumedAhead(text) == ConsumedAhead(ranges))
    }

    @Test(
        "a text that is none is refused, whatever it holds",
        arguments: ["a", "1-", "3-1", "-5", "1--2", "1,x", "99999999999999999999", "1-2-3"])
    func refuses(_ text: String) {
        #expect(ConsumedAhead(text) == nil)
    }

    @Test("it knows exactly the sequences of its ranges")
    func contains() {
        let ahead = ConsumedAhead([2...4, 7...7, 10...Int64.max])
        #expect((0...12).filter { ahead.contains($0) } == [2, 3, 4, 7, 10, 11, 12])
        #expect(ahead.contains(.max))
        #expect(!ConsumedAhead().contains(0))
    }
}
