#if SQLite
internal import CSQLite

/// A prepared statement of a connection.
///
/// Parameters count from 1 and columns from 0, as in SQLite. It is used by the thread that uses its connection.
public final class Statement {
    let connection: Connection
    let handle: OpaquePointer
    /// The text by which it goes back to the connection's cache; nil: it does not.
    private let cacheKey: String?

    /// Takes over a pointer that was prepared.
    init(_ connection: Connection, _ handle: OpaquePointer, cachedAs cacheKey: String?) {
        self.connection = connection
        self.handle = handle
        self.cacheKey = cacheKey
    }

    deinit {
        connection.recycle(handle, cacheKey)
    }

    /// Goes to the next row.
    ///
    /// - Returns: False: there is none, and the statement can be executed again. After an error too.
    public func step() throws -> Bool {
        if let reason = connection.reasonNotToRun {
            sqlite3_reset(handle)
            throw reason
        }
        return try advance()
    }

    private func advance() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW:
            return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        default:
            // Read before the reset, which may clear it.
            let error = connection.lastError
            sqlite3_reset(handle)
            throw error
        }
    }

    /// Executes it to the end and drops its rows.
    public func run() throws {
        while try step() {}
    }

    /// Executes what ends a transaction, also after an interruption.
    func finish() throws {
        while try advance() {}
    }

    /// Executes it, and collects what `read` makes of each row.
    public func rows<Value>(_ read: (Statement) throws -> Value) throws -> [Value] {
        defer { reset() }
        var values: [Value] = []
        while try step() { values.append(try read(self)) }
        return values
    }

    /// Ends an execution before its last row. The values of the parameters stay.
    public func reset() {
        sqlite3_reset(handle)
    }

    /// Forgets the values of the parameters, so that none points to memory that is used for something else.
    public func clearBindings() {
        sqlite3_clear_bindings(handle)
    }
}
#endif
