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
            let index = filling.batch.count
            filling.items.append(SubmissionSlice.Item(index: index, first: index, count: 1, id: id))
            filling.batch.append(event, clientChoice: .identity)
        }
    }

    /// What stands in a slice that goes to the writer; nil: none does.
    private struct Taken: Equatable {
        var ids: [EventID]
        var items: Int
        var groups: [Range<Int>]
        var rules: [EventBatch.GroupRule]
        var isLast: Bool
    }

    private func take(_ body: inout KeyedBody, _ filling: inout SubmissionSlice, isLast: Bool = false) -> Taken? {
        guard let slice = body.takeSlice(of: &filling, isLast: isLast) else { return nil }
        return Taken(
            ids: slice.batch.events.map(\.id), items: slice.items.count, groups: slice.batch.groups,
            rules: slice.batch.groupRules, isLast: slice.isLast)
    }

    @Test("keep at most the last two items back, send two at least, and end with an identity of their own")
    func slices() async throws {
        let server = try await Server()
        let key = EventID(high: 1, low: 2)
        var body = KeyedBody(key, log: server.log, deployment: "default")
        var filling = SubmissionSlice()
        filled(&body, &filling, 3)
        let early = take(&body, &filling)
        #expect(early == nil)
        filled(&body, &filling, 1)
        let taken = take(&body, &filling)
        let first = try #require(taken)
        #expect(filling.batch.count == 2)
        #expect(first.ids == [key, key.item(at: 1)])
        #expect((first.groups, first.rules) == ([0..<2], [.insertsAllOrNone]))
        filled(&body, &filling, 8)
        let next = take(&body, &filling)
        let second = try #require(next)
        #expect((second.items, filling.items.map(\.first)) == (8, [0, 1]))
        let end = take(&body, &filling, isLast: true)
        let last = try #require(end)
        #expect(last.ids == [key.item(at: 10), KeyedIdentities(key).end])
        #expect(last.isLast)
        #expect((filling.items.count, filling.batch.count) == (0, 0))
        let nothing = take(&body, &filling, isLast: true)
        #expect(nothing == nil)
    }
}
