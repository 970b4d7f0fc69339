#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres
internal import Synchronization

/// Makes connections, and the schema with the first of them; not more than one try a second while the server is away.
final class Connector: Sendable {
    private struct State {
        var isPrepared = false
        var lastFailure: (time: ContinuousClock.Instant, error: any Error)?
        /// When the server did something, over whichever connection.
        var lastSuccess: ContinuousClock.Instant?
        var isClosed = false
    }

    let settings: ConnectionSettings
    let schema: Schema
    private let migrator: Migrator
    private let state = Mutex(State())
    // Held while the schema is made, so that it is made by one.
    private let preparation = Mutex<Void>(())

    /// The least time from a failed try to the next one.
    static let pause = Duration.seconds(1)

    init(_ settings: ConnectionSettings, _ migrator: Migrator) {
        self.settings = settings
        self.migrator = migrator
        schema = migrator.schema
    }

    /// Why the last try to connect failed; nil: it did not, or the server has worked since.
    var failure: (any Error)? {
        state.withLock { state in
            guard let failure = state.lastFailure else { return nil }
            if let success = state.lastSuccess, success >= failure.time { return nil }
            return failure.error
        }
    }

    /// Whether the schema is known to be as this release needs it.
    var isPrepared: Bool { state.withLock { $0.isPrepared } }

    /// Records that a statement succeeded, so that the server is known to be there before another connection is made.
    func noteSuccess() {
        state.withLock { $0.lastSuccess = .now }
    }

    /// Records that the server was silent until a deadline: no try to connect follows that would say so.
    func noteSilence(_ failure: PostgresFailure) {
        state.withLock { $0.lastFailure = (.now, failure) }
    }

    /// How long to wait before the next try.
    var rest: Duration {
        state.withLock { state in
            guard let last = state.lastFailure else { return .zero }
            return max(.zero, last.time + Self.pause - .now)
        }
    }

    /// Opens a connection to a database whose schema is as this release needs it; it blocks.
    ///
    /// Fails at once with the last error when a try failed less than a second ago. With less than two seconds left it takes
    /// up to two for each host all the same, which is libpq's least; making the schema has its own time.
    func connect(before deadline: Deadline) throws -> PostgresConnection {
        if let error = state.withLock({ recent($0) }) { throw error }
        do {
            let connection = try PostgresConnection(settings, within: deadline.rest)
            try prepare(connection, deadline)
            state.withLock { $0.lastFailure = nil }
            return connection
        } catch {
            state.withLock { $0.lastFailure = (.now, error) }
            throw error
        }
    }

    /// Lets every later call fail.
    func close() {
        state.withLock { $0.isClosed = true }
    }

    private func recent(_ state: State) -> (any Error)? {
        if state.isClosed { return StorageError(.closed, "The log in PostgreSQL was closed.") }
        guard let last = state.lastFailure, ContinuousClock.now < last.time + Self.pause else { return nil }
        return last.error
    }

    private func prepare(_ connection: PostgresConnection, _ deadline: Deadline) throws {
        // Each connection, for another server may answer now.
        connection.setup = TransactionSetup(try connection.run(TransactionSetup.question, before: deadline))
        try checkDurability(connection, deadline)
        try preparation.withLock { _ in
            if !isPrepared {
                try migrator.migrate(connection, within: settings.timeout)
                try connection.run(
                    schema.sql(
                        """
                        SELECT {schema}.ensure_partitions(
                            clock_timestamp() - interval '1 hour', clock_timestamp() + interval '1 month')
                        """), before: Deadline(in: settings.timeout))
                state.withLock { $0.isPrepared = true }
            }
        }
    }

    private func checkDurability(_ connection: PostgresConnection, _ deadline: Deadline) throws {
        let rows = try connection.run(
            "SELECT current_setting('synchronous_commit') = 'off', current_setting('fsync') = 'off'", before: deadline)
        guard settings.allowsAsynchronousCommit || !(rows.boolean(0, 0) || rows.boolean(0, 1)) else {
            throw PostgresFailure.unsafe(rows.boolean(0, 1) ? "fsync" : "synchronous_commit")
        }
    }
}
#endif
