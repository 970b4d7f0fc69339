#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Some identities of one deployment in their order with the sequences of their events, as a row of the table `timed_ids`
/// holds them: 24 bytes each.
struct IdentitySegment {
    /// An event's identity and sequence.
    struct Entry {
        var id: EventIDBytes
        var sequence: Int64
    }

    /// The most identities of a segment: a longer row would not stay in one page of the index.
    static let maximumCount = 32
    /// The bytes of each.
    static let entryBytes = 24

    /// The segments of a deployment are found by it: no identity of the segment is less.
    let start: EventIDBytes
    var entries: [Entry]

    /// The row's bytes.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.count * Self.entryBytes)
        for entry in entries {
            withUnsafeBytes(of: entry.id.bytes) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: entry.sequence.bigEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    init(start: EventIDBytes, entries: [Entry]) {
        self.start = start
        self.entries = entries
    }

    init(start: EventIDBytes, bytes: UnsafeRawBufferPointer) {
        self.start = start
        entries = (0..<bytes.count / Self.entryBytes).compactMap { Self.entry($0, in: bytes) }
    }

    /// The sequence of an identity in a row's bytes.
    static func sequence(of id: EventIDBytes, in bytes: UnsafeRawBufferPointer) -> Int64? {
        for index in 0..<bytes.count / entryBytes {
            if let entry = entry(index, in: bytes), entry.id == id { return entry.sequence }
        }
        return nil
    }

    private static func entry(_ index: Int, in bytes: UnsafeRawBufferPointer) -> Entry? {
        let start = index * entryBytes
        guard let id = EventIDBytes(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 16])) else { return nil }
        return Entry(id: id, sequence: Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 16, as: Int64.self)))
    }
}

extension EventIDBytes {
    /// Whether it begins with the time at which it was made (UUID version 7), as those of the server do: what comes together
    /// lies together in the order of the bytes.
    var isTimed: Bool { UInt64(bigEndian: bytes.0) >> 12 & 0xf == 7 }
}
#endif
