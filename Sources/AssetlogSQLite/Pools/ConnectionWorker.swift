#if SQLite
internal import AssetlogCore

/// A connection that one thread uses at a time.
final class ConnectionWorker: @unchecked Sendable {
    // Sendable: everything mutable is read and written under `turn`, which is held while the connection is used. It is not
    // the state of the monitor, because a connection is not `Sendable`.
    private let turn = Monitor(())
    private let path: String
    private let options: ConnectionOptions
    private var connection: Connection?
    private var isClosed = false
    /// Whether the next work is to open another connection.
    private let mustRenew = Flag()

    init(_ path: String, _ options: ConnectionOptions) {
        self.path = path
        self.options = options
    }

    /// Opens the connection now, so that what is wrong is thrown here.
    func open() throws {
        try turn.withLock { _ in _ = try opened() }
    }

    /// Runs work on the calling thread, which waits for its turn. Not from inside other work of the same worker.
    func perform<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        try turn.withLock { _ in try run(body) }
    }

    /// Closes the connection once running work is done; the next work opens another one. It does not wait.
    func renew() {
        mustRenew.set()
    }

    /// Closes the connection for good, once running work is done.
    func close() {
        turn.withLock { _ in
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
        if mustRenew.take() { drop() }
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
