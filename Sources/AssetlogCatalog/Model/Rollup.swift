import AssetlogCore

/// What the values of a numeric label come to.
struct Rollup: Hashable, Sendable {
    private(set) var count: Int
    private(set) var minimum: Double
    private(set) var maximum: Double
    private(set) var sum: ExactSum
    /// The value of the latest event.
    private(set) var last: Double
    private(set) var lastKey: EventTimeKey

    /// Starts with the value of an event.
    init(_ value: Double, at key: EventTimeKey) {
        count = 1
        minimum = value
        maximum = value
        sum = ExactSum(value)
        last = value
        lastKey = key
    }

    static func += (rollup: inout Rollup, other: Rollup) {
        rollup.count += other.count
        rollup.minimum = min(rollup.minimum, other.minimum)
        rollup.maximum = max(rollup.maximum, other.maximum)
        rollup.sum += other.sum
        if other.lastKey > rollup.lastKey {
            rollup.last = other.last
            rollup.lastKey = other.lastKey
        }
    }

    // One value alone is written once.
    func write(to writer: inout RecordWriter) {
        writer.write(count)
        writer.write(lastKey)
        writer.write(last)
        guard count > 1 else { return }
        writer.write(minimum)
        writer.write(maximum)
        writer.write(sum.value)
        writer.write(sum.rest) { $0.write($1) }
    }

    init(_ reader: inout RecordReader) throws(DamagedRecord) {
        let count = Int(try reader.integer())
        let key = try reader.timeKey()
        self.init(try reader.double(), at: key)
        guard count > 1 else { return }
        self.count = count
        minimum = try reader.double()
        maximum = try reader.double()
        sum = ExactSum(value: try reader.double(), rest: try reader.array { reader throws(DamagedRecord) in try reader.double() })
    }
}

/// What happened to an asset on one day of UTC.
struct DayRecord: Sendable {
    /// The number of events of each kind, at the index of its raw value.
    var counts = KindCounts()
    /// The rollups of numeric labels, by the label's index in the asset's record, in the order of the indices.
    private(set) var labels: [(label: Int, rollup: Rollup)] = []

    /// The number of the day that a point in time belongs to, from 1970-01-01.
    static func day(of timestamp: Timestamp) -> Int64 {
        timestamp.microseconds.quotientAndRemainder(flooring: 86_400_000_000).0
    }

    mutating func add(_ rollup: Rollup, to label: Int) {
        let index = labels.firstIndex { $0.label >= label } ?? labels.endIndex
        if index < labels.endIndex, labels[index].label == label {
            labels[index].rollup += rollup
        } else {
            labels.insert((label, rollup), at: index)
        }
    }

    func rollup(of label: Int) -> Rollup? { labels.first { $0.label == label }?.rollup }

    /// Adds an event of the day.
    ///
    /// - Parameter index: The index of a label, given as the content of a JSON string; nil: there is no room for it.
    mutating func add(_ facts: EventFacts, _ index: (UnsafeRawBufferPointer) -> Int?) {
        counts[facts.kind] += 1
        guard facts.kind == .materialization || facts.kind == .observation else { return }
        facts.forEachNumber { label, value in
            if let index = index(label) { add(Rollup(value, at: facts.key), to: index) }
        }
    }

    /// Adds what is known of the same day otherwise.
    ///
    /// - Parameter index: The index here of a label with an index there; nil: there is no room for it.
    mutating func add(_ other: DayRecord, _ index: (Int) -> Int?) {
        counts += other.counts
        for (label, rollup) in other.labels {
            if let index = index(label) { add(rollup, to: index) }
        }
    }
}

extension DayRecord {
    func encoded() -> [UInt8] { encoded(labels) }

    /// Writes it with other numbers for the labels, in the order of those.
    func encoded(_ number: (Int) -> Int) -> [UInt8] {
        encoded(labels.map { (number($0.label), $0.rollup) }.sorted { $0.0 < $1.0 })
    }

    private func encoded(_ labels: [(label: Int, rollup: Rollup)]) -> [UInt8] {
        var writer = RecordWriter()
        counts.write(to: &writer)
        writer.write(labels) { writer, entry in
            writer.write(entry.label)
            entry.rollup.write(to: &writer)
        }
        return writer.bytes
    }

    init(_ reader: inout RecordReader) throws(DamagedRecord) {
        counts = try KindCounts(&reader)
        labels = try reader.array { reader throws(DamagedRecord) in
            let label = Int(try reader.integer())
            return (label, try Rollup(&reader))
        }
    }
}

/// A number of events of each kind.
struct KindCounts: Hashable, Sendable {
    private var counts = SIMD8<Int32>.zero

    subscript(kind: EventKind) -> Int {
        get { Int(counts[Int(kind.rawValue) & 7]) }
        set { counts[Int(kind.rawValue) & 7] = Int32(clamping: newValue) }
    }

    var total: Int { (1..<8).reduce(0) { $0 + Int(counts[$1]) } }

    /// The kinds of which there are events, with their numbers.
    var dictionary: [EventKind: Int] {
        var numbers: [EventKind: Int] = [:]
        for kind in EventKind.allCases where kind.rawValue < 8 && self[kind] > 0 { numbers[kind] = self[kind] }
        return numbers
    }

    static func += (left: inout KindCounts, right: KindCounts) { left.counts &+= right.counts }

    func write(to writer: inout RecordWriter) {
        var present: UInt8 = 0
        for index in 1..<8 where counts[index] != 0 { present |= 1 << UInt8(index) }
        writer.write(byte: present)
        for index in 1..<8 where counts[index] != 0 { writer.write(Int64(counts[index])) }
    }

    init() {}

    init(_ reader: inout RecordReader) throws(DamagedRecord) {
        let present = try reader.byte()
        for index in 1..<8 where present & 1 << UInt8(index) != 0 { counts[index] = Int32(clamping: try reader.integer()) }
    }
}
