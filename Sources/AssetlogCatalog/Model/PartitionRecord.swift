import AssetlogCore

/// What is known of a partition of an asset.
struct PartitionRecord: Hashable, Sendable {
    /// The number of its events.
    var count = 0
    /// How many of them are results of checks. Those alone make no partition.
    var checkCount = 0
    /// How many checks failed on it with ERROR.
    var failedChecks = 0
    /// How many checks failed on it with WARN.
    var warnedChecks = 0
    /// The latest event of each kind other than checks.
    var latest = LatestReferences()

    /// Whether an event other than a check's result names it.
    var exists: Bool { count > checkCount }

    /// What its state follows from.
    var standing: Standing { Standing(latest, failed: failedChecks > 0, warned: warnedChecks > 0) }

    /// Adds an event.
    mutating func add(_ kind: EventKind, _ event: EventReference) {
        count += 1
        if kind == .check { checkCount += 1 } else { latest.add(kind, event) }
    }

    /// Counts the change of a check's latest result.
    mutating func change(from old: CheckResult?, to new: CheckResult?) {
        for (result, number) in [(old, -1), (new, 1)] {
            switch result {
            case .failed: failedChecks += number
            case .warned: warnedChecks += number
            case .passed, nil: break
            }
        }
    }

    func encoded() -> [UInt8] {
        var writer = RecordWriter()
        writer.write(count)
        writer.write(checkCount)
        writer.write(failedChecks)
        writer.write(warnedChecks)
        latest.write(to: &writer)
        return writer.bytes
    }

    init() {}

    init(_ reader: inout RecordReader) throws(DamagedRecord) {
        count = Int(try reader.integer())
        checkCount = Int(try reader.integer())
        failedChecks = Int(try reader.integer())
        warnedChecks = Int(try reader.integer())
        latest = try LatestReferences(&reader)
    }
}

/// The latest event of each kind, most often of one kind alone.
struct LatestReferences: Hashable, Sendable, LatestEvents {
    private struct Entry: Hashable, Sendable {
        var kind: EventKind
        var event: EventReference
    }

    private var materialization: EventReference?
    /// Those of the other kinds, in the order of their raw values.
    private var others: [Entry] = []

    init() {}

    /// The latest event of a kind; nil: there was none.
    subscript(kind: EventKind) -> EventReference? {
        kind == .materialization ? materialization : others.first { $0.kind == kind }?.event
    }

    func key(of kind: EventKind) -> EventTimeKey? { self[kind]?.timeKey }

    mutating func add(_ kind: EventKind, _ event: EventReference) {
        if let known = self[kind], known.timeKey >= event.timeKey { return }
        if kind == .materialization {
            materialization = event
        } else {
            others.removeAll { $0.kind == kind }
            let index = others.firstIndex { $0.kind.rawValue > kind.rawValue } ?? others.endIndex
            others.insert(Entry(kind: kind, event: event), at: index)
        }
    }

    func write(to writer: inout RecordWriter) {
        writer.write(materialization) { $0.write($1) }
        writer.write(others) { writer, entry in
            writer.write(byte: entry.kind.rawValue)
            writer.write(entry.event)
        }
    }

    init(_ reader: inout RecordReader) throws(DamagedRecord) {
        materialization = try reader.optional { reader throws(DamagedRecord) in try reader.event() }
        others = try reader.array { reader throws(DamagedRecord) in
            guard let kind = EventKind(rawValue: try reader.byte()) else { throw DamagedRecord() }
            return Entry(kind: kind, event: try reader.event())
        }
    }
}
