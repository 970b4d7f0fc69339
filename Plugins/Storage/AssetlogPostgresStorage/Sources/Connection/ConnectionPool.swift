#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres
internal import Synchronization

/// A few connections that tasks borrow one after the other, each used on a thread of its own.
///
/// There are as many threads as there may be connections, so a task that waits for one waits for the other.
final class ConnectionPool: Sendable {
    private struct State {
        var idle: [PostgresConnection] = []
        var isClosed = false
    }

    private let connector: Connector
    private let threads: BlockingPool
    private let state = Mutex(State())

    init(_ connector: Connector, limit: Int) {
        self.connector = connector
        threads = BlockingPool("postgres", threads: limit)
    }

    /// How many tasks wait for a connection.
    var waiting: Int { threads.waiting }

    /// Lends a connection to `body`, which may block until the deadline that it gets.
    ///
    /// The time to wait for a connection, and to make one, counts. A task that is cancelled while it waits gives its turn up.
    /// When a connection that was idle turns out to be lost, `body` is called once more with a new one: it must only read, or
    /// do something that may be done twice.
    func use<Result: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection, Deadline) throws -> Result
    ) async throws -> Result {
        let deadline = Deadline(in: connector.settings.timeout)
        do {
            return try await threads.run { try self.work(body, deadline) }
        } catch let error as BlockingPoolError where error == .closed {
            throw StorageError(.closed, "The log in PostgreSQL was closed.")
        } catch {
            throw StorageError.from(error)
        }
    }

    /// Runs one statement, which names the schema as ``Schema/sql(_:)`` wants it, and reads its rows.
    ///
    /// It may run twice, as ``use(_:)`` says.
    func run<Result: Sendable>(
        _ statement: String, _ fill: @escaping @Sendable (inout Parameters) -> Void = { _ in },
        _ read: @escaping @Sendable (Rows) throws -> Result
    ) async throws -> Result {
        try await use { [connector] connection, deadline in
            var parameters = Parameters()
            fill(&parameters)
            return try read(connection.run(connector.schema.sql(statement), parameters, before: deadline))
        }
    }

    private func work<Result>(
        _ body: (PostgresConnection, Deadline) throws -> Result, _ deadline: Deadline
    ) throws -> Result {
        // Those before it in the queue had less time left, and have used it up.
        guard !deadline.hasPassed else { throw Self.busy }
        var connection = takeIdle()
        defer { giveBack(connection) }
        if let idle = connection {
            do {
                return try body(idle, deadline)
            } catch let failure as PostgresFailure where failure.isConnectionLost || failure.isServerAway {
                // Others that are idle have most likely lost theirs too.
                connection = nil
                dropIdle()
                // A server that was silent for all that time would be asked for as long again.
                guard !deadline.hasPassed else {
                    connector.noteSilence(failure)
                    throw failure
                }
            }
        }
        let isSchemaKnown = connector.isPrepared
        let new = try connector.connect(before: deadline)
        connection = new
        // To make the schema takes its own time.
        return try body(new, isSchemaKnown ? deadline : Deadline(in: connector.settings.timeout))
    }

    /// Ends the idle connections, and lets those end that are lent when they come back.
    func close() {
        threads.close()
        let idle = state.withLock { state in
            state.isClosed = true
            return take(&state.idle)
        }
        withExtendedLifetime(idle) {}
    }

    private static let busy = StorageError(
        .unavailable, "All connections to PostgreSQL were busy for too long. Try again soon, or raise storage.postgres.readers.")

    // MARK: Idle connections

    private func takeIdle() -> PostgresConnection? { state.withLock { $0.idle.popLast() } }

    private func dropIdle() {
        // They are ended outside of the lock, because each says goodbye to the server.
        let idle = state.withLock { take(&$0.idle) }
        withExtendedLifetime(idle) {}
    }

    private func take(_ idle: inout [PostgresConnection]) -> [PostgresConnection] {
        defer { idle = [] }
        return idle
    }

    private func giveBack(_ connection: PostgresConnection?) {
        guard let connection, connection.isUsable else { return }
        state.withLock { if !$0.isClosed { $0.idle.append(connection) } }
    }
}
#endif
