#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres
internal import Logging
internal import Synchronization

/// The log in a PostgreSQL database, which several servers share.
///
/// One connection appends, on the log's thread; a few others read. State lives in the database; what is kept here is only
/// what makes the next statement cheaper.
final class PostgresStorage: Storage {
    /// What a configuration can set.
    struct Options: Sendable {
        var connection: ConnectionSettings
        var schema: Schema
        var migration: Migrator.Mode
        var writer: EventWriter.Options
        /// How many connections read.
        var readers: Int
    }

    private let options: Options
    let logger: Logger
    private let connector: Connector
    let pool: ConnectionPool
    private let writer: Mutex<EventWriter?>
    private let horizon: Horizon
    private let consumers: ConsumerTable
    let removalTable: RemovalTable
    // Closing waits for an append that is under way.
    private let closing = BlockingPool("postgres-close")

    /// Makes the storage without connecting; see ``connectIfPossible()``.
    init(_ options: Options, logger: Logger) {
        self.options = options
        self.logger = logger
        connector = Connector(options.connection, Migrator(schema: options.schema, mode: options.migration))
        pool = ConnectionPool(connector, limit: options.readers)
        writer = Mutex(EventWriter(connector, options.writer))
        horizon = Horizon(options.schema, logger: logger)
        consumers = ConsumerTable(pool)
        removalTable = RemovalTable(pool: pool, schema: options.schema, durability: options.writer.argument)
    }

    /// Connects once. A database that is away is waited for later; one that this release can't work with is refused.
    func connectIfPossible() async throws {
        do {
            _ = try await read { try self.horizon.ask($0, $1) }
        } catch let error as StorageError where error.code == .unavailable && connector.failure is PostgresFailure {
            logger.warning(
                "PostgreSQL can't be reached yet; starting without it and retrying.",
                metadata: ["error": "\(error)"])
        }
    }

    // MARK: Appending

    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        do {
            if var problem = horizon.problem {
                problem.outcome = .notRecorded
                throw problem
            }
            return try writer.withLock { writer in
                guard let writer else { throw closedError }
                let outcome = try writer.append(batch)
                connector.noteSuccess()
                if let sequences = outcome.sequences { horizon.acknowledge(sequences.upperBound) }
                return outcome
            }
        } catch {
            throw StorageError.from(error)
        }
    }

    // MARK: Reading

    func events(_ query: EventQuery) async throws -> EventPage {
        try await ReadCancellation.following { cancellation in
            try await read { connection, deadline in
                try cancellation.check()
                let horizon = try self.horizon.now(connection, before: deadline)
                return try PageReader(
                    connection: connection, schema: self.options.schema, horizon: horizon, deadline: deadline,
                    cancellation: cancellation
                ).page(query)
            }
        }
    }

    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        try await pool.run(
            "SELECT \(EventRow.columns) FROM {schema}.events WHERE event_id = $1 AND deployment = $2 LIMIT 1",
            { parameters in
                parameters.append(id)
                parameters.append(deployment)
            }
        ) { rows in rows.count > 0 ? try EventRow.read(rows, 0) : nil }
    }

    func statistics() async throws -> StorageStatistics {
        try await read { connection, deadline in
            let head = try self.horizon.now(connection, before: deadline)
            let rows = try connection.run(
                self.options.schema.sql(
                    """
                    SELECT (SELECT events FROM {schema}.totals) - (SELECT events FROM {schema}.removals)
                        + coalesce(sum(event_count), 0)::bigint FROM {schema}.appends
                    """), before: deadline)
            return StorageStatistics(events: rows.integer(0, 0), head: head)
        }
    }

    func logID() async throws -> LogID {
        try await read { connection, deadline in
            if self.horizon.log == nil { try self.horizon.ask(connection, deadline) }
            guard let log = self.horizon.log else { throw StorageError(.unavailable, "PostgreSQL did not name the log.") }
            return log
        }
    }

    private func read<Result: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection, Deadline) throws -> Result
    ) async throws -> Result {
        try await pool.use(body)
    }

    // MARK: Consumers

    func cursors() async throws -> [ConsumerCursor] { try await consumers.cursors() }

    func cursor(of consumer: String) async throws -> ConsumerCursor { try await consumers.cursor(of: consumer) }

    func advance(_ cursor: ConsumerCursor) async throws -> Bool { try await consumers.advance(cursor) }

    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
        try await consumers.replay(consumer, after: position)
    }

    func deadLetters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] {
        try await consumers.deadLetters(of: consumer, after: sequence, limit: limit)
    }

    func requestedDeadLetters(of consumer: String, limit: Int) async throws -> [DeadLetter] {
        try await consumers.requestedDeadLetters(of: consumer, limit: limit)
    }

    func deadLetterCount(of consumer: String) async throws -> Int { try await consumers.deadLetterCount(of: consumer) }

    func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws {
        try await consumers.keepDeadLetters(letters, of: consumer)
    }

    func removeDeadLetters(of consumer: String, _ sequences: [Int64]?) async throws -> Int {
        try await consumers.removeDeadLetters(of: consumer, sequences)
    }

    func setPause(of consumer: String, _ reason: String?) async throws { try await consumers.setPause(of: consumer, reason) }

    func pause(of consumer: String) async throws -> String? { try await consumers.pause(of: consumer) }

    func lease(_ consumer: String, for duration: Duration) async throws -> Bool { try await consumers.lease(consumer, for: duration) }

    func endLease(_ consumer: String) async throws { try await consumers.endLease(consumer) }

    // MARK: Background work

    func health() -> StorageHealth {
        if let problem = horizon.problem { return .away(problem.message) }
        return connector.failure.map { .away("\(StorageError.from($0))") } ?? .ready
    }

    /// Keeps the knowledge of the log's end fresh, notices when the database comes back, and tidies.
    func run() async throws {
        var round = 0
        while !Task.isCancelled {
            do {
                _ = try await read { try self.horizon.ask($0, $1) }
                connector.noteSuccess()
                // Not at the start: opening has made the partitions, and nothing is old enough to be forgotten.
                round += 1
                if round % 60 == 0 { await maintain() }
            } catch {
                logger.debug("PostgreSQL is unavailable.", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Does what is done once a minute. Each step gives up where it would have to wait for a lock, and is tried again a minute later;
    /// the others need not wait for it.
    private func maintain() async {
        let steps: [(name: String, run: () async throws -> Void)] = [
            ("tidy", tidy), ("drop months", dropMonths), ("validate kept events", validateKeptEvents),
        ]
        for step in steps where !Task.isCancelled {
            do {
                try await step.run()
            } catch {
                logger.info(
                    "A step of maintenance did not succeed; it is tried again in a minute.",
                    metadata: ["step": "\(step.name)", "error": "\(error)"])
            }
        }
    }

    private func tidy() async throws {
        try await read { connection, deadline in
            try connection.run(self.options.schema.sql("SELECT {schema}.tidy()"), before: deadline)
            try connection.run(
                self.options.schema.sql(
                    "SELECT {schema}.ensure_partitions(clock_timestamp(), clock_timestamp() + interval '1 month')"),
                before: deadline)
        }
    }

    // MARK: Closing

    func close() async {
        try? await consumers.endLeases()
        pool.close()
        connector.close()
        do {
            try await closing.run { self.closeWriter() }
        } catch {
            // There is no thread for it. Nobody appends any more, so that it does not wait for long.
            closeWriter()
        }
    }

    private func closeWriter() {
        writer.withLock { writer in
            writer?.close()
            writer = nil
        }
    }

    private var closedError: StorageError { StorageError(.closed, "The log in PostgreSQL was closed.", outcome: .notRecorded) }
}
#endif
