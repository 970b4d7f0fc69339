#if OpenLineage
import AssetlogCore
import Testing

@testable import AssetlogOpenLineageExporter

struct BatchDeliveryTests {
    private static let refused = DeliveryResult.rejected(DeliveryFailure("400"))
    private static let broken = DeliveryResult.retry(DeliveryFailure("500"))
    private static let away = DeliveryFailure("503", isCounted: false)

    /// Delivers events of these assets to a backend that answers so; returns the results and the requests.
    private func deliver(
        _ assets: String, _ answer: ([Int]) -> BatchDelivery.Outcome
    ) -> (results: [DeliveryResult], requests: [[Int]]) {
        let events = assets.enumerated().map { LoggedEvent.sample(Int64($0.offset), key: [String($0.element)]) }
        var delivery = BatchDelivery(events)
        var requests: [[Int]] = []
        while let request = delivery.next(), requests.count < 100 {
            requests.append(request)
            delivery.finish(request, answer(request))
        }
        return (delivery.results, requests)
    }

    @Test("a request that is taken is the only one")
    func taken() {
        let (results, requests) = deliver("abc") { _ in .taken }
        #expect(results == [.delivered, .delivered, .delivered])
        #expect(requests == [[0, 1, 2]])
    }

    @Test("voids and wipes are skipped, and never in a request")
    func inexpressible() {
        let kinds: [EventKind] = [.void, .materialization, .wipe, .check, .void]
        let events = kinds.enumerated().map { LoggedEvent.sample(Int64($0.offset), kind: $0.element) }
        for outcome in [BatchDelivery.Outcome.taken, .refused(Self.refused)] {
            var delivery = BatchDelivery(events)
            var requests: [[Int]] = []
            while let request = delivery.next() {
                requests.append(request)
                delivery.finish(request, outcome)
            }
            #expect(requests.allSatisfy { Set($0).isSubset(of: [1, 3]) } && requests.first == [1, 3])
            #expect(delivery.results[0] == .skipped(reason: "OpenLineage has no event for void"))
            #expect(delivery.results[2] == .skipped(reason: "OpenLineage has no event for wipe"))
        }
        var alone = BatchDelivery([events[0]])
        #expect(alone.next() == nil && alone.results == [.skipped(reason: "OpenLineage has no event for void")])
    }

    @Test("nothing is sent for no events")
    func nothing() {
        #expect(deliver("") { _ in .taken }.requests.isEmpty)
    }

    @Test("the events that an answer names are not delivered, the others are")
    func partly() {
        let (results, requests) = deliver("aabb") { _ in .partly([1: Self.refused, 2: Self.broken]) }
        #expect(results == [.delivered, Self.refused, Self.broken, .delivered])
        #expect(requests.count == 1)
    }

    @Test("of a refused request, the event that is to blame is found, and the others are delivered", arguments: 0..<7)
    func poison(at poisoned: Int) {
        let (results, requests) = deliver("abcdefg") { $0.contains(poisoned) ? .refused(Self.refused) : .taken }
        for (index, result) in results.enumerated() { #expect(result == (index == poisoned ? Self.refused : .delivered)) }
        #expect(requests.count <= 7)
    }

    @Test("after an event that is to be retried, those of its asset are not tried, and the others are")
    func heldAsset() {
        let (results, _) = deliver("abab") { $0.contains(0) ? .refused(Self.broken) : .taken }
        #expect(results == [Self.broken, .delivered, .untried, .delivered])
    }

    @Test("a backend that fails for everything gets few requests")
    func brokenBackend() {
        let (results, requests) = deliver(String("abcdefghijklmnopqrstuvwxyz0123456789")) { _ in .refused(Self.broken) }
        #expect(requests.count <= 8)
        #expect(results.filter { $0 == Self.broken }.count == 2)
        #expect(results.filter { $0 == .untried }.count == 34)
    }

    @Test("a backend that goes away in the middle keeps what it took")
    func unavailable() {
        let (results, _) = deliver("abcd") { request in
            request.count == 4 ? .refused(Self.refused) : request.contains(0) ? .taken : .unavailable(Self.away)
        }
        #expect(results == [.delivered, .delivered, .retry(Self.away), .retry(Self.away)])
    }
}
#endif
