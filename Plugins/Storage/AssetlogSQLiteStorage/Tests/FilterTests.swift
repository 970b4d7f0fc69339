#if SQLite
import AssetlogCore
import AssetlogTesting
import Foundation
import GRDB
import Testing

@testable import AssetlogSQLiteStorage

/// What filters without an index of their own cost.
@Suite("Filters of the SQLite storage")
struct FilterTests {
    private static let count = 6000

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A log in which `few` are three assets, `many` a hundred, each of them in every hundred events, and the index of it.
    private func fill() async throws -> any Storage {
        let storage = try await open(folder)
        let keys = (0..<100).map { place -> [String] in place < 3 ? ["few", "\(place)"] : ["many", "\(place)"] }
        let all = events(Self.count).enumerated().map { place, event in
            var event = event
            event.assetKey = AssetKey(keys[place % 100])
            event.partition = place == 0 ? "first" : "other"
            return event
        }
        _ = try storage.append(EventBatch(all))
        let background = Task { try await storage.run() }
        let reader = try indexReader(folder)
        try await eventually {
            try await reader.read { try Int.fetchOne($0, sql: "SELECT watermark FROM progress") == Self.count }
        }
        try reader.close()
        background.cancel()
        _ = await background.result
        return storage
    }

    private static let orders: [EventQuery.Order] = [.ascending(after: 0), .descending(before: nil), .latest(before: nil)]

    @Test("reads the assets below a prefix by the index, and looks at no other event", arguments: orders)
    func prefix(order: EventQuery.Order) async throws {
        let storage = try await fill()
        var query = EventQuery(order: order, limit: 1000, filter: EventFilter(deployment: "default", prefix: AssetKey(["few"])))
        query.maximumSkipped = 1
        let page = try await storage.events(query)
        #expect(page.events.count == 3 * Self.count / 100)
        #expect(Set(page.events.map(\.assetKey.parts.first)) == ["few"])
        await storage.close()
    }

    @Test(
        "looks at so many events as a page may skip, and goes on behind them", arguments: orders,
        [
            EventFilter(deployment: "default", partition: "nowhere"), EventFilter(partition: "nowhere"),
            EventFilter(prefix: AssetKey(["many"]), partition: "nowhere"), EventFilter(kinds: [.materialization], checkName: "c"),
            EventFilter(deployment: "default", assetKey: AssetKey(["few", "1"]), partition: "nowhere"),
        ])
    func bounded(order: EventQuery.Order, filter: EventFilter) async throws {
        let storage = try await fill()
        var query = EventQuery(order: order, filter: filter)
        query.maximumSkipped = 50
        var pages = 0
        while true {
            let page = try await storage.events(query)
            #expect(page.events.isEmpty)
            if query.order.hasEnded(with: page) { break }
            pages += 1
            query.order = query.order.following(page)
        }
        let looked = filter.assetKey != nil ? Self.count / 100 : filter.checkName != nil ? 0 : Self.count
        #expect(((looked + 49) / 50...(looked + 49) / 50 + 1).contains(pages), "\(pages) pages")
        await storage.close()
    }

    @Test("finds the latest event of a partition of an asset at once", arguments: ["first", "other"])
    func latest(partition: String) async throws {
        let storage = try await fill()
        let filter = EventFilter(deployment: "default", assetKey: AssetKey(["few", "0"]), partition: partition)
        let page = try await storage.events(EventQuery(order: .latest(before: nil), limit: 1, filter: filter))
        #expect(page.events.map(\.sequence) == [partition == "first" ? 1 : Int64(Self.count - 99)])
        await storage.close()
    }
}
#endif
