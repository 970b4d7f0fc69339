#if Catalog
import AssetlogCore
import Synchronization
import TestSupport
import Testing

@testable import AssetlogCatalog

@Suite("What a catalog answers")
struct CatalogQueryTests {
    private let directory: ScratchDirectory
    private let path: String
    private static let day: Int64 = 86_400_000_000
    private static let hour: Int64 = 3_600_000_000

    init() throws {
        directory = try ScratchDirectory()
        path = directory.file("catalog.sqlite")
    }

    private func running(
        _ said: [Said], now: @escaping @Sendable () -> Timestamp = { Timestamp(microseconds: 100 * 86_400_000_000) }
    ) async throws -> RunningCatalog {
        let log = try await TestLog()
        for batch in RandomHistory.batches(said, seed: 1) { try log.append(batch) }
        let running = RunningCatalog(log.storage, .small(path, flush: said.count / 2 + 1), now: now)
        try await running.reach(Int64(said.count))
        return running
    }

    private func keys(_ catalog: Catalog, _ query: AssetListQuery) async throws -> [String] {
        try await catalog.assets(query).value.assets.map { $0.assetKey.parts.joined(separator: "/") }
    }

    private static let scope = CatalogScope(deployment: "default")

    private static let some: [Said] = {
        var said = [
            Said(kind: .materialization, asset: ["raw", "Orders"], time: 90 * day),
            Said(kind: .observation, asset: ["raw"], time: 95 * day),
            Said(kind: .materializationFailed, asset: ["raw", "users"], time: 96 * day),
            Said(kind: .materialization, asset: ["mart", "orders"], time: 97 * day),
            Said(kind: .check, asset: ["mart", "orders"], time: 98 * day),
            Said(kind: .materialization, asset: ["rawest"], time: 91 * day),
        ]
        said[0].tags = ["team": "a"]
        said[5].tags = ["team": "b", "x\"team": "a"]
        said[4].check = Said.Check(name: "fresh", passed: false, severity: "WARN", blocking: nil)
        return said
    }()

    private typealias Selected = (query: AssetListQuery, expected: [String])

    private static let selected: [Selected] = [
        (AssetListQuery(scope: scope), ["mart/orders", "raw/Orders", "raw/users", "raw", "rawest"]),
        (AssetListQuery(scope: scope, prefix: AssetKey(["raw"])), ["raw/Orders", "raw/users", "raw"]),
        (AssetListQuery(scope: scope, text: "ORD"), ["mart/orders", "raw/Orders"]),
        (AssetListQuery(scope: scope, text: "w/u"), ["raw/users"]),
        (AssetListQuery(scope: scope, states: [.failed, .missing]), ["raw/users", "raw"]),
        (AssetListQuery(scope: scope, states: [.warned]), ["mart/orders"]),
        (AssetListQuery(scope: scope, tag: AssetTag(name: "team", value: "a")), ["raw/Orders"]),
        (AssetListQuery(scope: scope, tag: AssetTag(name: "team")), ["raw/Orders", "rawest"]),
        (AssetListQuery(scope: scope, updatedFrom: Timestamp(microseconds: 96 * day)), ["mart/orders", "raw/users"]),
        (AssetListQuery(scope: scope, updatedBefore: Timestamp(microseconds: 91 * day)), ["raw/Orders"]),
        (AssetListQuery(scope: scope, order: .materialization), ["mart/orders", "rawest", "raw/Orders", "raw/users", "raw"]),
        (AssetListQuery(scope: scope, order: .oldest), ["raw/Orders", "rawest", "mart/orders", "raw/users", "raw"]),
        (AssetListQuery(scope: scope, order: .state), ["raw/users", "mart/orders", "raw", "raw/Orders", "rawest"]),
        (AssetListQuery(scope: CatalogScope(deployment: "default", assets: [PartPattern("raw/*")!])), ["raw/Orders", "raw/users"]),
        (AssetListQuery(scope: CatalogScope(deployment: "other")), []),
    ]

    @Test("is selected by prefix, text, state, tag and time, and ordered", arguments: selected.indices)
    func selects(_ index: Int) async throws {
        let (query, expected) = Self.selected[index]
        let running = try await running(Self.some)
        #expect(try await keys(running.catalog, query) == expected)
        // Page by page it is the same.
        var (paged, after): ([String], String?) = ([], nil)
        repeat {
            var page = query
            (page.limit, page.after) = (2, after)
            let answer = try await running.catalog.assets(page).value
            paged += answer.assets.map { $0.assetKey.parts.joined(separator: "/") }
            after = answer.next
            #expect(query.states != nil || answer.counts.total == expected.count)
        } while after != nil
        #expect(paged == expected)
        await running.stop()
    }

    @Test("refuses a token of another list", arguments: ["x", "00", "zz", "0001", ""])
    func refusesTokens(token: String) async throws {
        let running = try await running(Self.some)
        let error = await #expect(throws: CatalogError.self) {
            try await running.catalog.assets(AssetListQuery(scope: Self.scope, order: .materialization, after: token))
        }
        #expect(error?.code == .invalidToken)
        await running.stop()
    }

    @Test("says when it changes by itself, and does: what was started ceases to run")
    func expires() async throws {
        var said: [Said] = []
        for index in 0..<20 {
            var one = Said(kind: .materialization, asset: ["a"], time: 98 * Self.day)
            one.partition = "p\(index)"
            said.append(one)
            one = Said(kind: .materializationStarted, asset: ["a"], time: 99 * Self.day + Int64(index + 1) * Self.hour / 4)
            one.partition = "p\(index)"
            said.append(one)
        }
        let clock = Clock(Timestamp(microseconds: 100 * Self.day))
        let running = try await running(said) { clock.now }
        for (hours, started) in [(0, 20), (1, 16), (2, 12), (5, 0)] {
            clock.set(Timestamp(microseconds: 100 * Self.day + Int64(hours) * Self.hour))
            let answer = try await running.catalog.asset(AssetKey(["a"]), in: Self.scope)
            #expect(answer.value?.summary.partitions[.running] == started)
            #expect(answer.value?.summary.partitions[.ok] == 20 - started)
            #expect(answer.value?.summary.state == (started > 0 ? .running : .ok))
            let next = Timestamp(microseconds: 100 * Self.day + Int64(20 - started + 1) * Self.hour / 4)
            #expect(answer.expires == (started > 0 ? next : nil))
            let list = try await running.catalog.partitions(
                PartitionListQuery(scope: Self.scope, assetKey: AssetKey(["a"]), states: [.running]))
            #expect(list.value?.partitions.count == started)
        }
        await running.stop()
    }

    private final class Clock: Sendable {
        private let time: Mutex<Timestamp>
        init(_ now: Timestamp) { time = Mutex(now) }
        var now: Timestamp { time.withLock { $0 } }
        func set(_ now: Timestamp) { time.withLock { $0 = now } }
    }

    @Test(
        "sums many values by day or within it, without hiding the least and the greatest",
        arguments: [(3000, 10), (3000, 200), (25_000, 10)])
    func sums(count: Int, points: Int) async throws {
        var said: [Said] = []
        for index in 0..<count {
            var one = Said(kind: .observation, asset: ["a"], time: Int64(index) * Self.day * 30 / Int64(count))
            one.numbers = [("rows", index == count / 2 ? 1e9 : Double(index))]
            said.append(one)
        }
        let log = try await TestLog()
        try log.append(said)
        let running = RunningCatalog(log.storage, .small(path, flush: 5000, page: 1000))
        try await running.reach(Int64(count))
        let series = try await running.catalog.series(
            SeriesQuery(scope: Self.scope, assetKey: AssetKey(["a"]), label: "rows", points: points)
        ).value
        guard case .buckets(let buckets) = series else {
            Issue.record("there are no buckets in \(String(describing: series))")
            return
        }
        #expect((points * 8 / 10...points).contains(buckets.count))
        #expect(buckets.reduce(0) { $0 + $1.count } == count)
        #expect(buckets.map(\.max).max() == 1e9)
        #expect(buckets.first?.min == 0)
        #expect(buckets.last?.last == Double(count - 1))
        #expect(zip(buckets, buckets.dropFirst()).allSatisfy { $0.to <= $1.from })
        await running.stop()
    }

    @Test("counts the texts that clients choose as memory, so that long ones are written soon")
    func longTexts() async throws {
        let log = try await TestLog()
        var settings = CatalogSettings.small(path, flush: 100_000, page: 50)
        settings.flushBytes = 1 << 20
        let running = RunningCatalog(log.storage, settings)
        try log.append(
            (0..<400).map { index in
                var one = Said(kind: .observation, asset: ["a\(index)"], time: Int64(index))
                one.description = String(repeating: "x", count: 8000)
                one.tags = ["t": String(repeating: "y", count: 8000)]
                return one
            })
        try await running.reach(400)
        // 6 MB of texts, and 1,600 bytes for the rest of each asset.
        #expect(running.catalog.status.flushes >= 3)
        await running.stop()
    }

    @Test("waits for an event, but not for longer than it is asked to")
    func waits() async throws {
        let log = try await TestLog()
        let running = RunningCatalog(log.storage, .small(path), changes: log.changes)
        #expect(await running.catalog.waitFor(sequence: 0, atMost: .zero))
        #expect(await !running.catalog.waitFor(sequence: 1, atMost: .milliseconds(50)))
        async let reached = running.catalog.waitFor(sequence: 6, atMost: .seconds(300))
        try log.append(Self.some)
        #expect(await reached)
        #expect(running.catalog.asOf == 6)
        await running.stop()
    }

    @Test("answers while it is folded into and written, and each answer is whole")
    func isConcurrent() async throws {
        let log = try await TestLog()
        let running = RunningCatalog(log.storage, .small(path, flush: 100, page: 20), changes: log.changes)
        try log.append([Said(kind: .materialization, asset: ["a"], time: 1)])
        try await running.reach(1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    while running.catalog.asOf < 3000 {
                        let answer = try await running.catalog.asset(AssetKey(["a"]), in: Self.scope)
                        let count = Int64(answer.value?.counts[.materialization] ?? 0)
                        #expect(count >= answer.asOf && count <= 3000)
                    }
                }
            }
            for step in 0..<299 {
                try log.append((0..<10).map { Said(kind: .materialization, asset: ["a"], time: Int64(step * 10 + $0)) })
                await Task.yield()
            }
            try log.append((0..<9).map { Said(kind: .materialization, asset: ["a"], time: Int64($0)) })
            try await running.reach(3000)
            try await group.waitForAll()
        }
        await running.stop()
    }
}
#endif
