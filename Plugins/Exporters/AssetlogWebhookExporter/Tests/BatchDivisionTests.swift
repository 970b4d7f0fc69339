#if Webhook
import AssetlogCore
import Testing

@testable import AssetlogWebhookExporter

@Suite("A batch that is divided")
struct BatchDivisionTests {
    private static let refused = DeliveryResult.rejected(DeliveryFailure("400"))
    private static let failed = DeliveryResult.retry(DeliveryFailure("500"))
    private static let away = DeliveryResult.retry(DeliveryFailure("503", isCounted: false))

    /// Sends a batch to a receiver that refuses every request with an event of `bad`; returns the requests and the results.
    private static func run(
        _ count: Int, bad: Set<Int>, _ result: DeliveryResult
    ) -> (requests: [Range<Int>], results: [DeliveryResult]) {
        var division = BatchDivision(count: count)
        var requests: [Range<Int>] = []
        while let range = division.next(), requests.count < 10_000 {
            requests.append(range)
            division.finish(range, bad.isDisjoint(with: range) ? .delivered : result)
        }
        return (requests, division.outcome)
    }

    @Test("is one request when all is well", arguments: [1, 2, 100])
    func whole(_ count: Int) {
        let (requests, results) = Self.run(count, bad: [], Self.refused)
        #expect(requests == [0..<count])
        #expect(results == Array(repeating: .delivered, count: count))
    }

    @Test("loses nothing but the events that are refused", arguments: 1...9)
    func refusals(_ count: Int) {
        for bits in 0..<(1 << count) {
            let bad = Set((0..<count).filter { bits >> $0 & 1 == 1 })
            let (requests, results) = Self.run(count, bad: bad, Self.refused)
            #expect(results == (0..<count).map { bad.contains($0) ? Self.refused : .delivered })
            #expect(requests.count < 2 * count)
            // What is delivered is delivered in the order of the batch.
            let delivered = requests.filter(bad.isDisjoint).flatMap { $0 }
            #expect(delivered == delivered.sorted())
        }
    }

    @Test("stops at the event that fails alone, which is counted, and leaves those after it for later")
    func failure() {
        let (requests, results) = Self.run(8, bad: [2], Self.failed)
        #expect(requests == [0..<8, 0..<4, 0..<2, 2..<4, 2..<3])
        #expect(results == [.delivered, .delivered, Self.failed] + Array(repeating: .untried, count: 5))
    }

    @Test("is not divided while the destination is away")
    func away() {
        let (requests, results) = Self.run(100, bad: [50], Self.away)
        #expect(requests == [0..<100])
        #expect(results == [Self.away] + Array(repeating: .untried, count: 99))
    }

    @Test("costs a destination that fails at everything few requests")
    func everything() {
        #expect(Self.run(1024, bad: Set(0..<1024), Self.failed).requests.count == 11)
    }
}
#endif
