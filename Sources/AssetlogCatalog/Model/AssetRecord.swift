import AssetlogCore

/// What is known of an asset as a whole.
struct AssetRecord: Sendable {
    /// A value that an event reports, and which event.
    struct Reported<Value: Hashable & Sendable>: Hashable, Sendable {
        var key: EventTimeKey
        var value: Value
    }

    /// The number of events of each kind.
    var counts = KindCounts()
    /// When the earliest and the latest event happened; meaningless without an event.
    var firstSeen = Timestamp(microseconds: .max)
    var lastSeen = Timestamp(microseconds: .min)
    /// The latest event of each kind, in the order of the raw values of kinds.
    var latest: [(kind: EventKind, event: LatestEvent)] = []
    /// Whether the latest attempt that counts succeeded: materializations and failures.
    var success: Streak<Bool>?
    /// The data version of the latest materialization or observation that reports one.
    var version: Streak<ByteText>?
    var description: Reported<String>?
    /// A canonical JSON object.
    var tags: Reported<[UInt8]>?
    /// A canonical JSON array of asset keys.
    var upstream: Reported<[UInt8]>?
    /// The numeric labels, as the content of JSON strings, in the order of their coming.
    var labels: [ByteText] = []
    /// The number of check names.
    var checkNames = 0
    /// The number of checks with each result over all partitions.
    var checks = CheckCounts()
    /// The number of partitions with each standing.
    var partitions = StandingCounts()
    /// The events of the latest hours.
    var hours = HourCounts()
    /// No row of a day after this one lies below those of memory, so that it need not be looked for.
    var lastDay = Int64.min
    /// No row of a partition whose name comes after this one lies below those of memory; nil: none at all.
    var lastPartition: ByteText?
    /// Whether there was a void or a wipe: what is to be found in the log again needs more than one look then.
    var hasCorrections = false

    init() {}

    /// The bytes of its texts, which clients choose.
    var textBytes: Int {
        var count = (description?.value.utf8.count ?? 0) + (tags?.value.count ?? 0) + (upstream?.value.count ?? 0)
        count += version?.value.text.utf8.count ?? 0
        for (_, event) in latest {
            count += event.partition?.utf8.count ?? 0
            count += event.dataVersion?.utf8.count ?? 0
            count += event.failureMessage?.utf8.count ?? 0
        }
        return labels.reduce(count) { $0 + $1.text.utf8.count }
    }

    /// Whether there is an event that counts.
    var exists: Bool { counts.total > 0 }

    /// What its state follows from.
    var standing: Standing { Standing(self, failed: checks.failed > 0, warned: checks.warned > 0) }

    subscript(kind: EventKind) -> LatestEvent? { latest.first { $0.kind == kind }?.event }

    /// Whether an event would be the latest of its kind.
    func isLatest(_ kind: EventKind, _ key: EventTimeKey) -> Bool {
        self.key(of: kind).map { $0 < key } ?? true
    }

    mutating func setLatest(_ kind: EventKind, _ event: LatestEvent) {
        let index = latest.firstIndex { $0.kind.rawValue >= kind.rawValue } ?? latest.endIndex
        if index < latest.endIndex, latest[index].kind == kind {
            latest[index].event = event
        } else {
            latest.insert((kind, event), at: index)
        }
    }

    /// The index of a label, given as the content of a JSON string; nil: there are too many others.
    mutating func index(ofLabel label: UnsafeRawBufferPointer) -> Int? {
        if let index = labels.firstIndex(where: { $0.isSame(as: label) }) { return index }
        guard labels.count < CatalogLimits.labels else { return nil }
        labels.append(ByteText(String(decoding: label, as: UTF8.self)))
        return labels.count - 1
    }
}

extension AssetRecord: LatestEvents {
    func key(of kind: EventKind) -> EventTimeKey? { LatestKeys(latest).key(of: kind) }
}

/// Where the latest event of each kind of an asset is, without a copy of the asset's record.
struct LatestKeys: LatestEvents {
    private let latest: [(kind: EventKind, event: LatestEvent)]

    init(_ latest: [(kind: EventKind, event: LatestEvent)]) {
        self.latest = latest
    }

    func key(of kind: EventKind) -> EventTimeKey? {
        for index in latest.indices where latest[index].kind == kind { return latest[index].event.event.timeKey }
        return nil
    }
}

extension AssetRecord.Reported {
    /// Takes the value of an event when it is later. Most events report the same as the one before, so that nothing is made of it.
    static func update(_ known: inout Self?, _ key: EventTimeKey, isSame: (Value) -> Bool, _ value: () -> Value?) {
        if let known, known.key > key { return }
        if let value = known?.value, isSame(value) {
            known?.key = key
            return
        }
        if let value = value() { known = Self(key: key, value: value) }
    }
}

/// How many events of each kind the server received in each of the latest hours, up to that of the latest.
struct HourCounts: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        var hour: Int32
        var kind: UInt8
        var count: UInt32

        init(hour: Int32, kind: UInt8, count: UInt32) {
            (self.hour, self.kind, self.count) = (hour, kind, count)
        }

        init(_ reader: inout RecordReader) throws(DamagedRecord) {
            hour = Int32(clamping: try reader.integer())
            kind = try reader.byte()
            count = UInt32(clamping: try reader.unsigned())
        }
    }

    /// So many hours are kept: the present one and two days before.
    static let length = 49
    static let microseconds: Int64 = 3_600_000_000

    /// By hour, and then by kind.
    private var entries: [Entry] = []

    /// The latest hour with an event; without one, an hour before all others.
    var last: Int { Int(entries.last?.hour ?? .min) }

    /// The number of the hour that a point in time belongs to, from 1970-01-01.
    static func hour(of timestamp: Timestamp) -> Int {
        Int(Int32(clamping: timestamp.microseconds.quotientAndRemainder(flooring: microseconds).0))
    }

    mutating func add(_ kind: EventKind, hour: Int, count: Int = 1) {
        let hour = Int32(clamping: hour)
        if let last = entries.last?.hour, hour < last - Int32(Self.length - 1) { return }
        let index = (entries.lastIndex { ($0.hour, $0.kind) <= (hour, kind.rawValue) } ?? -1)
        if index >= 0, entries[index].hour == hour, entries[index].kind == kind.rawValue {
            entries[index].count &+= UInt32(clamping: count)
        } else {
            entries.insert(Entry(hour: hour, kind: kind.rawValue, count: UInt32(clamping: count)), at: index + 1)
            let oldest = (entries.last?.hour ?? hour) - Int32(Self.length - 1)
            entries.removeAll { $0.hour < oldest }
        }
    }

    /// Calls `body` with each hour, kind and count.
    func forEach(_ body: (Int, EventKind, Int) -> Void) {
        for entry in entries {
            if let kind = EventKind(rawValue: entry.kind) { body(Int(entry.hour), kind, Int(entry.count)) }
        }
    }

    func write(to writer: inout RecordWriter) {
        writer.write(entries) { writer, entry in
            writer.write(Int64(entry.hour))
            writer.write(byte: entry.kind)
            writer.write(unsigned: UInt64(entry.count))
        }
    }

    init() {}

    init(_ reader: inout RecordReader) throws(DamagedRecord) {
        entries = try reader.array { reader throws(DamagedRecord) in try Entry(&reader) }
    }

    /// Calls `body` with each hour, kind and count of what was written.
    static func forEach(_ reader: inout RecordReader, _ body: (Int, EventKind, Int) -> Void) throws(DamagedRecord) {
        for _ in 0..<(try reader.unsigned()) {
            let entry = try Entry(&reader)
            if let kind = EventKind(rawValue: entry.kind) { body(Int(entry.hour), kind, Int(entry.count)) }
        }
    }
}

extension AssetRecord {
    /// The assets that it was made from.
    var upstreamKeys: [AssetKey] {
        upstream.map { reported in
            CanonicalJSON.elements(ofArray: reported.value)?.compactMap { AssetKey(json: String(decoding: $0, as: UTF8.self)) } ?? []
        } ?? []
    }
}
