import AssetlogCore

/// What names the row of a check of an asset.
struct CheckName: Hashable, Comparable, Sendable {
    /// What the row is about.
    enum Part: Hashable, Comparable, Sendable {
        /// All results of the check, whatever the partition.
        case overall
        /// The results that name no partition.
        case wholeAsset
        /// The results of one partition.
        case partition(ByteText)
    }

    var name: ByteText
    var part: Part

    static func < (left: CheckName, right: CheckName) -> Bool {
        left.name == right.name ? left.part < right.part : left.name < right.name
    }

    /// The partition that the row is about; nil: none alone.
    var partition: String? {
        guard case .partition(let partition) = part else { return nil }
        return partition.text
    }
}

/// What is known of a check, over all partitions or on one.
struct CheckRecord: Hashable, Sendable {
    /// The latest result, and since when it has been the same.
    private(set) var streak: Streak<CheckResult>
    /// The event of the latest result.
    private(set) var event: EventReference
    private(set) var partition: String?
    private(set) var isError: Bool
    private(set) var isBlocking: Bool?
    private(set) var passes = 0
    private(set) var failures = 0

    /// A result that an event reports.
    struct Outcome: Hashable, Sendable {
        var passed: Bool
        var isError: Bool
        var isBlocking: Bool?

        var result: CheckResult { passed ? .passed : isError ? .failed : .warned }
    }

    /// Starts with the result of an event.
    init(_ outcome: Outcome, _ event: EventReference, partition: String?) {
        streak = Streak(outcome.result, at: event.timeKey)
        self.event = event
        self.partition = partition
        isError = outcome.isError
        isBlocking = outcome.isBlocking
        count(outcome)
    }

    var result: CheckResult { streak.value }

    mutating func add(_ outcome: Outcome, _ event: EventReference, partition: String?) {
        streak.add(outcome.result, at: event.timeKey)
        count(outcome)
        guard event.timeKey > self.event.timeKey else { return }
        self.event = event
        self.partition = partition
        isError = outcome.isError
        isBlocking = outcome.isBlocking
    }

    private mutating func count(_ outcome: Outcome) {
        if outcome.passed { passes += 1 } else { failures += 1 }
    }

    /// Counts results of events that were removed from the log.
    mutating func add(passes: Int, failures: Int) {
        self.passes += passes
        self.failures += failures
    }

    mutating func addOther(_ key: EventTimeKey) { streak.addOther(key) }

    mutating func repair(since key: EventTimeKey) { streak.repair(since: key) }

    func row(of asset: AssetKey, name: CheckName) -> CheckRow {
        CheckRow(
            assetKey: asset, checkName: name.name.text, partition: partition, result: result, isError: isError,
            isBlocking: isBlocking, since: (streak.since ?? streak.last).timestamp, event: event, passes: passes,
            failures: failures)
    }

    func encoded() -> [UInt8] {
        var writer = RecordWriter()
        streak.write(to: &writer) { $0.write(byte: $1.rawValue) }
        writer.write(event)
        writer.write(partition) { $0.write($1) }
        writer.write(isError)
        writer.write(isBlocking) { $0.write($1) }
        writer.write(passes)
        writer.write(failures)
        return writer.bytes
    }

    init(_ reader: inout RecordReader) throws(DamagedRecord) {
        streak = try Streak(&reader) { reader throws(DamagedRecord) in
            guard let result = CheckResult(rawValue: try reader.byte()) else { throw DamagedRecord() }
            return result
        }
        event = try reader.event()
        partition = try reader.optional { reader throws(DamagedRecord) in try reader.text() }
        isError = try reader.flag()
        isBlocking = try reader.optional { reader throws(DamagedRecord) in try reader.flag() }
        passes = Int(try reader.integer())
        failures = Int(try reader.integer())
    }
}
