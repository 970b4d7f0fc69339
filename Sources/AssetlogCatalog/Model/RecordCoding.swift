import AssetlogCore

/// Writes a record's fields one after the other, the same bytes for the same record.
struct RecordWriter {
    private(set) var bytes: [UInt8] = []

    init() {
        // Most records have less.
        bytes.reserveCapacity(240)
    }

    /// Writes a number that is not negative; small ones take a byte.
    mutating func write(unsigned value: UInt64) {
        // Most numbers are small.
        if value < 0x80 { return bytes.append(UInt8(truncatingIfNeeded: value)) }
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func write(_ value: Int64) {
        write(unsigned: UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    mutating func write(_ value: Int) { write(Int64(value)) }

    mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }

    mutating func write(byte: UInt8) { bytes.append(byte) }

    mutating func write(_ value: Double) { write(fixed: value.bitPattern) }

    private mutating func write(fixed value: UInt64) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ text: String) {
        write(unsigned: UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func write(bytes value: [UInt8]) {
        write(unsigned: UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func write(_ key: EventTimeKey) {
        write(key.timestamp.microseconds)
        write(key.sequence)
    }

    mutating func write(_ event: EventReference) {
        write(event.timeKey)
        write(fixed: event.id.high)
        write(fixed: event.id.low)
    }

    mutating func write<Value>(_ value: Value?, _ body: (inout RecordWriter, Value) -> Void) {
        write(value != nil)
        if let value { body(&self, value) }
    }

    mutating func write<Value>(_ values: [Value], _ body: (inout RecordWriter, Value) -> Void) {
        write(unsigned: UInt64(values.count))
        for value in values { body(&self, value) }
    }
}

/// A record is not what was written: the file is damaged.
struct DamagedRecord: Error {}

/// Reads what a ``RecordWriter`` wrote. It is safe on any bytes.
struct RecordReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// The bytes must outlive the value.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() throws(DamagedRecord) -> UInt8 {
        guard position < bytes.count else { throw DamagedRecord() }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func unsigned() throws(DamagedRecord) -> UInt64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while true {
            let next = try byte()
            guard shift < 64 else { throw DamagedRecord() }
            value |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    mutating func integer() throws(DamagedRecord) -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func flag() throws(DamagedRecord) -> Bool { try byte() != 0 }

    mutating func double() throws(DamagedRecord) -> Double { Double(bitPattern: try fixed()) }

    private mutating func fixed() throws(DamagedRecord) -> UInt64 {
        guard bytes.count - position >= 8 else { throw DamagedRecord() }
        defer { position += 8 }
        return UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    mutating func text() throws(DamagedRecord) -> String { String(decoding: try slice(), as: UTF8.self) }

    mutating func blob() throws(DamagedRecord) -> [UInt8] { Array(try slice()) }

    private mutating func slice() throws(DamagedRecord) -> UnsafeRawBufferPointer {
        let count = try unsigned()
        guard count <= UInt64(bytes.count - position) else { throw DamagedRecord() }
        defer { position += Int(count) }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(count)])
    }

    mutating func timeKey() throws(DamagedRecord) -> EventTimeKey {
        EventTimeKey(timestamp: Timestamp(microseconds: try integer()), sequence: try integer())
    }

    mutating func event() throws(DamagedRecord) -> EventReference {
        let key = try timeKey()
        return EventReference(id: EventID(high: try fixed(), low: try fixed()), timeKey: key)
    }

    /// Reads all of some bytes.
    static func read<Record>(
        _ bytes: UnsafeRawBufferPointer, _ body: (inout RecordReader) throws(DamagedRecord) -> Record
    ) throws(DamagedRecord) -> Record {
        var reader = RecordReader(bytes)
        let record = try body(&reader)
        guard reader.isAtEnd else { throw DamagedRecord() }
        return record
    }

    /// Reads all of some bytes.
    static func read<Record>(
        _ bytes: [UInt8], _ body: (inout RecordReader) throws(DamagedRecord) -> Record
    ) throws(DamagedRecord) -> Record {
        try bytes.withUnsafeBufferPointer { bytes throws(DamagedRecord) in try read(UnsafeRawBufferPointer(bytes), body) }
    }

    mutating func optional<Value>(
        _ body: (inout RecordReader) throws(DamagedRecord) -> Value
    ) throws(DamagedRecord) -> Value? {
        try flag() ? try body(&self) : nil
    }

    mutating func array<Value>(
        _ body: (inout RecordReader) throws(DamagedRecord) -> Value
    ) throws(DamagedRecord) -> [Value] {
        let count = try unsigned()
        // Each element has a byte at least.
        guard count <= UInt64(bytes.count - position) else { throw DamagedRecord() }
        var values: [Value] = []
        values.reserveCapacity(Int(count))
        for _ in 0..<count { values.append(try body(&self)) }
        return values
    }
}
