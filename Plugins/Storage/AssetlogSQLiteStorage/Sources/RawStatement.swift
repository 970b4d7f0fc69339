#if SQLite
internal import GRDB
internal import GRDBSQLite

/// A prepared statement of SQLite's C interface, for the places where it pays: appending and reading events.
///
/// It owns one pointer, belongs to one connection, and is used on that connection's queue only.
final class RawStatement {
    private let connection: OpaquePointer
    let handle: OpaquePointer

    init(_ connection: OpaquePointer, _ sql: String) throws {
        self.connection = connection
        var handle: OpaquePointer?
        // Persistent: the statement outlives many executions, so it must not take lookaside memory.
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw SQLiteFailure(connection) }
        self.handle = handle
    }

    convenience init(_ database: Database, _ sql: String) throws {
        guard let connection = database.sqliteConnection else { throw SQLiteFailure.closed }
        try self.init(connection, sql)
    }

    deinit {
        sqlite3_finalize(handle)
    }

    // MARK: Values of parameters, from 1

    func bind(_ value: Int64, at index: Int32) throws {
        try check(sqlite3_bind_int64(handle, index, value))
    }

    func bind(_ value: Int64?, at index: Int32) throws {
        try check(value.map { sqlite3_bind_int64(handle, index, $0) } ?? sqlite3_bind_null(handle, index))
    }

    /// Binds a copy of `bytes`.
    func bind(blobCopy bytes: [UInt8], at index: Int32) throws {
        try bytes.withUnsafeBytes { bytes in
            try check(
                sqlite3_bind_blob64(
                    handle, index, bytes.baseAddress ?? UnsafeRawPointer(Self.nothing), UInt64(bytes.count),
                    Self.transient))
        }
    }

    /// Binds a copy of `bytes`, or null.
    func bind(blobCopy bytes: [UInt8]?, at index: Int32) throws {
        guard let bytes else { return try check(sqlite3_bind_null(handle, index)) }
        try bind(blobCopy: bytes, at: index)
    }

    /// Binds a copy of `text`.
    func bind(_ text: String, at index: Int32) throws {
        var text = text
        try text.withUTF8 { utf8 in
            try check(
                sqlite3_bind_text64(
                    handle, index,
                    utf8.baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) } ?? Self.nothing,
                    UInt64(utf8.count), Self.transient, UInt8(SQLITE_UTF8)))
        }
    }

    /// Binds bytes that stay where they are until the statement has run.
    func bind(text bytes: UnsafeRawBufferPointer?, at index: Int32) throws {
        guard let bytes else { return try check(sqlite3_bind_null(handle, index)) }
        // A null pointer would bind NULL, and the empty text is not NULL.
        let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) ?? Self.nothing
        try check(sqlite3_bind_text64(handle, index, start, UInt64(bytes.count), nil, UInt8(SQLITE_UTF8)))
    }

    /// Binds bytes that stay where they are until the statement has run.
    func bind(blob bytes: UnsafeRawBufferPointer, at index: Int32) throws {
        try check(
            sqlite3_bind_blob64(
                handle, index, bytes.baseAddress ?? UnsafeRawPointer(Self.nothing), UInt64(bytes.count), nil))
    }

    /// Binds the sixteen bytes of an identity, copied.
    func bind(_ id: EventIDBytes, at index: Int32) throws {
        try withUnsafeBytes(of: id.bytes) { bytes in
            try check(sqlite3_bind_blob(handle, index, bytes.baseAddress, 16, Self.transient))
        }
    }

    // MARK: Execution

    /// Goes to the next row; false: there is none, and the statement is ready for another execution.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW:
            return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        default:
            // Read before the reset, which may clear it.
            let failure = SQLiteFailure(connection)
            sqlite3_reset(handle)
            throw failure
        }
    }

    /// Executes a statement that has no rows.
    func run() throws {
        while try step() {}
    }

    func reset() {
        sqlite3_reset(handle)
    }

    /// Forgets the bound values, so that none points to memory that is used for something else.
    func clear() {
        sqlite3_clear_bindings(handle)
    }

    // MARK: Columns of the row, from 0

    func integer(_ index: Int32) -> Int64 { sqlite3_column_int64(handle, index) }

    func isNull(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_NULL }

    func isInteger(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_INTEGER }

    func isText(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_TEXT }

    func isBlob(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_BLOB }

    /// The bytes of a text or blob, valid until the next step.
    func bytes(_ index: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, index)
        return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, index)))
    }

    func text(_ index: Int32) -> String { String(decoding: bytes(index), as: UTF8.self) }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw SQLiteFailure(connection) }
    }

    /// What the C macro SQLITE_TRANSIENT is: SQLite copies the bytes.
    private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    /// The place of an empty text.
    private nonisolated(unsafe) static let nothing: UnsafePointer<CChar> = {
        // Allocated once and never freed or changed.
        let place = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        place.pointee = 0
        return UnsafePointer(place)
    }()
}

extension Database {
    /// Executes one statement by the C interface.
    func raw(_ sql: String) throws {
        try RawStatement(self, sql).run()
    }

    /// Whether the file's name is gone, or names another file.
    var hasMoved: Bool {
        guard let sqliteConnection else { return false }
        var answer: Int32 = 0
        guard sqlite3_file_control(sqliteConnection, "main", SQLITE_FCNTL_HAS_MOVED, &answer) == SQLITE_OK else {
            return false
        }
        return answer != 0
    }

    /// The first column of the first row, as an integer; nil when there is no row or it is null.
    func rawInteger(_ sql: String) throws -> Int64? {
        let statement = try RawStatement(self, sql)
        guard try statement.step(), !statement.isNull(0) else { return nil }
        return statement.integer(0)
    }

    /// The first column of the first row, as text; nil when there is no row or it is null.
    func rawText(_ sql: String) throws -> String? {
        let statement = try RawStatement(self, sql)
        guard try statement.step(), !statement.isNull(0) else { return nil }
        return statement.text(0)
    }
}
#endif
