#if Postgres
public import AssetlogCore
internal import CPostgres

/// The types of PostgreSQL that parameters have (`pg_type.oid`, which never changes).
public enum TypeID {
    /// The type `bool`.
    public static let bool: UInt32 = 16
    /// The type `bytea`.
    public static let bytea: UInt32 = 17
    /// The type `int8`.
    public static let int8: UInt32 = 20
    /// The type `int2`.
    public static let int2: UInt32 = 21
    /// The type `text`.
    public static let text: UInt32 = 25
    /// The type `timestamptz`.
    public static let timestamptz: UInt32 = 1184
    /// The type `uuid`.
    public static let uuid: UInt32 = 2950
    static let arrays: [UInt32: UInt32] = [
        bool: 1000, bytea: 1001, int8: 1016, int2: 1005, text: 1009, timestamptz: 1185, uuid: 2951,
    ]
}

/// The parameters of a statement, in binary form.
///
/// A value that borrows the bytes of ``BinaryArray`` parameters: those must not change before the statement was sent.
public struct Parameters {
    private enum Value {
        case null
        case bytes(Range<Int>)
        case array(BinaryArray)
    }

    private var types: [UInt32] = []
    private var values: [Value] = []
    private var bytes: [UInt8] = []

    /// Makes an empty one.
    public init() {}

    /// Appends an int8, or a null.
    public mutating func append(_ number: Int64?) {
        append(TypeID.int8, number) { Self.append($0, to: &$1) }
    }

    /// Appends a text, or a null.
    public mutating func append(_ text: String?) {
        append(TypeID.text, text) { $1 += $0.utf8 }
    }

    /// Appends bytes (bytea), or a null.
    public mutating func append(_ blob: [UInt8]?) {
        append(TypeID.bytea, blob) { $1 += $0 }
    }

    /// Appends a timestamptz, or a null.
    public mutating func append(_ time: Timestamp?) {
        append(TypeID.timestamptz, time) { Self.append($0.postgresMicroseconds, to: &$1) }
    }

    /// Appends a uuid, or a null.
    public mutating func append(_ id: EventID?) {
        append(TypeID.uuid, id) {
            Self.append($0.high, to: &$1)
            Self.append($0.low, to: &$1)
        }
    }

    /// Appends the identity of a log as a uuid, or a null.
    public mutating func append(_ log: LogID?) {
        append(log.map { EventID(high: $0.high, low: $0.low) })
    }

    /// Appends an array, or a null.
    public mutating func append(_ array: BinaryArray?) {
        types.append(array.map { TypeID.arrays[$0.element] ?? 0 } ?? 1000)
        values.append(array.map { .array($0) } ?? .null)
    }

    private mutating func append<Wrapped>(_ type: UInt32, _ value: Wrapped?, _ write: (Wrapped, inout [UInt8]) -> Void) {
        types.append(type)
        guard let value else { return values.append(.null) }
        let start = bytes.count
        write(value, &bytes)
        values.append(.bytes(start..<bytes.count))
    }

    private static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
    }

    /// Lends the parameters in the form that libpq takes.
    func withPointers<Result>(
        _ body: (
            UnsafeBufferPointer<UInt32>, UnsafeBufferPointer<UnsafePointer<CChar>?>, UnsafeBufferPointer<Int32>,
            UnsafeBufferPointer<Int32>
        ) -> Result
    ) -> Result {
        // An empty value is not a null one, so it needs an address.
        (bytes + [0]).withUnsafeBytes { bytes in
            var pointers: [UnsafePointer<CChar>?] = []
            var lengths: [Int32] = []
            for value in values {
                switch value {
                case .null:
                    pointers.append(nil)
                    lengths.append(0)
                case .bytes(let range):
                    pointers.append((bytes.baseAddress! + range.lowerBound).assumingMemoryBound(to: CChar.self))
                    lengths.append(Int32(range.count))
                case .array(let array):
                    pointers.append(array.bytes.baseAddress!.assumingMemoryBound(to: CChar.self))
                    lengths.append(Int32(array.bytes.count))
                }
            }
            let formats = [Int32](repeating: 1, count: values.count)
            return types.withUnsafeBufferPointer { types in
                pointers.withUnsafeBufferPointer { pointers in
                    lengths.withUnsafeBufferPointer { lengths in
                        formats.withUnsafeBufferPointer { formats in body(types, pointers, lengths, formats) }
                    }
                }
            }
        }
    }
}

extension Timestamp {
    // From 1970-01-01 to 2000-01-01, where PostgreSQL counts from, in microseconds.
    private static let epoch: Int64 = 946_684_800_000_000

    /// What PostgreSQL can hold, from the year 4714 BC to 294276 AD.
    private static let range: ClosedRange<Int64> = -211_813_488_000_000_000...9_223_371_331_199_999_999

    /// Microseconds as PostgreSQL counts them; a bound of a query that is beyond its range is at the end of it.
    public var postgresMicroseconds: Int64 {
        let (time, hasOverflow) = microseconds.subtractingReportingOverflow(Self.epoch)
        let isBefore = hasOverflow || time < Self.range.lowerBound
        return isBefore ? Self.range.lowerBound : min(time, Self.range.upperBound)
    }

    init(postgres: Int64) {
        self.init(microseconds: postgres &+ Self.epoch)
    }
}
#endif
