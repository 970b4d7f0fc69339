#if SQLite
internal import CSQLite

/// A connection to a database file: one pointer of SQLite's, which it owns.
///
/// It is used by one thread at a time and is therefore not `Sendable`; ``SerialConnection`` and ``ReaderPool`` share
/// connections. Every call blocks its thread while SQLite works. Errors are ``SQLiteError``; after ``close()`` they have the
/// code `misuse`.
public final class Connection {
    /// The path that it was opened with.
    public let path: String
    /// What it was opened with.
    public let options: ConnectionOptions
    private var interruption: Interruption?
    private var handle: OpaquePointer?
    private var statements: StatementCache
    private var walCounter: WALCounter?

    /// Opens a file and makes sure that it is a database.
    ///
    /// - Throws: ``SQLiteError``, with the code `cantOpen` or `notADatabase` for the most part.
    public init(_ path: String, _ options: ConnectionOptions = ConnectionOptions()) throws {
        self.path = path
        self.options = options
        _ = Self.preparation
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(options.mode.name(of: path), &handle, options.mode.flags, nil)
        guard code == SQLITE_OK, let handle else {
            let error = handle.map { SQLiteError(of: $0, file: path) } ?? SQLiteError(code, file: path)
            sqlite3_close_v2(handle)
            throw error
        }
        self.handle = handle
        statements = StatementCache(capacity: options.cachedStatements)
        busyTimeout = options.busyTimeout
        try setUp(handle)
    }

    deinit {
        close()
    }

    /// What is done once in the process, before SQLite is used. If other code has used it before, SQLite refuses, which does
    /// no harm.
    private static let preparation: Void = assetlog_sqlite_keep_no_memory_statistics()

    private func setUp(_ handle: OpaquePointer) throws {
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, Self.milliseconds(busyTimeout))
        assetlog_sqlite_refuse_quoted_text(handle)
        if let preparation = options.mode.preparation { try execute(preparation) }
        for setting in options.settings { try execute(setting) }
        // SQLite opens the file at the first access only: this finds out what can't be read.
        _ = try integer(Self.firstAccess)
    }

    /// Opens the file, and begins the snapshot of a transaction that has begun.
    static let firstAccess = "SELECT 1 FROM sqlite_schema LIMIT 1"

    /// Closes the file. A second call does nothing.
    ///
    /// While one of its statements lives, SQLite keeps the file open; the statement can't be used any more.
    public func close() {
        guard let handle else { return }
        interruption?.end()
        statements.removeAll()
        self.handle = nil
        sqlite3_wal_hook(handle, nil, nil)
        sqlite3_close_v2(handle)
    }

    /// Whether it was not closed.
    public var isOpen: Bool { handle != nil }

    /// How long a statement waits for the lock of another connection.
    public var busyTimeout: Duration {
        didSet { sqlite3_busy_timeout(handle, Self.milliseconds(busyTimeout)) }
    }

    private static func milliseconds(_ duration: Duration) -> Int32 {
        Int32(min(max(0, duration / .milliseconds(1)), Double(Int32.max)))
    }

    // MARK: Statements

    /// A prepared statement: one that was used before and is free, or a new one.
    ///
    /// When the last reference to it goes, it is reset and kept for the next use; see ``ConnectionOptions/cachedStatements``.
    public func statement(_ sql: String) throws -> Statement {
        if let free = statements.take(sql) { return Statement(self, free, cachedAs: sql) }
        return Statement(self, try prepare(sql), cachedAs: sql)
    }

    /// A new prepared statement, which its owner keeps for as long as it needs it.
    public func prepare(_ sql: String) throws -> Statement {
        Statement(self, try prepare(sql), cachedAs: nil)
    }

    private func prepare(_ sql: String) throws -> OpaquePointer {
        let handle = try openHandle
        var statement: OpaquePointer?
        // Persistent: the statement outlives many executions, so it must not take lookaside memory.
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK else { throw SQLiteError(of: handle, file: path) }
        guard let statement else { throw SQLiteError(.error, "there is no statement in \"\(sql)\"", file: path) }
        return statement
    }

    /// Takes back the pointer of a statement that is not referenced any more.
    func recycle(_ statement: OpaquePointer, _ sql: String?) {
        guard isOpen, let sql else {
            sqlite3_finalize(statement)
            return
        }
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
        statements.put(sql, statement)
    }

    // MARK: For the other files

    /// The pointer of an open connection.
    var openHandle: OpaquePointer {
        get throws {
            guard let handle else { throw SQLiteError.closed(path) }
            return handle
        }
    }

    /// The last failure.
    var lastError: SQLiteError {
        handle.map { SQLiteError(of: $0, file: path) } ?? .closed(path)
    }

    /// Why a statement must not run; nil: it may.
    var reasonNotToRun: SQLiteError? {
        guard isOpen else { return .closed(path) }
        return interruption?.isPending == true ? .interrupted(path) : nil
    }

    /// What another thread interrupts this connection with, from the first call on; a connection without it is quicker.
    func interruptible() throws -> Interruption {
        if let interruption { return interruption }
        let made = Interruption(try openHandle)
        interruption = made
        return made
    }

    /// Counts the pages of the write-ahead log after each commit of this connection, from now on.
    ///
    /// The connection then no longer copies the log into the file by itself: SQLite has one hook for the two.
    public func countWALPages() throws {
        walCounter = WALCounter(try openHandle)
    }

    /// How many pages the write-ahead log had after this connection's last commit; see ``countWALPages()``.
    public var walPages: Int { walCounter?.pages ?? 0 }
}
#endif
