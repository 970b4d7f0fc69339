#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Copies the write-ahead log into the file in the background, so that no commit waits for it.
///
/// It never reaches the end while the writer appends, and only a log that was copied to its end starts over. So it
/// continues until little is left, and the writer copies this rest itself.
struct Checkpointer: Sendable {
    /// So few pages are quicker copied by the writer (about a millisecond) than waited for.
    static let shortRest = 500

    private let connection: SerialConnection

    init(_ file: LogFile) throws {
        connection = try file.openCheckpointer()
    }

    /// Copies what is there, on the connection's own thread.
    ///
    /// - Returns: The number of pages that are left.
    func copy() async throws -> Int {
        do {
            return try await connection.access { try $0.checkpoint(.passive).remaining }
        } catch let error as SQLiteError where error.code.primary == .busy {
            // The writer is copying at this moment: that is no failure, and leaves the rest to it.
            return .max
        }
    }

    func close() {
        connection.close()
    }
}
#endif
