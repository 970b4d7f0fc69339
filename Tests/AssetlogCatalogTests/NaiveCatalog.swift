import AssetlogCore

@testable import AssetlogCatalog

/// The answers about an asset, each worked out from all of its events by its definition, without any fold.
struct NaiveCatalog {
    struct Fact {
        var sequence: Int64
        var said: Said

        var key: EventTimeKey { EventTimeKey(timestamp: Timestamp(microseconds: said.time), sequence: sequence) }
        var reference: EventReference { EventReference(id: said.id, timeKey: key) }
    }

    private let facts: [Fact]
    let key: AssetKey

    init(_ said: [Said], _ key: AssetKey, in deployment: String) {
        self.key = key
        let all = said.enumerated().map { Fact(sequence: Int64($0.offset) + 1, said: $0.element) }
            .filter { AssetKey($0.said.asset) == key && $0.said.deployment == deployment }
        facts = all.filter { fact in
            guard fact.said.kind.isReportable else { return false }
            return !all.contains { other in
                if other.said.kind == .void { return other.said.voids == fact.said.id }
                guard other.said.kind == .wipe, other.sequence > fact.sequence else { return false }
                return other.said.wipes.map { wiped in wiped.contains { Self.same($0, fact.said.partition) } } ?? true
            }
        }
    }

    static func same(_ left: String?, _ right: String?) -> Bool {
        left.map { Array($0.utf8) } == right.map { Array($0.utf8) }
    }

    var exists: Bool { !facts.isEmpty }

    // MARK: The asset

    func detail(upstream others: [AssetKey: NaiveCatalog], now: Timestamp, timeout: Int64) -> AssetDetail {
        let (state, since) = state(facts, now, timeout)
        var counts = StateCounts()
        for partition in partitionNames { counts[self.state(on(partition), now, timeout).0] += 1 }
        let summary = AssetSummary(
            assetKey: key, state: state, since: since ?? lastSeen, lastSeen: lastSeen,
            materialization: latest(.materialization), partitions: counts, checks: checkCounts,
            tags: tags)
        var detail = AssetDetail(summary: summary, firstSeen: facts.map(\.key.timestamp).min()!)
        for fact in facts { detail.counts[fact.said.kind, default: 0] += 1 }
        detail.observation = latest(.observation)
        detail.failure = latest(.materializationFailed)
        detail.started = latest(.materializationStarted)
        detail.skipped = latest(.materializationSkipped)
        detail.dataVersion = dataVersion
        detail.description = newest { $0.description }
        detail.labels = Set(facts.flatMap(\.said.numbers).map { Array($0.label.utf8) })
            .sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
        detail.upstream = upstream
        detail.downstream = others.filter { $0.value.exists && $0.value.upstream.contains(key) }.map(\.key)
            .sorted { $0.canonical.utf8.lexicographicallyPrecedes($1.canonical.utf8) }
        return detail
    }

    private var upstream: [AssetKey] { newest { $0.upstream }?.map { AssetKey($0) } ?? [] }

    private var lastSeen: Timestamp { facts.map(\.key.timestamp).max()! }

    private var tags: [UInt8] {
        guard let tags = newest({ $0.tags.isEmpty ? nil : $0.tags }) else { return Array("{}".utf8) }
        return Array("{\(tags.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ","))}".utf8)
    }

    private func newest<Value>(_ value: (Said) -> Value?) -> Value? {
        facts.filter { $0.said.kind != .check && value($0.said) != nil }.max { $0.key < $1.key }.flatMap { value($0.said) }
    }

    private func latest(_ kind: EventKind) -> LatestEvent? {
        facts.filter { $0.said.kind == kind }.max { $0.key < $1.key }.map { fact in
            LatestEvent(
                event: fact.reference, partition: fact.said.partition, dataVersion: fact.said.version,
                reportedBy: fact.said.reporter, failureReason: fact.said.failure?.reason,
                failureMessage: fact.said.failure?.message)
        }
    }

    private var dataVersion: AssetDetail.DataVersion? {
        let versions = facts.filter { $0.said.version != nil }.map { ($0.key, $0.said.version!) }
        return streak(versions).map { .init(value: $0.value, since: $0.since.timestamp) }
    }

    /// The latest value, and the first of the values that are the same without another one after them.
    private func streak<Value: Equatable>(
        _ values: [(EventTimeKey, Value)]
    ) -> (value: Value, since: EventTimeKey, hasOther: Bool)? {
        let sorted = values.sorted { $0.0 < $1.0 }
        guard let last = sorted.last else { return nil }
        let run = sorted.reversed().prefix { $0.1 == last.1 }
        return (last.1, run.last!.0, run.count < sorted.count)
    }

    /// The number of events of each kind that the server received in an hour.
    func received(in hour: Timestamp) -> [EventKind: Int] {
        let received = facts.filter { fact in
            let time = fact.said.received ?? fact.said.time
            return (hour.microseconds..<hour.microseconds + 3_600_000_000).contains(time)
        }
        return Dictionary(grouping: received, by: \.said.kind).mapValues(\.count)
    }

    // MARK: States

    private func state(_ facts: [Fact], _ now: Timestamp, _ timeout: Int64) -> (AssetState, Timestamp?) {
        func last(_ kinds: EventKind...) -> EventTimeKey? { facts.filter { kinds.contains($0.said.kind) }.map(\.key).max() }
        let materialized = last(.materialization)
        let checks = Set(facts.compactMap(\.said.check?.name)).compactMap { name in
            streak(facts.filter { $0.said.check?.name == name }.map { ($0.key, Self.result($0.said)!) })
        }
        func checked(_ result: CheckResult) -> [Timestamp] { checks.filter { $0.value == result }.map(\.since.timestamp) }
        let success = streak(
            facts.filter { [.materialization, .materializationFailed].contains($0.said.kind) }
                .map { ($0.key, $0.said.kind == .materialization) })
        if let failure = last(.materializationFailed),
            failure > materialized ?? EventTimeKey(timestamp: .init(microseconds: .min), sequence: 0)
        {
            return (.failed, success?.since.timestamp)
        }
        if let since = checked(.failed).min() { return (.checkFailed, since) }
        let ended = last(.materialization, .materializationFailed, .materializationSkipped)
        if let start = last(.materializationStarted), ended.map({ $0 < start }) ?? true,
            start.timestamp.microseconds + timeout > now.microseconds
        {
            return (.running, start.timestamp)
        }
        if let since = checked(.warned).min() { return (.warned, since) }
        if materialized == nil { return (.missing, facts.map(\.key.timestamp).min()) }
        let recovered = checks.filter { $0.value == .passed && $0.hasOther }.map(\.since.timestamp)
        return (.ok, ([success!.since.timestamp] + recovered).max())
    }

    private static func result(_ said: Said) -> CheckResult? {
        said.check.map { $0.passed ? .passed : $0.severity == "WARN" ? .warned : .failed }
    }

    // MARK: Rows

    private var partitionNames: [String] {
        let named = facts.filter { $0.said.kind != .check }.compactMap(\.said.partition)
        return Set(named.map { Array($0.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private func on(_ partition: String?) -> [Fact] { facts.filter { Self.same($0.said.partition, partition) } }

    func partitions(now: Timestamp, timeout: Int64) -> [PartitionRow] {
        partitionNames.map { name in
            let facts = on(name)
            func latest(_ kind: EventKind) -> EventReference? {
                facts.filter { $0.said.kind == kind }.max { $0.key < $1.key }?.reference
            }
            return PartitionRow(
                partition: name, state: state(facts, now, timeout).0, materialization: latest(.materialization),
                observation: latest(.observation), failure: latest(.materializationFailed),
                started: latest(.materializationStarted), skipped: latest(.materializationSkipped), count: facts.count)
        }
    }

    private var checkCounts: CheckCounts {
        var counts = CheckCounts()
        for row in checks(byPartition: false) { counts[row.result] += 1 }
        return counts
    }

    func checks(byPartition: Bool) -> [CheckRow] {
        let names = Set(facts.compactMap(\.said.check?.name)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return names.flatMap { name in
            let facts = facts.filter { $0.said.check?.name == name }
            guard byPartition else { return [row(name, facts)] }
            let parts = Set(facts.map { $0.said.partition.map { Array($0.utf8) } ?? [0xff, 0xff] })
            let isWhole = parts.contains([0xff, 0xff])
            let rest = parts.filter { $0 != [0xff, 0xff] }.sorted { $0.lexicographicallyPrecedes($1) }
            return (isWhole ? [row(name, facts.filter { $0.said.partition == nil })] : [])
                + rest.map { part in row(name, facts.filter { $0.said.partition.map { Array($0.utf8) } == part }) }
        }
    }

    private func row(_ name: String, _ facts: [Fact]) -> CheckRow {
        let last = facts.max { $0.key < $1.key }!
        let streak = streak(facts.map { ($0.key, Self.result($0.said)!) })!
        return CheckRow(
            assetKey: key, checkName: name, partition: last.said.partition, result: streak.value,
            isError: last.said.check!.severity != "WARN", isBlocking: last.said.check!.blocking, since: streak.since.timestamp,
            event: last.reference, passes: facts.count { $0.said.check!.passed },
            failures: facts.count { !$0.said.check!.passed })
    }

    /// The values of a label, in order of time.
    func points(_ label: String) -> [Series.Point] {
        facts.flatMap { fact in
            fact.said.numbers.filter { $0.label == label }.map {
                Series.Point(timeKey: fact.key, value: $0.value, partition: fact.said.partition)
            }
        }.sorted { $0.timeKey < $1.timeKey }
    }
}
