#if SQLite
internal import AssetlogCore

/// One connection that many may use, one after the other.
///
/// A task's work runs on a thread of the connection's own, so that none of Swift's tasks waits for a disk.
public final class SerialConnection: Sendable {
    private let path: String
    private let worker: ConnectionWorker
    private let threads: BlockingPool

    /// Opens the file; it blocks.
    ///
    /// - Parameter label: What the thread is called.
    /// - Throws: ``SQLiteError``.
    public init(_ path: String, _ options: ConnectionOptions = ConnectionOptions(), label: String = "assetlog.sqlite") throws {
        self.path = path
        threads = BlockingPool(label)
        worker = ConnectionWorker(path, options)
        try worker.open()
    }

    /// Lets a task use the connection when it is free.
    ///
    /// A transaction that `body` leaves open is rolled back. When the task is cancelled, the running statement is
    /// interrupted.
    /// - Throws: What `body` throws, or `CancellationError`.
    public func access<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        try await threads.withAccess(to: path) { [worker] access in
            try worker.perform { try access.run($0, body) }
        }
    }

    /// Lets the calling thread use the connection when it is free; it blocks. Not from inside another access to it.
    public func access<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        try worker.perform(body)
    }

    /// Closes the file when running work is done; it blocks until then. A second call does nothing.
    public func close() {
        threads.close()
        worker.close()
    }
}
#endif
