#if SQLite
internal import Dispatch

/// A connection with a queue of its own, on which everything happens to it, one thing after the other.
///
/// A serial queue has a thread for itself as soon as there is work, and none while there is not. It is never a thread of
/// Swift's tasks.
final class ConnectionWorker: @unchecked Sendable {
    // Unchecked, because the compiler can't see that `connection` and `isClosed` are used on the queue only.
    private let queue: DispatchQueue
    private let path: String
    private let options: ConnectionOptions
    private var connection: Connection?
    private var isClosed = false

    init(_ path: String, _ options: ConnectionOptions, label: String) {
        self.path = path
        self.options = options
        queue = DispatchQueue(label: label)
    }

    /// Opens the connection now, so that what is wrong is thrown here.
    func open() throws {
        try queue.sync { _ = try opened() }
    }

    /// Runs work on the caller's thread, which waits for its turn. Not from inside other work of the same worker.
    func perform<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        try queue.sync { try run(body) }
    }

    /// Runs work on the queue's thread.
    ///
    /// - Throws: What `body` throws; `CancellationError` when the task is cancelled before it begins or while it runs.
    func perform<Result: Sendable>(_ body: @escaping @Sendable (Connection) throws -> Result) async throws -> Result {
        let access = Access()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async {
                    continuation.resume(with: Swift.Result { try self.run { try access.run($0, body) } })
                }
            }
        } onCancel: {
            access.cancel()
        }
    }

    /// Closes the connection once running work is done; the next work opens another one. It does not wait.
    func renew() {
        queue.async { self.drop() }
    }

    /// Closes the connection for good, once running work is done.
    func close() {
        queue.sync {
            isClosed = true
            drop()
        }
    }

    private func run<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        let connection = try opened()
        defer {
            // A transaction that is still open was left by a failure.
            connection.rollback()
            if connection.isInTransaction { drop() }
        }
        return try body(connection)
    }

    private func opened() throws -> Connection {
        guard !isClosed else { throw SQLiteError.closed(path) }
        if let connection { return connection }
        let opened = try Connection(path, options)
        connection = opened
        return opened
    }

    private func drop() {
        connection?.close()
        connection = nil
    }
}
#endif
