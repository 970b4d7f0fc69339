#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// The sixteen bytes of an identity in network order, without an allocation.
struct EventIDBytes: Hashable, Comparable {
    let bytes: (UInt64, UInt64)

    init(_ id: EventID) {
        bytes = (id.high.bigEndian, id.low.bigEndian)
    }

    init?(_ buffer: UnsafeRawBufferPointer) {
        guard buffer.count == 16 else { return nil }
        bytes = (buffer.loadUnaligned(as: UInt64.self), buffer.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    var id: EventID { EventID(high: UInt64(bigEndian: bytes.0), low: UInt64(bigEndian: bytes.1)) }

    static func == (left: EventIDBytes, right: EventIDBytes) -> Bool {
        left.bytes == right.bytes
    }

    /// The order of the bytes, as a database has it.
    static func < (left: EventIDBytes, right: EventIDBytes) -> Bool {
        (UInt64(bigEndian: left.bytes.0), UInt64(bigEndian: left.bytes.1))
            < (UInt64(bigEndian: right.bytes.0), UInt64(bigEndian: right.bytes.1))
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(bytes.0)
        hasher.combine(bytes.1)
    }
}

extension Statement {
    /// Binds the sixteen bytes of an identity, copied.
    func bind(_ id: EventIDBytes, at index: Int) throws {
        try withUnsafeBytes(of: id.bytes) { try bind(copying: $0, at: index) }
    }
}
#endif
