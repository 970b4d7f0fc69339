import Testing

@testable import AssetlogCatalog

@Suite("The summary of partitions")
struct PartitionGridTests {
    private func summary(_ names: [String], failed: Set<String> = []) -> PartitionSummary {
        var grid = PartitionGrid()
        for name in names.shuffled() { grid.add(ByteText(name), failed.contains(name) ? .failed : .ok) }
        return grid.summary(StateCounts())
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
