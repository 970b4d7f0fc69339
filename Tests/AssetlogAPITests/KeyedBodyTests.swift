import AssetlogCore
import AssetlogLog
import Testing

@testable import AssetlogAPI

@Suite("The slices of a body under an Idempotency-Key")
struct KeyedBodyTests {
    private func filled(_ body: inout KeyedBody, _ filling: inout SubmissionSlice, _ count: Int) {
        for _ in 0..<count {
            let id = body.nextID(isExpanded: false)
            var event = Event.sample()
            event.id = id
            let place = filling.batch.count
            filling.items.append(SubmissionSlice.Item(index: place, first: place, count: 1, id: id))
            filling.batch.append(event, clientChoice: .identity)
        }
    }

    @Test("keep at most the last two items back, send two at least, and end with an identity of their own")
    func slices() async throws {
        let server = try await Server()
        let key = EventID(high: 1, low: 2)
        var body = KeyedBody(key, log: server.log, deployment: "default")
        var filling = SubmissionSlice()
        filled(&body, &filling, 3)
        let early = body.takeSlice(of: &filling, isLast: false)
        #expect(early.map(\.items.count) == nil)
        filled(&body, &filling, 1)
        let first = try #require(body.takeSlice(of: &filling, isLast: false))
        #expect((first.batch.count, filling.batch.count) == (2, 2))
        #expect(first.batch.events.map(\.id) == [key, key.item(at: 1)])
        #expect((first.batch.groups, first.batch.groupRules) == ([0..<2], [.insertsAllOrNone]))
        filled(&body, &filling, 8)
        let second = try #require(body.takeSlice(of: &filling, isLast: false))
        #expect((second.items.count, filling.items.map(\.first)) == (8, [0, 1]))
        let last = try #require(body.takeSlice(of: &filling, isLast: true))
        #expect(last.batch.events.map(\.id) == [key.item(at: 10), KeyedIdentities(key).end])
        #expect(last.isLast && filling.items.isEmpty && filling.batch.isEmpty)
        let nothing = body.takeSlice(of: &filling, isLast: true)
        #expect(nothing.map(\.items.count) == nil)
    }
}
