#if DagsterDatabase
import AssetlogCore
import AssetlogPostgres
import Foundation
import Logging

/// The tables of Dagster, over one connection that is made when it is needed. Its calls block.
///
/// Not safe to share: it belongs to the exporter's thread.
final class DagsterDatabase {
    /// How long to try again while Dagster, or another exporter, holds what has to be locked.
    private static let patience = Duration.seconds(2)
    /// How long to pass over the lock of the table after it could not be had: a vacuum, or a long deletion, holds it.
    private static let detour = Duration.seconds(10)
    /// How many events are remembered for each generation: twenty times as many as can be under way.
    private static let memory = 200_000
    /// After how many written events older ones are forgotten.
    private static let pruneEvery = 50_000

    private let settings: DagsterDatabaseSettings
    private let installation: Installation
    private let exporter: String
    private let logger: Logger
    private let arrays = RowArrays()
    private var connection: PostgresConnection?
    private var revision = ""
    private var durability: String?
    private var detourEnd: ContinuousClock.Instant?
    private var writtenSincePrune = 0

    init(_ settings: DagsterDatabaseSettings, exporter: String, logger: Logger) {
        self.settings = settings
        self.exporter = exporter
        self.logger = logger
        installation = Installation(schema: settings.schema)
    }

    /// Lets go of the connection.
    func disconnect() { connection = nil }

    // MARK: Writing

    /// Writes the rows of events that were not written yet, in one transaction.
    ///
    /// - Throws: ``PostgresFailure`` or ``ExportError``; then nothing was written, or all of it and nobody knows.
    func write(_ rows: [EventRow], of batch: ExportBatch) throws {
        let patience = Deadline(in: Self.patience)
        // Dagster waits while the exporter waits for a lock, so each pause is longer than the one before.
        var pause = 0.1
        while true {
            do {
                try writeOnce(rows, log: batch.log, generation: batch.generation)
                writtenSincePrune += rows.count
                return
            } catch let failure as PostgresFailure where failure.isConflict && !patience.hasPassed {
                detourEnd = .now + Self.detour
                Thread.sleep(forTimeInterval: pause)
                pause *= 2
            }
        }
    }

    private func writeOnce(_ rows: [EventRow], log: LogID, generation: Int64) throws {
        let isDetour = detourEnd.map { $0 > .now } ?? false
        arrays.fill(rows)
        var parameters = Parameters()
        parameters.append(exporter)
        parameters.append(log)
        parameters.append(generation)
        parameters.append(Int64(isDetour ? 1 : 0))
        arrays.append(to: &parameters)
        let locked = try run(installation.call, parameters, with: durability).text(0, 0)
        guard locked == "sequence", !isDetour else { return }
        logger.info("event_logs is busy, as during a vacuum; locking its sequence instead for a while.")
        detourEnd = .now + Self.detour
    }

    /// Forgets events that can't come again, now and then.
    func pruneIfDue(_ log: LogID, generation: Int64) throws {
        guard writtenSincePrune >= Self.pruneEvery else { return }
        try prune(log, generation: generation, keeping: Self.memory)
        writtenSincePrune = 0
    }

    /// Forgets all events of a generation but the last, and other generations when they are old.
    func prune(_ log: LogID, generation: Int64, keeping count: Int) throws {
        var parameters = Parameters()
        parameters.append(exporter)
        parameters.append(log)
        parameters.append(generation)
        parameters.append(Int64(count))
        try run(
            """
            WITH kept AS (
                SELECT sequence FROM {schema}.\(Installation.table) WHERE exporter = $1 AND log = $2 AND generation = $3
                ORDER BY sequence DESC OFFSET $4 LIMIT 1
            )
            DELETE FROM {schema}.\(Installation.table) WHERE exporter = $1 AND (
                log = $2 AND generation = $3 AND sequence <= (SELECT sequence FROM kept)
                OR (log, generation) <> ($2, $3) AND exported_at < pg_catalog.now() - interval '7 days')
            """, parameters)
    }

    // MARK: Reading

    /// The last event of this exporter, by its sequence in the log and generation that were written last.
    func position() throws -> DeliveredPosition? {
        var parameters = Parameters()
        parameters.append(exporter)
        let rows = try run(
            """
            SELECT e.log, e.generation, e.sequence, e.event_id FROM {schema}.\(Installation.table) AS e
            JOIN (SELECT log, generation FROM {schema}.\(Installation.table) WHERE exporter = $1 ORDER BY storage_id DESC LIMIT 1)
                AS last USING (log, generation)
            WHERE e.exporter = $1 ORDER BY e.sequence DESC LIMIT 1
            """, parameters)
        guard rows.count > 0 else { return nil }
        return DeliveredPosition(
            log: rows.logID(0, 0), generation: rows.integer(0, 1), sequence: rows.integer(0, 2), event: rows.id(0, 3))
    }

    /// Takes the locks of a delivery and writes nothing.
    ///
    /// - Returns: A sentence about the storage.
    func dryRun() throws -> String {
        disconnect()
        try writeOnce([], log: LogID(high: 0, low: 0), generation: 0)
        let rows = try run("SELECT current_user::text, current_setting('server_version')")
        return "Dagster's storage takes events: schema revision \(revision) in \(settings.schema.text) of PostgreSQL \(rows.text(0, 1)),"
            + " written by the role \(rows.text(0, 0))."
    }

    // MARK: The connection

    /// Connects, checks the storage, and makes the exporter's own table where it is missing.
    func connect() throws { _ = try connected() }

    @discardableResult
    private func run(_ statement: String, _ parameters: Parameters = .init(), with first: String? = nil) throws -> Rows {
        do {
            return try connected().run(
                settings.schema.sql(statement), parameters, with: first, before: Deadline(in: DagsterDatabaseSettings.timeout))
        } catch let failure as PostgresFailure {
            // After anything that may have changed with the tables, they are looked at again.
            if failure.isConnectionLost || failure.isServerAway || failure.isAboutSchema { disconnect() }
            throw failure
        }
    }

    private func connected() throws -> PostgresConnection {
        if let connection, connection.isUsable { return connection }
        let deadline = Deadline(in: DagsterDatabaseSettings.timeout)
        let new = try PostgresConnection(settings.connection, within: deadline.rest)
        new.setup = TransactionSetup(try new.run(TransactionSetup.question, before: deadline))
        revision = try SchemaCheck(schema: settings.schema, connection: new, deadline: deadline).run()
        try install(new, deadline)
        let rows = try new.run("SELECT current_setting('synchronous_commit') = 'off'", before: deadline)
        durability = rows.boolean(0, 0) ? "SELECT pg_catalog.set_config('synchronous_commit', 'on', true)" : nil
        connection = new
        return new
    }

    private func install(_ connection: PostgresConnection, _ deadline: Deadline) throws {
        guard try !connection.run(installation.question, before: deadline).boolean(0, 0) else { return }
        try connection.run(installation.statement, before: deadline)
    }
}
#endif
