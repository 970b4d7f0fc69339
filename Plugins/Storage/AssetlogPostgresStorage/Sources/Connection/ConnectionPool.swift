#if Postgres
internal import AssetlogCore
internal import Dispatch
internal import Synchronization

/// A few connections that tasks borrow one after the other, each used on a thread of its own.
final class ConnectionPool: Sendable {
    private struct State {
        var idle: [PostgresConnection] = []
        var borrowed = 0
        /// Who waits for a place, or for the close.
        var waiters: [CheckedContinuation<Bool, Never>] = []
        var isClosed = false
    }

    private let connector: Connector
    private let limit: Int
    private let state = Mutex(State())

    init(_ connector: Connector, limit: Int) {
        self.connector = connector
        self.limit = limit
    }

    /// Lends a connection to `body`, which may block.
    ///
    /// When a connection that was idle turns out to be lost, `body` is called once more with a new one: it must only read, or
    /// do something that may be done twice.
    func use<Result: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws -> Result
    ) async throws -> Result {
        guard await borrow() else { throw StorageError(.closed, "The log in PostgreSQL was closed.") }
        return try await withCheckedThrowingContinuation { continuation in
            // A queue for each: it gets a thread at once. One for all would have no more threads at first than there are
            // processors, and one more a second.
            DispatchQueue(label: "assetlog.postgres").async {
                let result = Swift.Result { try self.work(body) }
                continuation.resume(with: result.mapError(StorageError.from))
            }
        }
    }

    /// Runs one statement, which names the schema as ``Schema/sql(_:)`` wants it, and reads its rows.
    ///
    /// It may run twice, as ``use(_:)`` says.
    func run<Result: Sendable>(
        _ statement: String, _ fill: @escaping @Sendable (inout Parameters) -> Void = { _ in },
        _ read: @escaping @Sendable (Rows) throws -> Result
    ) async throws -> Result {
        try await use { [connector] connection in
            var parameters = Parameters()
            fill(&parameters)
            return try read(
                connection.run(
                    connector.schema.sql(statement), parameters, before: Deadline(in: connector.settings.timeout)))
        }
    }

    private func work<Result>(_ body: (PostgresConnection) throws -> Result) throws -> Result {
        var connection = takeIdle()
        defer { giveBack(connection) }
        if let idle = connection {
            do {
                return try body(idle)
            } catch let failure as PostgresFailure where failure.isConnectionLost || failure.isServerAway {
                // Others that are idle have most likely lost theirs too.
                connection = nil
                dropIdle()
            }
        }
        let new = try connector.connect()
        connection = new
        return try body(new)
    }

    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            state.idle.removeAll()
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: false) }
    }

    // MARK: The places

    /// Waits for a place; false: the pool is closed.
    private func borrow() async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                if state.isClosed { return false }
                if state.borrowed < limit {
                    state.borrowed += 1
                    return true
                }
                state.waiters.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private func takeIdle() -> PostgresConnection? { state.withLock { $0.idle.popLast() } }

    private func dropIdle() { state.withLock { $0.idle.removeAll() } }

    private func giveBack(_ connection: PostgresConnection?) {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            if let connection, connection.isUsable, !state.isClosed { state.idle.append(connection) }
            // Whoever waits gets the place itself.
            guard state.waiters.isEmpty else { return state.waiters.removeFirst() }
            state.borrowed -= 1
            return nil
        }
        next?.resume(returning: true)
    }
}
#endif
