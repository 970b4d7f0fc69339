import AssetlogCore

/// What memory has of one asset, and how an event changes it: the fold.
///
/// It is used under the lock of the ``CatalogMemory`` that it belongs to, and does not change after that.
final class AssetEntry: @unchecked Sendable {
    // Sendable: see above.

    let name: AssetName
    /// The asset's number in the file.
    let id: Int64
    var record: AssetRecord
    var rows: AssetRows
    /// Streaks of which the beginning is to be found in the log before anything is shown.
    var repairs: Set<StreakName> = []
    /// Whether a void or a wipe came, so that the asset is to be folded again before anything is shown.
    var mustRefold = false
    /// What the layer below has of the asset, while that is being written to the file.
    weak var frozen: AssetEntry?
    /// Whether other assets are named as upstream than in what lies below.
    var hasOtherUpstream = false

    init(_ name: AssetName, id: Int64, record: AssetRecord = AssetRecord(), rows: AssetRows = AssetRows(isWhole: true)) {
        self.name = name
        self.id = id
        self.record = record
        self.rows = rows
    }

    /// Adds an event of a kind that is counted.
    ///
    /// - Returns: About how many bytes of memory that took.
    /// - Throws: What reading the rows below throws; nothing is changed then.
    func fold(_ facts: EventFacts, onto below: some RowsBelow) throws -> Int {
        let changed = try load(facts, below)
        var bytes = changed.bytes
        let textBytes = facts.detailBytes > Self.shortDetails ? record.textBytes : nil
        addToRecord(facts)
        if let textBytes { bytes += max(0, record.textBytes - textBytes) }
        bytes += addToDay(facts, changed)
        if facts.kind == .check { fold(check: facts, changed) } else { fold(plain: facts, changed) }
        return bytes
    }

    /// The texts of shorter details are in what an asset takes anyway.
    private static let shortDetails = 400

    // MARK: Reading first

    private struct Changed {
        var day: Int64
        /// What lies below of the day; nil: memory has the day already.
        var dayBelow: DayRecord?
        var partition: (name: ByteText, row: PartitionRecord)?
        var checks: [(name: CheckName, row: CheckRecord?)] = []
        var bytes = 0
    }

    private func load(_ facts: EventFacts, _ below: some RowsBelow) throws -> Changed {
        let day = DayRecord.day(of: facts.key.timestamp)
        var changed = Changed(day: day)
        if rows.days[day] == nil {
            changed.dayBelow = try unlessWhole { day <= record.lastDay ? try below.day(day) : nil } ?? DayRecord()
            changed.bytes += RowSize.day
        }
        if let partition = facts.partition.map(ByteText.init) {
            let known = rows.partitions[partition]
            let row = try known ?? unlessWhole { try isKnown(partition) ? below.partition(partition) : nil } ?? PartitionRecord()
            changed.partition = (partition, row)
            if known == nil { changed.bytes += RowSize.partition + partition.text.utf8.count }
        }
        for name in facts.checkNames {
            let known = rows.checks[name]
            changed.checks.append((name, try known ?? unlessWhole { try below.check(name) }))
            if known == nil { changed.bytes += RowSize.check + name.name.text.utf8.count }
        }
        return changed
    }

    // Most events are about the newest partition.
    private func isKnown(_ partition: ByteText) -> Bool {
        record.lastPartition.map { partition <= $0 } ?? false
    }

    func unlessWhole<Row>(_ read: () throws -> Row?) rethrows -> Row? {
        rows.isWhole ? nil : try read()
    }

    // MARK: The asset

    private func addToRecord(_ facts: EventFacts) {
        let (kind, key) = (facts.kind, facts.key)
        record.counts[kind] += 1
        record.firstSeen = min(record.firstSeen, key.timestamp)
        record.lastSeen = max(record.lastSeen, key.timestamp)
        record.hours.add(kind, hour: HourCounts.hour(of: facts.receivedAt))
        guard kind != .check else { return }
        if record.isLatest(kind, key) { record.setLatest(kind, latest(facts)) }
        addTexts(facts)
        switch kind {
        case .materialization: add(success: true, key)
        case .materializationFailed: add(success: false, key)
        default: break
        }
        if kind == .materialization || kind == .observation, let version = facts.dataVersion.flatMap(JSONString.text) {
            add(version: ByteText(version), key)
        }
    }

    private func latest(_ facts: EventFacts) -> LatestEvent {
        let failure = facts.kind == .materializationStarted ? (nil, nil) : facts.failureTexts
        return LatestEvent(
            event: facts.reference, partition: facts.partition, dataVersion: facts.dataVersion.flatMap(JSONString.text),
            reportedBy: facts.reportedBy, failureReason: failure.0, failureMessage: failure.1)
    }

    private func addTexts(_ facts: EventFacts) {
        if let description = facts.description {
            AssetRecord.Reported.update(&record.description, facts.key, isSame: { JSONString.isSame(description, as: $0) }) {
                JSONString.text(description).map { EventFacts.cut($0, to: CatalogLimits.textBytes) }
            }
        }
        if let tags = facts.tags, (3...CatalogLimits.textBytes).contains(tags.count) {
            AssetRecord.Reported.update(&record.tags, facts.key, isSame: { JSONValue.isSame(tags, as: $0) }) { Array(tags) }
        }
        if let upstream = facts.upstream {
            AssetRecord.Reported.update(&record.upstream, facts.key, isSame: { JSONValue.isSame(upstream, as: $0) }) {
                hasOtherUpstream = true
                return Array(upstream)
            }
        }
    }

    private func add(success: Bool, _ key: EventTimeKey) {
        if record.success == nil { record.success = Streak(success, at: key) } else { record.success?.add(success, at: key) }
        if record.success?.since == nil { repairs.insert(.success) }
    }

    private func add(version: ByteText, _ key: EventTimeKey) {
        if record.version == nil { record.version = Streak(version, at: key) } else { record.version?.add(version, at: key) }
        if record.version?.since == nil { repairs.insert(.version) }
    }

    // MARK: Its rows

    // In place: a second reference to the day would copy its labels for each event.
    private func addToDay(_ facts: EventFacts, _ changed: Changed) -> Int {
        func add(to day: inout DayRecord) -> Int {
            let known = day.labels.count
            day.add(facts) { record.index(ofLabel: $0) }
            return (day.labels.count - known) * RowSize.label
        }
        record.lastDay = max(record.lastDay, changed.day)
        return add(to: &rows.days[changed.day, default: changed.dayBelow ?? DayRecord()])
    }

    private func fold(plain facts: EventFacts, _ changed: Changed) {
        guard let (name, row) = changed.partition else { return }
        set(name, from: row) { $0.add(facts.kind, facts.reference) }
    }

    private func fold(check facts: EventFacts, _ changed: Changed) {
        var (old, new): (CheckResult?, CheckResult?)
        let isKept = changed.checks.first.map { $0.row != nil || record.checkNames < CatalogLimits.checks } ?? false
        if isKept, let outcome = facts.outcome {
            for (name, known) in changed.checks {
                (old, new) = (known?.result, add(outcome, facts, to: known, name))
                guard name.part == .overall else { continue }
                if let old { record.checks[old] -= 1 } else { record.checkNames += 1 }
                if let new { record.checks[new] += 1 }
            }
        }
        guard let (name, row) = changed.partition else { return }
        set(name, from: row) { row in
            row.add(.check, facts.reference)
            row.change(from: old, to: new)
        }
    }

    private func add(
        _ outcome: CheckRecord.Outcome, _ facts: EventFacts, to known: CheckRecord?, _ name: CheckName
    ) -> CheckResult {
        var check: CheckRecord
        if let known {
            check = known
            check.add(outcome, facts.reference, partition: facts.partition)
        } else {
            check = CheckRecord(outcome, facts.reference, partition: facts.partition)
        }
        rows.checks[name] = check
        if check.streak.since == nil { repairs.insert(.check(name)) }
        return check.result
    }

    func set(_ name: ByteText, from old: PartitionRecord, _ change: (inout PartitionRecord) -> Void) {
        var row = old
        change(&row)
        if old.exists { record.partitions.add(old.standing, -1) }
        if row.exists { record.partitions.add(row.standing) }
        rows.partitions[name] = row
        if !isKnown(name) { record.lastPartition = name }
    }
}

/// About how many bytes of memory rows take, with their part of a dictionary.
enum RowSize {
    static let asset = 1600
    static let partition = 200
    static let check = 420
    static let day = 120
    static let label = 100
}
