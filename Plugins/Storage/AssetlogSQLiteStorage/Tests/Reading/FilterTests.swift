#if SQLite
import AssetlogCore
import AssetlogSQLite
import AssetlogTesting
import Foundation
import Testing

@testable import AssetlogSQLiteStorage

/// What filters without an index of their own cost.
@Suite("Filters of the SQLite storage")
struct FilterTests {
    private static let count = 6000

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A log in which `few` are three assets, `many` a hundred, each of them in every hundred events, and the index of it.
    private func fill() async throws -> any Storage {
        let storage = try await open(directory)
        let keys = (0..<100).map { index -> [String] in index < 3 ? ["few", "\(index)"] : ["many", "\(index)"] }
        let all = events(Self.count).enumerated().map { index, event in
            var event = event
            event.assetKey = AssetKey(keys[index % 100])
            event.partition = index == 0 ? "first" : "other"
            return event
        }
        _ = try storage.append(EventBatch(all))
        let background = Task { try await storage.run() }
        let reader = try indexReader(directory)
        try await eventually {
            try reader.integer("SELECT watermark FROM progress") == Int64(Self.count)
        }
        reader.close()
        background.cancel()
        _ = await background.result
        return storage
    }

    private static let orders: [EventQuery.Order] = [.ascending(after: 0), .descending(before: nil), .latest(before: nil)]

    private static func patterns(_ texts: String...) -> [PartPattern] { texts.compactMap { PartPattern($0) } }

    @Test(
        "reads a few assets by the index, and looks at no other event", arguments: orders,
        [
            EventFilter(deployment: "default", prefix: AssetKey(["few"])), EventFilter(deployment: "default", assets: patterns("few/**")),
            EventFilter(assets: patterns("few/1", "f*/0", "none/of/these", "**/few/*")),
            EventFilter(deployment: "default", prefix: AssetKey(["few"]), assets: patterns("*/0", "*/1", "**/2")),
        ])
    func few(order: EventQuery.Order, filter: EventFilter) async throws {
        let storage = try await fill()
        var query = EventQuery(order: order, limit: 1000, filter: filter)
        query.maximumSkipped = 1
        let page = try await storage.events(query)
        #expect(page.events.count == 3 * Self.count / 100)
        #expect(Set(page.events.map(\.assetKey.parts.first)) == ["few"])
        await storage.close()
    }

    @Test(
        "looks at so many events as a page may skip, and continues after them", arguments: orders,
        [
            EventFilter(deployment: "default", partition: "nowhere"), EventFilter(partition: "nowhere"),
            EventFilter(prefix: AssetKey(["many"]), partition: "nowhere"), EventFilter(kinds: [.materialization], checkName: "c"),
            EventFilter(deployment: "default", assetKey: AssetKey(["few", "1"]), partition: "nowhere"),
            EventFilter(deployment: "default", assets: patterns("many/**"), partition: "nowhere"),
            EventFilter(deployment: "default", assets: patterns("few/1", "none/of/these"), partition: "nowhere"),
            EventFilter(deployment: "default", assets: patterns("none/of/these")), EventFilter(deployment: "none"),
        ])
    func bounded(order: EventQuery.Order, filter: EventFilter) async throws {
        let storage = try await fill()
        var query = EventQuery(order: order, filter: filter)
        query.maximumSkipped = 50
        var pages = 0
        while true {
            let page = try await storage.events(query)
            #expect(page.events.isEmpty)
            #expect(page.skipped <= 50)
            guard let next = page.continuation else { break }
            pages += 1
            query.order = next
        }
        let ofOne = filter.assetKey != nil || filter.assets?.count == 2
        let ofNone = filter.checkName != nil || filter.assets?.count == 1 && filter.partition == nil || filter.deployment == "none"
        let looked = ofOne ? Self.count / 100 : ofNone ? 0 : Self.count
        #expect(((looked + 49) / 50...(looked + 49) / 50 + 1).contains(pages), "\(pages) pages")
        await storage.close()
    }

    @Test("looks at so many events of the log itself where the index does not go, whatever is asked for")
    func unindexed() async throws {
        let storage = try await open(directory)
        for _ in 0..<11 { _ = try storage.append(EventBatch(events(10_000))) }
        for filter in [
            EventFilter(deployment: "none"), EventFilter(assetKey: AssetKey(["none"])),
            EventFilter(to: Timestamp(microseconds: 0)), EventFilter(assets: []), EventFilter(prefix: AssetKey(["none"])),
        ] {
            for (order, next) in [
                (EventQuery.Order.ascending(after: 500), EventQuery.Order.ascending(after: 1500)),
                (.descending(before: 100_001), .descending(before: 99_001)),
            ] {
                var query = EventQuery(order: order, filter: filter)
                query.maximumSkipped = 1000
                let page = try await storage.events(query)
                #expect(page == EventPage(continuation: next, skipped: 1000))
            }
        }
        // Of a kind that was not appended there is none to be looked for.
        let checks = EventQuery(order: .ascending(after: 500), filter: EventFilter(kinds: [.check]))
        #expect(try await storage.events(checks) == EventPage(continuation: .ascending(after: 110_000)))
        var check = try #require(events(1).first)
        check.kind = .check
        _ = try storage.append(EventBatch([check]))
        let latest = EventQuery(order: .ascending(after: 109_000), filter: checks.filter)
        #expect(try await storage.events(latest).events.map(\.sequence) == [110_001])
        // By time all of them would have to be looked at.
        let error = await #expect(throws: StorageError.self) { try await storage.events(EventQuery(order: .latest(before: nil))) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("can't be read by time yet") == true)
        await storage.close()
    }

    @Test("ends a read whose reader does not wait any more")
    func cancelled() async throws {
        let storage = try await open(directory)
        _ = try storage.append(EventBatch(events(10_000)))
        let read = Task {
            var query = EventQuery(filter: EventFilter(deployment: "none"))
            query.maximumSkipped = .max
            withUnsafeCurrentTask { $0?.cancel() }
            return try await storage.events(query)
        }
        await #expect(throws: CancellationError.self) { try await read.value }
        #expect(try await storage.events(EventQuery(limit: 1)).events.count == 1)
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
