#if SQLite
internal import AssetlogCore

/// Connections that read one file at the same time, a bounded number of them.
///
/// A connection is opened when one is needed. A caller that finds none free waits its turn: a task without a thread of
/// Swift's tasks, a thread blocked. Each read sees one snapshot.
public final class ReaderPool: Sendable {
    private let path: String
    private let workers: [ConnectionWorker]
    private let free: FreeWorkers
    // Large reads take a processor each. Where there are few, what writes, and what answers reports, goes first.
    private static let niceness = 10

    // As many as there are connections, so that tasks wait here and hardly ever for a connection.
    private let threads: BlockingPool

    /// Opens the first connection, so that what is wrong is thrown here; it blocks.
    ///
    /// - Parameters:
    ///   - count: How many connections there are at most; at least one.
    ///   - options: How they are opened; the mode should be one that only reads.
    ///   - label: What their threads are called.
    /// - Throws: ``SQLiteError``.
    public init(
        _ path: String, _ options: ConnectionOptions = ConnectionOptions(mode: .readOnly), count: Int = 4,
        label: String = "assetlog.sqlite.reader"
    ) throws {
        self.path = path
        threads = BlockingPool(label, threads: count, niceness: Self.niceness)
        workers = (0..<max(1, count)).map { _ in ConnectionWorker(path, options) }
        free = FreeWorkers(workers, file: path)
        try workers.last?.open()
    }

    /// Lets a task read one snapshot, on a thread of the pool.
    ///
    /// When the task is cancelled, it stops waiting for its turn, or the running statement is interrupted.
    /// - Throws: What `body` throws, or `CancellationError`.
    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        try await threads.withAccess(to: path) { [free] access in
            try free.use { worker in
                try worker.perform { connection in
                    try access.run(connection) { connection in try connection.snapshot { try body(connection) } }
                }
            }
        }
    }

    /// Lets the calling thread read one snapshot; it blocks. Not from inside another read of the same pool.
    public func read<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        try free.use { worker in
            try worker.perform { connection in try connection.snapshot { try body(connection) } }
        }
    }

    /// Closes all connections, each before its next read, which opens another one. It does not wait.
    ///
    /// For when the file, or its write-ahead log, was away: a connection that was opened then never sees the one that is
    /// back.
    public func renewConnections() {
        for worker in workers { worker.renew() }
    }

    /// Refuses all who wait, and closes the connections when their readers are done; it blocks until then.
    public func close() {
        threads.close()
        free.close()
        for worker in workers { worker.close() }
    }
}
#endif
