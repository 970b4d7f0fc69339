#if Postgres
public import AssetlogCore
internal import CPostgres

/// The rows that a statement returned, in binary form.
public final class Rows {
    private let result: OpaquePointer

    init(_ result: OpaquePointer) {
        self.result = result
    }

    deinit {
        PQclear(result)
    }

    /// The number of rows.
    public var count: Int { Int(PQntuples(result)) }

    /// The number of rows that a statement changed.
    public var changed: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    /// Whether a value is null.
    public func isNull(_ row: Int, _ column: Int) -> Bool {
        PQgetisnull(result, Int32(row), Int32(column)) == 1
    }

    /// The bytes of a value; they live as long as the rows.
    public func bytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: PQgetvalue(result, Int32(row), Int32(column)),
            count: Int(PQgetlength(result, Int32(row), Int32(column))))
    }

    /// A whole number of any width; 0 for a null.
    public func integer(_ row: Int, _ column: Int) -> Int64 {
        let bytes = bytes(row, column)
        // The sign is that of the first byte.
        var number = bytes.first.map { Int64(Int8(bitPattern: $0)) } ?? 0
        for byte in bytes.dropFirst() { number = number << 8 | Int64(byte) }
        return number
    }

    /// A whole number of any width; nil for a null.
    public func optionalInteger(_ row: Int, _ column: Int) -> Int64? {
        isNull(row, column) ? nil : integer(row, column)
    }

    /// A truth value.
    public func boolean(_ row: Int, _ column: Int) -> Bool { bytes(row, column).first == 1 }

    /// A text.
    public func text(_ row: Int, _ column: Int) -> String { String(decoding: bytes(row, column), as: UTF8.self) }

    /// A text; nil for a null.
    public func optionalText(_ row: Int, _ column: Int) -> String? {
        isNull(row, column) ? nil : text(row, column)
    }

    /// The bytes of a value, nil for a null; they live as long as the rows.
    public func optionalBytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
        isNull(row, column) ? nil : bytes(row, column)
    }

    /// A timestamptz.
    public func time(_ row: Int, _ column: Int) -> Timestamp { Timestamp(postgres: integer(row, column)) }

    /// A timestamptz; nil for a null.
    public func optionalTime(_ row: Int, _ column: Int) -> Timestamp? {
        isNull(row, column) ? nil : time(row, column)
    }

    /// A uuid as the identity of an event.
    public func id(_ row: Int, _ column: Int) -> EventID { EventID(bytes: bytes(row, column)) ?? EventID(high: 0, low: 0) }

    /// A uuid as the identity of a log.
    public func logID(_ row: Int, _ column: Int) -> LogID? { LogID(bytes: bytes(row, column)) }
}
#endif
