#if Catalog
import AssetlogCore
import AssetlogSQLite
import Synchronization
import TestSupport
import Testing

@testable import AssetlogCatalog

@Suite("Retention")
struct RetentionTests {
    private static let hour: Int64 = 3_600_000_000
    private static let now = Timestamp(microseconds: 490_095 * hour)

    private func run(_ log: any LogReader, _ path: String) -> RunningCatalog {
        RunningCatalog(log, .small(path), now: { Self.now })
    }

    private static let rules = [
        RetentionRule(assets: [PartPattern("a?b")!], keepFor: .seconds(30 * 3600)),
        RetentionRule(kinds: [.check], keepLast: 2),
        RetentionRule(deployments: ["prod"], keepFor: .seconds(20 * 3600), keepLast: 5),
        RetentionRule(keepFor: .seconds(50 * 3600)),
    ]

    /// Removes what the rules let go, up to the end of the log.
    @discardableResult
    private func retain(_ log: TestLog, _ said: [Said], _ rules: [RetentionRule] = Self.rules) async throws -> RetentionReport {
        let storage = try #require(log.storage.retaining)
        let head = try await storage.statistics().head
        let limits = RetentionLimits(
            now: Self.now, head: head, last: head, exported: .max, patience: .zero, deadLetters: [])
        var run = RetentionRun(
            settings: RetentionSettings(rules: rules), storage: storage, limits: limits, exported: ExportedSequences(),
            now: { Self.now })
        let names = Set(said.map { AssetName(AssetKey($0.asset), in: $0.deployment) }).sorted()
        // Windows that end anywhere among the events of an asset.
        try await run.work(inWindowsOf: 37) { last, _ in last == nil ? names : [] }
        return run.report
    }

    private func compare(_ left: String, _ right: String) throws {
        let comparison = try CatalogComparison(CatalogDump(Connection(left)), CatalogDump(Connection(right)))
        #expect(comparison.differences == [], "\(right)")
        #expect(comparison.assets > 0)
    }

    @Test("leaves a catalog that is made again as if nothing had been removed", arguments: 0..<10)
    func equalsWhole(seed: Int) async throws {
        let directory = try ScratchDirectory()
        let said = RandomHistory(seed: UInt64(seed) + 500, count: 500).said.filter(\.kind.isReportable)
        let (whole, log) = (try await TestLog(), try await TestLog())
        var removed: Int64 = 0
        for batch in RandomHistory.batches(said, seed: UInt64(seed), largest: 60) {
            try whole.append(batch)
            try log.append(batch)
            removed += try await retain(log, said).events
        }
        #expect(removed > 100)
        let head = Int64(said.count)
        #expect(try await log.storage.statistics() == StorageStatistics(events: head - removed, head: head))
        var paths: [String] = []
        for (name, storage) in [("whole", whole.storage), ("retained", log.storage)] {
            paths.append(directory.file("\(name).sqlite"))
            let running = run(storage, paths[paths.count - 1])
            try await running.reach(head)
            await running.stop()
        }
        try compare(paths[0], paths[1])
        // A second run finds nothing more.
        #expect(try await retain(log, said).events == 0)
    }

    @Test("lets a live catalog, one that was killed and one that is made again be the same, with voids and wipes", arguments: 0..<12)
    func equalsLive(seed: Int) async throws {
        let directory = try ScratchDirectory()
        let said = RandomHistory(seed: UInt64(seed) + 900, count: 500).said
        let log = try await TestLog()
        var paths = [directory.file("live.sqlite")]
        let live = run(log.storage, paths[0])
        var random = SeededGenerator(UInt64(seed))
        var head: Int64 = 0
        for batch in RandomHistory.batches(said, seed: UInt64(seed), largest: 40) {
            head = try log.append(batch)?.upperBound ?? head
            guard random.chance(40) else { continue }
            try await live.reach(head)
            if random.chance(30), paths.count < 4 {
                // What a kill leaves: what is removed from now on it has perhaps not seen.
                let copy = directory.file("killed-\(paths.count).sqlite")
                try Connection(paths[0]).backUp(to: Connection(copy))
                paths.append(copy)
            }
            try await retain(log, said)
        }
        try await live.reach(head)
        await live.stop()
        paths.append(directory.file("rebuilt.sqlite"))
        for path in paths.dropFirst() {
            // Each of its pages is full, also the last one: the sums of removed events come behind them all the same.
            let other = RunningCatalog(log.storage, .small(path, page: 1), now: { Self.now })
            try await other.reach(head)
            await other.stop()
            try compare(paths[0], path)
        }
        let report = try await CatalogVerification(path: paths[0], log: log.storage, logger: live.messages.logger).run()
        #expect(report.differences == [])
    }

    @Test("runs again within a minute when it could not run, and after its interval when it has")
    func pauses() {
        let day = RetentionSettings()
        #expect(day.pause(after: nil) == .seconds(60) && day.shortPause == .seconds(60))
        #expect(day.pause(after: RetentionReport(rules: 1)) == .seconds(86_400))
        #expect(RetentionSettings(every: .seconds(5)).pause(after: nil) == .seconds(5))
    }

    @Test("keeps the events that dead letters name, and those that an exporter has not read")
    func consumers() async throws {
        let log = try await TestLog()
        let said = (0..<20).map { Said(kind: .observation, asset: ["a"], time: (490_000 + Int64($0)) * Self.hour) }
        try log.append(said)
        let storage = try #require(log.storage.retaining)
        let letter = DeadLetter(
            sequence: 3, log: try await storage.logID(), event: said[2].id, attempts: 1, failedAt: Self.now, message: "no")
        try await storage.keepDeadLetters([letter], of: "warehouse")
        var cursor = try await storage.cursor(of: "warehouse")
        cursor.position = 10
        _ = try await storage.advance(cursor)
        let exported = try await ExportedSequences(["warehouse"], storage)
        let limits = RetentionLimits(
            now: Self.now, head: 20, last: 20, exported: exported.least, patience: .seconds(1_000 * 3600),
            deadLetters: exported.deadLetters)
        var run = RetentionRun(
            settings: RetentionSettings(rules: [RetentionRule(keepFor: .seconds(3600))]), storage: storage, limits: limits,
            exported: exported, now: { Self.now })
        let name = AssetName(AssetKey(["a"]), in: "default")
        try await run.work { last, _ in last == nil ? [name] : [] }
        let left = try await storage.events(EventQuery(limit: 100)).events.map(\.sequence)
        #expect(left == [3] + Array(11...20))
        #expect(run.report.events == 9)
        #expect(run.report.waiting == 9)
        #expect(run.overtaken == 0)
    }

    @Test("removes the oldest events of all assets before younger ones, so that the storage can use their space soon")
    func windows() async throws {
        let log = try await TestLog()
        let said = (0..<300).map { Said(kind: .observation, asset: ["a\($0 % 3)"], time: Int64($0) * Self.hour) }
        try log.append(said)
        let storage = try #require(log.storage.retaining)
        let limits = RetentionLimits(now: Self.now, head: 300, last: 300, exported: .max, patience: .zero, deadLetters: [])
        var run = RetentionRun(
            settings: RetentionSettings(rules: [RetentionRule(keepLast: 1)]), storage: storage, limits: limits,
            exported: ExportedSequences(), now: { Self.now })
        // Another server takes over when three assets were worked on.
        let leases = Mutex(3)
        run.hasLease = {
            leases.withLock { left in
                left -= 1
                return left >= 0
            }
        }
        let names = (0..<3).map { AssetName(AssetKey(["a\($0)"]), in: "default") }
        try await run.work(inWindowsOf: 60) { last, _ in last == nil ? names : [] }
        let left = try await storage.events(EventQuery(limit: 1000)).events.map(\.sequence)
        // The first of each asset stays, as the one that began what it is now.
        #expect(left.filter { $0 <= 60 }.count <= 3)
        #expect(left.filter { $0 > 60 }.count == 240)
        #expect(run.report.assets == 3 && run.report.rules[0].assets == 3)
    }

    @Test("leaves the last event of the log, so that a catalog that is made again comes to its end")
    func last() async throws {
        let log = try await TestLog()
        // The last one is late: it is not the latest of the asset, and nothing but its sequence keeps it.
        try log.append([30, 40, 50, 20].map { Said(kind: .observation, asset: ["a"], time: $0 * Self.hour) })
        let said = [Said(kind: .observation, asset: ["a"], time: 0)]
        try await retain(log, said, [RetentionRule(keepLast: 0)])
        #expect(try await log.storage.events(EventQuery(limit: 10)).events.map(\.sequence).last == 4)
    }

    @Test("adds its sums up to few rows, whatever the number of steps")
    func rows() async throws {
        let log = try await TestLog()
        var said: [Said] = []
        for round in 0..<10 {
            let batch = (0..<30).map { Said(kind: .observation, asset: ["a"], time: (490_000 + Int64(round * 3 + $0 / 10)) * Self.hour) }
            said += batch
            try log.append(batch)
            try await retain(log, said, [RetentionRule(keepLast: 1)])
        }
        let storage = try #require(log.storage.retaining)
        let sums = try await storage.removedEvents(after: 0, limit: 100)
        #expect(sums.map(\.count) == [299])
        #expect(try RemovedSum(sums[0].payload).counts[.observation] == 299)
        #expect(sums[0].sequences == 1...299)
    }

    @Test("comes back from its bytes as it was, and refuses any other", arguments: 0..<20)
    func coding(seed: Int) throws {
        var sum = RemovedSum()
        for (index, said) in RandomHistory(seed: UInt64(seed), count: 60).said.enumerated() where said.kind.isReportable {
            sum.add(LoggedEvent(sequence: Int64(index + 1), event: said.event))
        }
        let bytes = sum.encoded()
        #expect(try RemovedSum(bytes).encoded() == bytes)
        var twice = sum
        twice += sum
        #expect(twice.counts.total == 2 * sum.counts.total)
        var random = SeededGenerator(UInt64(seed))
        for _ in 0..<200 {
            var broken = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            if !broken.isEmpty { broken[Int.random(in: 0..<broken.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random) }
            // It may be another sum by chance; it must not trap.
            _ = try? RemovedSum(broken)
        }
        #expect(throws: DamagedRecord.self) { try RemovedSum(Array(bytes.dropLast())) }
        #expect(throws: DamagedRecord.self) { try RemovedSum([2] + bytes.dropFirst()) }
    }
}
#endif
