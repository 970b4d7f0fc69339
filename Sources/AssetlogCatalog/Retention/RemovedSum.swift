import AssetlogCore

/// What removed events of an asset add up to: what a catalog counts and can't find in the log any more.
///
/// Sums of different events add up in any order and grouping. The latest event of each kind is no part of it, for that one stays.
struct RemovedSum: Sendable {
    /// The first byte of its form; a catalog that finds another one can't use it.
    private static let format: UInt8 = 1

    /// How many results of a check passed and failed.
    struct Results: Hashable, Sendable {
        var passes = 0
        var failures = 0
    }

    /// How many events of a partition there were, and how many of them results of checks.
    struct PartitionCount: Hashable, Sendable {
        var count = 0
        var checkCount = 0
    }

    private(set) var counts = KindCounts()
    private(set) var firstSeen = Timestamp(microseconds: .max)
    private(set) var lastSeen = Timestamp(microseconds: .min)
    private(set) var hours = HourCounts()
    /// The names of the labels that the days have by their index.
    private(set) var labels: [ByteText] = []
    private(set) var days: [Int64: DayRecord] = [:]
    private(set) var partitions: [ByteText: PartitionCount] = [:]
    private(set) var checks: [CheckName: Results] = [:]

    /// The sum of nothing.
    init() {}

    /// Adds an event that counts.
    mutating func add(_ event: LoggedEvent) {
        EventFacts.with(event) { facts in
            counts[facts.kind] += 1
            firstSeen = min(firstSeen, facts.key.timestamp)
            lastSeen = max(lastSeen, facts.key.timestamp)
            hours.add(facts.kind, hour: HourCounts.hour(of: facts.receivedAt))
            addToDay(facts)
            if let partition = facts.partition.map(ByteText.init) {
                partitions[partition, default: PartitionCount()].count += 1
                if facts.kind == .check { partitions[partition, default: PartitionCount()].checkCount += 1 }
            }
            if facts.kind == .check { addResult(facts) }
        }
    }

    private mutating func addToDay(_ facts: EventFacts) {
        let number = DayRecord.day(of: facts.key.timestamp)
        // Taken out, so that its labels are not copied.
        var day = days.removeValue(forKey: number) ?? DayRecord()
        day.add(facts) { index(of: ByteText(String(decoding: $0, as: UTF8.self))) }
        days[number] = day
    }

    private mutating func index(of label: ByteText) -> Int {
        if let index = labels.firstIndex(of: label) { return index }
        labels.append(label)
        return labels.count - 1
    }

    private mutating func addResult(_ facts: EventFacts) {
        guard let outcome = facts.outcome else { return }
        for check in facts.checkNames {
            if outcome.passed { checks[check, default: Results()].passes += 1 } else { checks[check, default: Results()].failures += 1 }
        }
    }

    /// Adds another sum.
    static func += (left: inout RemovedSum, right: RemovedSum) {
        left.counts += right.counts
        left.firstSeen = min(left.firstSeen, right.firstSeen)
        left.lastSeen = max(left.lastSeen, right.lastSeen)
        right.hours.forEach { hour, kind, count in left.hours.add(kind, hour: hour, count: count) }
        let indices = right.labels.map { left.index(of: $0) }
        for (number, day) in right.days {
            left.days[number, default: DayRecord()].add(day) { indices[$0] }
        }
        for (name, other) in right.partitions {
            left.partitions[name, default: PartitionCount()].count += other.count
            left.partitions[name, default: PartitionCount()].checkCount += other.checkCount
        }
        for (name, other) in right.checks {
            left.checks[name, default: Results()].passes += other.passes
            left.checks[name, default: Results()].failures += other.failures
        }
    }
}

// MARK: Its form

extension RemovedSum {
    /// The bytes that a storage keeps; the same for the same sum.
    func encoded() -> [UInt8] {
        var writer = RecordWriter()
        writer.write(byte: Self.format)
        counts.write(to: &writer)
        writer.write(firstSeen.microseconds)
        writer.write(lastSeen.microseconds)
        hours.write(to: &writer)
        let order = labels.indices.sorted { labels[$0] < labels[$1] }
        var numbers = Array(repeating: 0, count: order.count)
        for (number, index) in order.enumerated() { numbers[index] = number }
        writer.write(order.map { labels[$0] }) { $0.write($1.text) }
        writer.write(days.sorted { $0.key < $1.key }) { writer, day in
            writer.write(day.key)
            writer.write(bytes: day.value.encoded { numbers[$0] })
        }
        writer.write(partitions.sorted { $0.key < $1.key }) { writer, partition in
            writer.write(partition.key.text)
            writer.write(partition.value.count)
            writer.write(partition.value.checkCount)
        }
        writer.write(checks.sorted { $0.key < $1.key }) { writer, check in
            writer.write(check.key.name.text)
            writer.write(check.key.part == .overall)
            writer.write(check.key.partition) { $0.write($1) }
            writer.write(check.value.passes)
            writer.write(check.value.failures)
        }
        return writer.bytes
    }

    /// Reads what a storage kept.
    ///
    /// - Throws: ``DamagedRecord`` for bytes of another form.
    init(_ payload: [UInt8]) throws(DamagedRecord) {
        self = try RecordReader.read(payload) { reader throws(DamagedRecord) in try RemovedSum(&reader) }
    }

    private init(_ reader: inout RecordReader) throws(DamagedRecord) {
        guard try reader.byte() == Self.format else { throw DamagedRecord() }
        counts = try KindCounts(&reader)
        firstSeen = Timestamp(microseconds: try reader.integer())
        lastSeen = Timestamp(microseconds: try reader.integer())
        hours = try HourCounts(&reader)
        labels = try reader.array { reader throws(DamagedRecord) in ByteText(try reader.text()) }
        let days = try reader.array { reader throws(DamagedRecord) in
            (try reader.integer(), try RecordReader.read(try reader.blob(), DayRecord.init))
        }
        for (number, day) in days {
            guard day.labels.allSatisfy({ labels.indices.contains($0.label) }) else { throw DamagedRecord() }
            self.days[number] = day
        }
        let partitions = try reader.array { reader throws(DamagedRecord) in
            (ByteText(try reader.text()), PartitionCount(count: Int(try reader.integer()), checkCount: Int(try reader.integer())))
        }
        for (name, count) in partitions { self.partitions[name] = count }
        let checks = try reader.array { reader throws(DamagedRecord) in
            let (name, isOverall) = (ByteText(try reader.text()), try reader.flag())
            let partition = try reader.optional { reader throws(DamagedRecord) in try reader.text() }
            let part = partition.map { CheckName.Part.partition(ByteText($0)) } ?? (isOverall ? .overall : .wholeAsset)
            let results = Results(passes: Int(try reader.integer()), failures: Int(try reader.integer()))
            return (CheckName(name: name, part: part), results)
        }
        for (name, results) in checks { self.checks[name] = results }
    }
}
