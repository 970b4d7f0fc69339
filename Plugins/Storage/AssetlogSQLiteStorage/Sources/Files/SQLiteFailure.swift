#if SQLite
internal import AssetlogCore
internal import GRDB
internal import GRDBSQLite
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// What SQLite's C interface reported.
struct SQLiteFailure: Error {
    /// The extended result code.
    var code: Int32
    /// `errno` of the system call that failed, if one did.
    var systemError: Int32
    var message: String

    /// Reads the last failure of a connection.
    init(_ connection: OpaquePointer) {
        code = sqlite3_extended_errcode(connection)
        systemError = sqlite3_system_errno(connection)
        message = String(cString: sqlite3_errmsg(connection))
    }

    init(code: Int32, systemError: Int32 = 0, message: String) {
        self.code = code
        self.systemError = systemError
        self.message = message
    }

    static var closed: SQLiteFailure { SQLiteFailure(code: SQLITE_MISUSE, message: "the connection was closed") }

    /// Whether the disk, and not SQLite or the data, refused.
    var isInputOutput: Bool {
        [SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN, SQLITE_READONLY].contains(code & 0xff)
    }
}

extension StorageError {
    /// Says for the operator what SQLite or GRDB reported about a file.
    ///
    /// Errors that are said already, and the cancellation of the reader's task, stay as they are.
    ///
    /// - Parameter outcome: Whether the events of the append that threw it are in the log.
    static func from(_ error: any Error, file: String, outcome: RecordOutcome) -> any Error {
        guard var said = from(error, file: file) as? StorageError else { return error }
        said.outcome = outcome
        return said
    }

    /// Says for the operator what SQLite or GRDB reported about a file.
    static func from(_ error: any Error, file: String) -> any Error {
        switch error {
        case is StorageError, is CancellationError: error
        case let failure as SQLiteFailure: StorageError(failure, file: file)
        case let error as DatabaseError:
            StorageError(
                SQLiteFailure(
                    code: error.extendedResultCode.rawValue, message: error.message ?? "no message"),
                file: file)
        default: StorageError(.unavailable, "\(file) can't be used: \(error).")
        }
    }

    private init(_ failure: SQLiteFailure, file: String) {
        let reason = "SQLite: \(failure.message), code \(failure.code)" + Self.reason(failure.systemError)
        switch failure.code & 0xff {
        case _ where [ENOSPC, EDQUOT].contains(failure.systemError), SQLITE_FULL:
            self.init(
                .full,
                "There is no space left for \(file) (\(reason)). Free some on its file system; the server then resumes by itself."
            )
        case SQLITE_MISUSE:
            self.init(.closed, "\(file) was closed (\(reason)).")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            self.init(
                .damaged,
                "\(file) is damaged (\(reason)). Stop the server and run `assetlog verify`; restore the last backup"
                    + " into an empty directory, and keep the damaged one.")
        case SQLITE_IOERR:
            self.init(
                .unavailable,
                "The disk can't read or write \(file) (\(reason)). See the system's log; the server resumes by"
                    + " itself when the disk works again.")
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(.unavailable, "\(file) is locked by another program (\(reason)). Stop that program.")
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH:
            self.init(
                .unavailable,
                "\(file) can't be opened for writing (\(reason)). Check that its directory exists and belongs to the"
                    + " server's user.")
        default:
            self.init(.unavailable, "\(file) can't be used (\(reason)).")
        }
    }

    private static func reason(_ systemError: Int32) -> String {
        systemError == 0 ? "" : ", \(String(cString: strerror(systemError)))"
    }
}
#endif
