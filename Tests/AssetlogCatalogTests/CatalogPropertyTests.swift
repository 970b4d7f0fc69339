#if Catalog
import AssetlogCore
import AssetlogSQLite
import TestSupport
import Testing

@testable import AssetlogCatalog

@Suite("A catalog of random events")
struct CatalogPropertyTests {
    private static let now = Timestamp(microseconds: 490_095 * 3_600_000_000)
    private static let timeout: Int64 = 86_400_000_000

    private func run(_ log: any LogReader, _ settings: CatalogSettings) -> RunningCatalog {
        RunningCatalog(log, settings, now: { Self.now })
    }

    @Test("says what every answer's definition says, and keeps saying it when it is opened again", arguments: 0..<12)
    func isTrue(seed: Int) async throws {
        let directory = try ScratchDirectory()
        let said = RandomHistory(seed: UInt64(seed), count: 400).said
        let log = try await TestLog()
        let path = directory.file("catalog.sqlite")
        var settings = CatalogSettings.small(path)
        // Lists of so many assets are read from rows.
        if seed % 3 == 0 { settings.mostHeads = seed }
        let running = run(log.storage, settings)
        for batch in RandomHistory.batches(said, seed: UInt64(seed)) {
            try log.append(batch)
            if batch.count == 1 { try await running.reach(Int64(1)) }
        }
        try await running.reach(Int64(said.count))
        try await expect(running.catalog, says: said)
        await running.stop()
        let again = run(log.storage, settings)
        try await again.reach(Int64(said.count))
        try await expect(again.catalog, says: said)
        #expect(again.catalog.status.rebuilds == 0)
        await again.stop()
    }

    @Test("is the same, byte for byte, whatever the batches were and wherever it was cut off", arguments: 0..<12)
    func isEqual(seed: Int) async throws {
        let directory = try ScratchDirectory()
        let said = RandomHistory(seed: UInt64(seed) + 100, count: 500).said
        let log = try await TestLog()
        var paths = [directory.file("live.sqlite")]
        let live = run(log.storage, .small(paths[0], flush: 30, page: 7))
        var random = SeededGenerator(UInt64(seed))
        var length: Int64 = 0
        for batch in RandomHistory.batches(said, seed: UInt64(seed)) {
            length = try log.append(batch)?.upperBound ?? length
            guard random.chance(4), paths.count < 4 else { continue }
            // What a kill leaves: the file as it is, without what is in memory.
            try await live.reach(length)
            let copy = directory.file("killed-\(paths.count).sqlite")
            try Connection(paths[0]).backUp(to: Connection(copy))
            paths.append(copy)
        }
        try await live.reach(Int64(said.count))
        await live.stop()
        paths.append(directory.file("rebuilt.sqlite"))
        for path in paths.dropFirst() {
            let other = run(log.storage, .small(path, flush: 200, page: 64))
            try await other.reach(Int64(said.count))
            await other.stop()
            let comparison = try CatalogComparison(CatalogDump(Connection(paths[0])), CatalogDump(Connection(path)))
            #expect(comparison.differences == [], "\(path)")
            #expect(comparison.assets > 0)
        }
        let report = try await CatalogVerification(path: paths[0], log: log.storage, logger: live.messages.logger).run()
        #expect(report.differences == [])
        #expect(report.position == Int64(said.count))
    }

    private func expect(_ catalog: Catalog, says said: [Said]) async throws {
        for deployment in ["default", "prod"] {
            let scope = CatalogScope(deployment: deployment)
            var all: [AssetKey: NaiveCatalog] = [:]
            for key in Set(said.map { AssetKey($0.asset) }) { all[key] = NaiveCatalog(said, key, in: deployment) }
            for (key, naive) in all {
                let detail = try await catalog.asset(key, in: scope)
                #expect(detail.asOf == Int64(said.count))
                #expect((detail.value != nil) == naive.exists)
                guard naive.exists else { continue }
                #expect(detail.value == naive.detail(upstream: all, now: Self.now, timeout: Self.timeout))
                try await expectRows(of: catalog, key, scope, naive)
            }
            let list = try await catalog.assets(AssetListQuery(scope: scope, limit: 1000)).value
            #expect(Set(list.assets.map(\.assetKey)) == Set(all.filter { $0.value.exists }.keys))
            #expect(list.counts.total == list.assets.count)
            try await expectOverview(of: catalog, scope, all, Int64(said.count))
            try await expectLists(of: catalog, scope, all)
        }
    }

    private func expectLists(of catalog: Catalog, _ scope: CatalogScope, _ all: [AssetKey: NaiveCatalog]) async throws {
        let known = all.values.filter(\.exists).map { $0.detail(upstream: all, now: Self.now, timeout: Self.timeout).summary }
            .sorted { $0.assetKey.canonical.utf8.lexicographicallyPrecedes($1.assetKey.canonical.utf8) }
        // Those that never were materialized come last, in the order of their keys.
        let oldest =
            known.filter { $0.materialization != nil }
            .sorted { left, right in
                guard let left = left.materialization, let right = right.materialization else { return false }
                return left.event.timeKey < right.event.timeKey
            }
            + known.filter { $0.materialization == nil }
        #expect(try await catalog.assets(AssetListQuery(scope: scope, order: .oldest, limit: 1000)).value.assets == oldest)
        for prefix in [nil, AssetKey(["raw"])] {
            let depth = prefix?.parts.count ?? 0
            let below = known.filter { $0.assetKey.parts.count > depth && $0.assetKey.parts.starts(with: prefix?.parts ?? []) }
            let folders = Dictionary(grouping: below) { ByteText($0.assetKey.parts[depth]) }.sorted { $0.key < $1.key }.map { _, assets in
                var counts = StateCounts()
                for asset in assets { counts[asset.state] += 1 }
                let hasChildren = assets.contains { $0.assetKey.parts.count > depth + 1 }
                return AssetFolders.Folder(part: assets[0].assetKey.parts[depth], hasChildren: hasChildren, counts: counts)
            }
            #expect(try await catalog.folders(below: prefix, in: scope).value == AssetFolders(folders: folders, isCut: false))
        }
        let present = Self.now.microseconds / 3_600_000_000
        let activity = try await catalog.activity(of: Array(all.keys), in: scope).value
        #expect(Set(activity.keys) == Set(known.map(\.assetKey)))
        for (key, counts) in activity {
            let expected = (present - 48...present).map { hour in
                all[key]?.received(in: Timestamp(microseconds: hour * 3_600_000_000)).values.reduce(0, +)
            }
            #expect(counts == expected)
        }
    }

    private func expectOverview(
        of catalog: Catalog, _ scope: CatalogScope, _ all: [AssetKey: NaiveCatalog], _ last: Int64
    ) async throws {
        let overview = try await catalog.overview(scope, containing: last).value
        let known = all.values.filter(\.exists).map { naive in
            (naive, naive.detail(upstream: all, now: Self.now, timeout: Self.timeout))
        }
        var states = StateCounts()
        for (_, detail) in known { states[detail.summary.state] += 1 }
        #expect(overview.states == states)
        let present = Self.now.microseconds / 3_600_000_000
        #expect(overview.hours.map(\.start.microseconds) == (present - 48...present).map { $0 * 3_600_000_000 })
        for hour in overview.hours {
            var counts: [EventKind: Int] = [:]
            for (naive, _) in known { counts.merge(naive.received(in: hour.start), uniquingKeysWith: +) }
            #expect(hour.counts == counts)
        }
        let failing = known.flatMap { $0.0.checks(byPartition: false) }.filter { $0.result == .failed }
        #expect(
            overview.failingChecks
                == failing.sorted { ($0.since, $0.event.sequence) > ($1.since, $1.event.sequence) }.prefix(CatalogLimits.overviewRows).map(
                    \.self))
        let failures = known.filter { $0.1.summary.state == .failed }.compactMap { naive, detail in
            detail.failure.map { Overview.Failure(assetKey: naive.key, event: $0) }
        }.sorted { $0.event.event.timeKey.timestamp > $1.event.event.timeKey.timestamp }
        #expect(overview.latestFailures.map(\.event.event.timeKey.timestamp) == failures.prefix(20).map(\.event.event.timeKey.timestamp))
        #expect(Set(overview.latestFailures).isSubset(of: failures))
    }

    private func expectRows(
        of catalog: Catalog, _ key: AssetKey, _ scope: CatalogScope, _ naive: NaiveCatalog
    ) async throws {
        var partitions: [PartitionRow] = []
        var after: String?
        repeat {
            let page = try await catalog.partitions(
                PartitionListQuery(scope: scope, assetKey: key, limit: 2, after: after)
            ).value
            partitions += page?.partitions ?? []
            after = page?.next
        } while after != nil
        let expected = naive.partitions(now: Self.now, timeout: Self.timeout)
        #expect(partitions == expected)
        let summary = try await catalog.partitionSummary(of: key, in: scope).value
        let grid = PartitionGrid { add in
            for row in expected { ByteText(row.partition).withBytes { add($0, Standing(settled: row.state, started: nil)) } }
        }
        var never: Timestamp?
        #expect(summary == grid.summary(at: StateClock(now: Self.now, runningTimeout: .seconds(1)), &never))
        for byPartition in [false, true] {
            var checks: [CheckRow] = []
            repeat {
                let page = try await catalog.checks(
                    AssetCheckQuery(scope: scope, assetKey: key, byPartition: byPartition, limit: 3, after: after)
                ).value
                checks += page?.checks ?? []
                after = page?.next
            } while after != nil
            #expect(checks == naive.checks(byPartition: byPartition))
        }
        for label in ["rows", "mean \\", "bytes"] {
            let query = SeriesQuery(scope: scope, assetKey: key, label: label, points: 10_000)
            #expect(try await catalog.series(query).value == .points(naive.points(label)))
        }
    }
}
#endif
