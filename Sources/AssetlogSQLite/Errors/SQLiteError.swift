#if SQLite
internal import CSQLite

/// What SQLite reported about a file.
public struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The extended result code; its lowest byte, the primary code, is the kind of failure.
    public let code: Code
    /// `errno` of the system call that failed; 0: none did.
    public let systemError: Int32
    /// SQLite's own words, in English.
    public let message: String
    /// The path of the file.
    public let file: String

    /// Makes an error.
    public init(_ code: Code, _ message: String, file: String, systemError: Int32 = 0) {
        self.code = code
        self.systemError = systemError
        self.message = message
        self.file = file
    }

    /// The error of every use of a connection, statement or pool that was closed.
    public static func closed(_ file: String) -> SQLiteError {
        SQLiteError(.misuse, "the connection was closed", file: file)
    }

    /// The file, the message and the extended code.
    public var description: String { "\(file): \(message) (SQLite code \(code.rawValue))" }
}

extension SQLiteError {
    /// The last failure of a connection.
    init(of connection: OpaquePointer, file: String) {
        self.init(
            Code(rawValue: sqlite3_extended_errcode(connection)), String(cString: sqlite3_errmsg(connection)), file: file,
            systemError: sqlite3_system_errno(connection))
    }

    /// A code that no connection has a message for.
    init(_ code: Int32, file: String) {
        self.init(Code(rawValue: code), String(cString: sqlite3_errstr(code)), file: file)
    }

    static func interrupted(_ file: String) -> SQLiteError {
        SQLiteError(.interrupted, "interrupted", file: file)
    }
}
#endif
