#if SQLite
/// A file with a write-ahead log: one connection that writes, and some that read at the same time.
public final class Database: Sendable {
    /// The path of the file.
    public let path: String
    /// The connection that writes, for what is no single transaction.
    public let writer: SerialConnection
    /// The connections that read.
    public let readers: ReaderPool

    /// Opens the file, makes it where there is none, and gives it a write-ahead log; it blocks.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - settings: Settings of the connection that writes, such as `PRAGMA synchronous = NORMAL`.
    ///   - readerSettings: Settings of those that read.
    ///   - readerCount: How many read at once at most.
    ///   - busyTimeout: How long a statement waits for the lock of another process.
    ///   - label: What the threads are called.
    /// - Throws: ``SQLiteError``; with the code `cantOpen` also where the file system has no shared memory for the
    ///   write-ahead log.
    public init(
        _ path: String, settings: [String] = [], readerSettings: [String] = [], readerCount: Int = 4,
        busyTimeout: Duration = .seconds(10), label: String = "assetlog.sqlite"
    ) throws {
        self.path = path
        let options = ConnectionOptions(busyTimeout: busyTimeout, settings: settings)
        writer = try SerialConnection(path, options, label: "\(label).writer")
        do {
            try writer.access { connection in
                guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
                    throw SQLiteError(.cantOpen, "the file can't have a write-ahead log", file: path)
                }
            }
            readers = try ReaderPool(
                path, ConnectionOptions(mode: .readOnly, busyTimeout: busyTimeout, settings: readerSettings),
                count: readerCount, label: "\(label).reader")
        } catch {
            writer.close()
            throw error
        }
    }

    /// Lets a task read one snapshot; see ``ReaderPool``.
    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        try await readers.read(body)
    }

    /// Lets the calling thread read one snapshot; it blocks. Not from inside another read.
    public func read<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        try readers.read(body)
    }

    /// Lets a task write in one transaction, which is rolled back when `body` throws.
    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        try await writer.access { connection in try connection.transaction { try body(connection) } }
    }

    /// Lets the calling thread write in one transaction; it blocks. Not from inside another write.
    public func write<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        try writer.access { connection in try connection.transaction { try body(connection) } }
    }

    /// Closes all connections when running work is done; it blocks until then.
    ///
    /// The one that writes is the last, so that it copies the write-ahead log into the file.
    public func close() {
        readers.close()
        writer.close()
    }
}
#endif
