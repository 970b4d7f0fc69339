#if SQLite
internal import CSQLite

/// What a column of a row holds.
public enum ColumnType: Hashable, Sendable {
    case integer, real, text, blob, null
}

extension Statement {
    /// How many columns its rows have.
    public var columnCount: Int { Int(sqlite3_column_count(handle)) }

    /// What a column holds, before it is read as something else.
    public func type(_ index: Int) -> ColumnType {
        switch sqlite3_column_type(handle, Int32(truncatingIfNeeded: index)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    /// Whether a column is null.
    public func isNull(_ index: Int) -> Bool { type(index) == .null }

    /// A column as an integer; 0 for null, and for text that is no number.
    public func integer(_ index: Int) -> Int64 { sqlite3_column_int64(handle, Int32(truncatingIfNeeded: index)) }

    /// A column as a floating-point number; 0 for null, and for text that is no number.
    public func double(_ index: Int) -> Double { sqlite3_column_double(handle, Int32(truncatingIfNeeded: index)) }

    /// A column as text, with what is not UTF-8 replaced; empty for null.
    public func text(_ index: Int) -> String { String(decoding: bytes(index), as: UTF8.self) }

    /// The bytes of a text or blob without a copy; empty for null.
    ///
    /// They are valid until the next step or reset, and while the statement is referenced.
    public func bytes(_ index: Int) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, Int32(truncatingIfNeeded: index))
        let count = start == nil ? 0 : Int(sqlite3_column_bytes(handle, Int32(truncatingIfNeeded: index)))
        return UnsafeRawBufferPointer(start: start, count: count)
    }
}
#endif
