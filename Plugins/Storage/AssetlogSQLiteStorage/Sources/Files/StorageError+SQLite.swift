#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

extension StorageError {
    /// Says for the operator what SQLite reported about a file.
    ///
    /// Errors that are said already, and the cancellation of the reader's task, stay as they are.
    ///
    /// - Parameter outcome: Whether the events of the append that threw it are in the log.
    static func from(_ error: any Error, file: String, outcome: RecordOutcome) -> any Error {
        guard var said = from(error, file: file) as? StorageError else { return error }
        said.outcome = outcome
        return said
    }

    /// Says for the operator what SQLite reported about a file.
    static func from(_ error: any Error, file: String) -> any Error {
        switch error {
        case is StorageError, is CancellationError: error
        case let error as SQLiteError: StorageError(error, file: file)
        default: StorageError(.unavailable, "\(file) can't be used: \(error).")
        }
    }

    private init(_ error: SQLiteError, file: String) {
        let reason = "SQLite: \(error.message), code \(error.code.rawValue)" + Self.reason(error.systemError)
        switch error.code.primary {
        case _ where [ENOSPC, EDQUOT].contains(error.systemError), .full:
            self.init(
                .full,
                "There is no space left for \(file) (\(reason)). Free some on its file system; the server then resumes by itself."
            )
        case .misuse:
            self.init(.closed, "\(file) was closed (\(reason)).")
        case .corrupt, .notADatabase:
            self.init(
                .damaged,
                "\(file) is damaged (\(reason)). Stop the server and run `assetlog verify`; restore the last backup"
                    + " into an empty directory, and keep the damaged one.")
        case .inputOutput:
            self.init(
                .unavailable,
                "The disk can't read or write \(file) (\(reason)). See the system's log; the server resumes by"
                    + " itself when the disk works again.")
        case .busy, .locked:
            self.init(.unavailable, "\(file) is locked by another program (\(reason)). Stop that program.")
        case .cantOpen, .permission, .readOnly, .authorization:
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

extension ReaderPool {
    /// Reads the log for the index.
    ///
    /// - Parameter file: The log's file.
    /// - Throws: ``StorageError`` for what SQLite says of the log, so that the index is not thrown away for it.
    func readForIndex<Result>(_ file: String, _ body: (Connection) throws -> Result) throws -> Result {
        do {
            return try read(body)
        } catch {
            throw StorageError.from(error, file: file)
        }
    }
}
#endif
