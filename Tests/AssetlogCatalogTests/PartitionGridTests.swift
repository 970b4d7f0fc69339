import AssetlogCore
import Testing

@testable import AssetlogCatalog

@Suite("The summary of partitions")
struct PartitionGridTests {
    private func summary(_ names: [String], failed: Set<String> = []) -> PartitionSummary {
        // Half of them come later, and take the place of what was known before.
        let (old, new) = (Self.grid(names.filter { $0.utf8.count % 2 == 0 || $0 < "2026" }, .warned), Self.grid(names, .ok, failed: failed))
        var expires: Timestamp?
        let clock = StateClock(now: Timestamp(microseconds: 0), runningTimeout: .seconds(1))
        let summary = old.updated(with: new).summary(at: clock, &expires)
        #expect(summary == new.summary(at: clock, &expires) && summary.counts.total == names.count && expires == nil)
        return summary
    }

    private static func grid(_ names: [String], _ state: AssetState, failed: Set<String> = []) -> PartitionGrid {
        PartitionGrid { add in
            for name in names.shuffled() {
                ByteText(name).withBytes { add($0, Standing(settled: failed.contains(name) ? .failed : state, started: nil)) }
            }
        }
    }

    @Test("keeps what it has of partitions that a newer one does not have, and says when a state changes by itself")
    func updates() {
        let running = PartitionGrid { add in
            for (name, start) in [("2026-01-02", 500), ("b", 300)] {
                ByteText(name).withBytes { add($0, Standing(settled: .ok, started: Timestamp(microseconds: Int64(start)))) }
            }
        }
        var expires: Timestamp?
        let clock = StateClock(now: Timestamp(microseconds: 1400), runningTimeout: .milliseconds(1))
        let grid = Self.grid(["2026-01-01", "2026-01-02", "2026-01-03", "a", "b", "c"], .ok).updated(with: running)
        let summary = grid.summary(at: clock, &expires)
        #expect(
            texts(summary.ranges) == [
                "2026-01-01…2026-01-01 ok 1", "2026-01-02…2026-01-02 running 1", "2026-01-03…2026-01-03 ok 1", "a…a ok 1", "b…b ok 1",
                "c…c ok 1",
            ])
        #expect(expires == Timestamp(microseconds: 1500) && grid.count == 6)
    }

    @Test("of assets that have very many are kept, as many as there is room for, and those that are used longest")
    func kept() {
        var grids = PartitionGrids()
        let large = Self.grid((0..<90_000).map { "p\($0)" }, .ok)
        for id in 1...2 as ClosedRange<Int64> { grids.keep(large, of: id) }
        #expect(grids.grid(of: 1)?.count == 90_000)
        grids.keep(large, of: 3)
        #expect(grids.grid(of: 1) != nil && grids.grid(of: 2) == nil && grids.grid(of: 3) != nil)
        grids.remove(3)
        grids.keep(Self.grid(["few"], .ok), of: 4)
        #expect(grids.grid(of: 3) == nil && grids.grid(of: 4) == nil && grids.grid(of: 1) != nil)
    }

    private func texts(_ ranges: [PartitionSummary.Range]) -> [String] {
        ranges.map { "\($0.from)…\($0.to) \($0.state.name) \($0.count)" }
    }

    private typealias Joined = (names: [String], ranges: [String], missing: [String])

    private static let joined: [Joined] = [
        (
            ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-03"], ["2026-02-27…2026-03-01 ok 3", "2026-03-03…2026-03-03 ok 1"],
            ["2026-03-02…2026-03-02"]
        ),
        (
            ["2024-12-31-23:00", "2025-01-01-00:00", "2025-01-01-03:00"],
            ["2024-12-31-23:00…2025-01-01-00:00 ok 2", "2025-01-01-03:00…2025-01-01-03:00 ok 1"],
            ["2025-01-01-01:00…2025-01-01-02:00"]
        ),
        (["2025-11", "2025-12", "2026-01"], ["2025-11…2026-01 ok 3"], []),
        (["2026-01-05", "2026-01-12", "2026-01-19"], ["2026-01-05…2026-01-19 ok 3"], []),
        (["2026-01-01", "2026-01-08"], ["2026-01-01…2026-01-01 ok 1", "2026-01-08…2026-01-08 ok 1"], ["2026-01-02…2026-01-07"]),
        (["2023", "2025", "2026"], ["2023…2023 ok 1", "2025…2026 ok 2"], ["2024…2024"]),
        (["de", "2026-02-30", "fr"], ["2026-02-30…2026-02-30 ok 1", "de…de ok 1", "fr…fr ok 1"], []),
    ]

    @Test("joins consecutive dates, and lists those that are missing", arguments: joined.indices)
    func joins(_ index: Int) {
        let (names, ranges, missing) = Self.joined[index]
        let summary = summary(names)
        #expect(texts(summary.ranges) == ranges)
        #expect(summary.missing.map { "\($0.from)…\($0.to)" } == missing)
    }

    @Test("parts ranges where the state changes")
    func parts() {
        let summary = summary(["2026-01-01", "2026-01-02", "2026-01-03"], failed: ["2026-01-02"])
        #expect(
            texts(summary.ranges) == [
                "2026-01-01…2026-01-01 ok 1", "2026-01-02…2026-01-02 failed 1", "2026-01-03…2026-01-03 ok 1",
            ])
        #expect(summary.missing == [])
    }

    @Test("is bounded, and says so")
    func isBounded() {
        let summary = summary((0..<3000).map { "partition-\($0)" })
        #expect(summary.ranges.count == CatalogLimits.ranges)
        #expect(summary.isCut)
    }
}
