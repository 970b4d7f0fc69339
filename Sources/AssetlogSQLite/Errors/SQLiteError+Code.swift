#if SQLite
internal import CSQLite

extension SQLiteError {
    /// A result code of SQLite, see https://www.sqlite.org/rescode.html.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The extended code.
        public let rawValue: Int32

        /// Any code, also one of a later SQLite.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// The kind of failure, without its detail.
        public var primary: Code { Code(rawValue: rawValue & 0xff) }

        /// A fault in the SQL, or a table that is not there.
        public static let error = Code(rawValue: SQLITE_ERROR)
        /// The operating system refused access.
        public static let permission = Code(rawValue: SQLITE_PERM)
        /// A statement was undone with its transaction.
        public static let abort = Code(rawValue: SQLITE_ABORT)
        /// Another connection holds a lock for longer than the busy timeout.
        public static let busy = Code(rawValue: SQLITE_BUSY)
        /// Another statement of the same connection holds a lock.
        public static let locked = Code(rawValue: SQLITE_LOCKED)
        /// No memory.
        public static let noMemory = Code(rawValue: SQLITE_NOMEM)
        /// The connection, the file or its file system can only be read.
        public static let readOnly = Code(rawValue: SQLITE_READONLY)
        /// The statement was interrupted.
        public static let interrupted = Code(rawValue: SQLITE_INTERRUPT)
        /// The disk can't be read or written.
        public static let inputOutput = Code(rawValue: SQLITE_IOERR)
        /// The file is damaged.
        public static let corrupt = Code(rawValue: SQLITE_CORRUPT)
        /// There is no space left.
        public static let full = Code(rawValue: SQLITE_FULL)
        /// The file can't be opened.
        public static let cantOpen = Code(rawValue: SQLITE_CANTOPEN)
        /// The locks of a write-ahead log can't be had.
        public static let lockingProtocol = Code(rawValue: SQLITE_PROTOCOL)
        /// A row breaks a constraint of its table.
        public static let constraint = Code(rawValue: SQLITE_CONSTRAINT)
        /// A connection, statement or pool was used after it was closed.
        public static let misuse = Code(rawValue: SQLITE_MISUSE)
        /// An authorizer refused.
        public static let authorization = Code(rawValue: SQLITE_AUTH)
        /// A parameter or column has no such number.
        public static let range = Code(rawValue: SQLITE_RANGE)
        /// The file is no database.
        public static let notADatabase = Code(rawValue: SQLITE_NOTADB)
    }
}
#endif
