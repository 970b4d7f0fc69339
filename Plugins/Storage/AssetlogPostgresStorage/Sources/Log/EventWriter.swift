#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres
internal import Foundation
internal import Logging

/// Appends batches to the log: one statement each, durable when it returns.
///
/// Not safe to share: the storage keeps it behind a lock, and the log calls it from one thread. It keeps a connection of
/// its own.
final class EventWriter {
    /// How commits are made.
    struct Options: Sendable {
        /// What `synchronous_commit` is set to for each append; empty: what the server, the database or the role says.
        var durability: String
        /// Whether a server that does not wait for its disk is accepted.
        var allowsLoss: Bool
        /// How long an append may take in all, with every new try.
        var patience: Duration

        /// What the function `prepare_append` takes.
        var argument: String { durability + (allowsLoss ? " unsafe" : "") }
    }

    private static let backoff = Backoff(first: .milliseconds(80), longest: .seconds(1))

    private let connector: Connector
    private let options: Options
    private let arrays = EventArrays()
    private let statements: Statements
    private var connection: PostgresConnection?
    private var ids = EventIDGenerator()
    // Whether the append under way was sent, and nobody knows what became of it.
    private var isUnsettled = false

    private struct Statements {
        let append: String
        let find: String
        let findRemoved: String
        let partitions: String

        init(_ schema: Schema) {
            append = schema.sql(
                "SELECT {schema}.append_checked($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)")
            find = schema.sql(
                """
                SELECT \(EventRow.columns) FROM {schema}.events
                WHERE (event_id, deployment) IN (SELECT id, name FROM unnest($1, $2) AS wanted (id, name))
                """)
            findRemoved = schema.sql(
                """
                SELECT event_id, deployment, sequence, content, "timestamp", received_at FROM {schema}.removed_identities
                WHERE (event_id, deployment) IN (SELECT id, name FROM unnest($1, $2) AS wanted (id, name))
                """)
            partitions = schema.sql("SELECT {schema}.ensure_partitions($1, $2)")
        }
    }

    init(_ connector: Connector, _ options: Options) {
        self.connector = connector
        self.options = options
        statements = Statements(connector.schema)
    }

    /// Appends what is new of a batch.
    ///
    /// Whatever interrupts it, an append is settled by its own identity before it counts as failed, so a commit whose
    /// answer was lost is not made twice. When it can't be settled in time, it throws, and nobody knows.
    /// - Throws: `StorageError`, which says whether the events are in the log.
    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        isUnsettled = false
        do {
            return try appendNew(batch)
        } catch {
            guard var said = StorageError.from(error) as? StorageError else { throw error }
            said.outcome = isUnsettled ? .unknown : .notRecorded
            throw said
        }
    }

    private func appendNew(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        guard !batch.isEmpty else { throw StorageError(.unavailable, "An empty batch can't be appended.") }
        let deadline = Deadline(in: options.patience)
        // Most identities are new, so the first try expects it; the database says when it is not so.
        var known: [EventIdentity: KnownEvent]?
        while true {
            let plan = batch.plan { columns in
                guard let known, !known.isEmpty else { return .none }
                return switch known[EventIdentity(columns.id, in: String(decoding: columns.deployment, as: UTF8.self))] {
                case .logged(let event): columns.match(event)
                case .removed(let identity): columns.match(removed: identity)
                case nil: .none
                }
            }
            // Whatever is left out must be compared with the log first.
            if plan.insertionCount == batch.count || known != nil {
                guard plan.insertionCount > 0 else { return plan.outcome(after: 0) }
                arrays.fill(batch, plan)
                defer { arrays.removeAll() }
                if let first = try insert(hasIdentities: batch.clientIdentities > 0, deadline) {
                    return plan.outcome(after: first - 1)
                }
            }
            guard !deadline.hasPassed else {
                throw StorageError(.unavailable, "PostgreSQL took too long to look up events that were sent again.")
            }
            known = try find(in: batch, deadline)
        }
    }

    func close() {
        connection = nil
    }

    // MARK: Statements

    /// Inserts what the arrays hold.
    ///
    /// - Returns: The first sequence; nil when an identity that a client chose is in the log.
    private func insert(hasIdentities: Bool, _ deadline: Deadline) throws -> Int64? {
        var parameters = Parameters()
        parameters.append(ids.next(at: .now()))
        parameters.append(options.argument)
        for array in [
            arrays.ids, arrays.hashes, arrays.kinds, arrays.times, arrays.receipts, arrays.deployments, arrays.keys,
            arrays.partitions, arrays.reporters, arrays.contents, arrays.checksums,
        ] {
            parameters.append(array)
        }
        parameters.append(hasIdentities ? arrays.chosen : nil)
        var lacksPartition = false
        return try retrying(before: deadline) { connection in
            if lacksPartition { try makePartitions(connection, deadline) }
            do {
                let warnings = connection.warningCount
                let rows = try connection.run(statements.append, parameters, before: deadline)
                try refuseUnreplicated(connection.warningCount > warnings)
                return rows.optionalInteger(0, 0)
            } catch let failure as PostgresFailure {
                if failure.effect == .unknown { isUnsettled = true }
                lacksPartition = failure.lacksPartition
                // Behind a pooler another session than the one that was asked may answer.
                if failure.needsReadCommitted { connection.setup.needsReadCommitted = true }
                throw failure
            }
        }
    }

    /// A wait for standbys that somebody cancelled is reported by a warning: the commit is on one machine only.
    private func refuseUnreplicated(_ hasWarning: Bool) throws {
        guard hasWarning else { return }
        isUnsettled = true
        throw StorageError(
            .unavailable,
            "PostgreSQL warned that a commit may not have reached its standbys. The events are not acknowledged, but may be"
                + " in the log. See PostgreSQL's log.")
    }

    private func makePartitions(_ connection: PostgresConnection, _ deadline: Deadline) throws {
        guard let received = arrays.received else { return }
        var parameters = Parameters()
        parameters.append(received.lowerBound)
        parameters.append(received.upperBound)
        try connection.run(statements.partitions, parameters, before: deadline)
    }

    /// What is known under an identity that a client chose.
    private enum KnownEvent {
        case logged(LoggedEvent)
        case removed(RemovedIdentity)
    }

    /// The events that the log has, or had not long ago, under identities that clients chose.
    private func find(in batch: borrowing EventBatch, _ deadline: Deadline) throws -> [EventIdentity: KnownEvent] {
        let (wanted, deployments) = (BinaryArray(of: TypeID.uuid), BinaryArray(of: TypeID.text))
        for index in 0..<batch.count {
            batch.withColumns(at: index) { columns in
                guard columns.clientChoice.contains(.identity) else { return }
                wanted.append(high: columns.id.high, low: columns.id.low)
                deployments.append(columns.deployment)
            }
        }
        var parameters = Parameters()
        parameters.append(wanted)
        parameters.append(deployments)
        return try retrying(before: deadline) { connection in
            let rows = try connection.run(statements.find, parameters, before: deadline)
            var known: [EventIdentity: KnownEvent] = [:]
            for row in 0..<rows.count {
                let event = try EventRow.read(rows, row)
                known[EventIdentity(event.event.id, in: event.event.deployment)] = .logged(event)
            }
            // After the log: an event that was removed in between is found here.
            let removed = try connection.run(statements.findRemoved, parameters, before: deadline)
            for row in 0..<removed.count {
                let identity = RemovedIdentity(
                    id: removed.id(row, 0), sequence: removed.integer(row, 2), content: removed.id(row, 3),
                    timestamp: removed.time(row, 4), receivedAt: removed.time(row, 5))
                let key = EventIdentity(identity.id, in: removed.text(row, 1))
                if known[key] == nil { known[key] = .removed(identity) }
            }
            return known
        }
    }

    // MARK: Trying again

    /// Does something until it succeeds, fails for a reason that another try does not remove, or time is up.
    private func retrying<Result>(
        before deadline: Deadline, _ body: (PostgresConnection) throws -> Result
    ) throws -> Result {
        var tries = 0
        while true {
            do {
                let connection = try connection ?? connect(before: deadline)
                return try body(connection)
            } catch {
                if connection?.isUsable == false { connection = nil }
                tries += 1
                guard isWorthAnotherTry(error, tries), deadline.rest > .milliseconds(50) else {
                    if deadline.hasPassed, let failure = error as? PostgresFailure, failure.isConnectionLost {
                        connector.noteSilence(failure)
                    }
                    throw error
                }
                pause(after: tries, deadline)
            }
        }
    }

    private func connect(before deadline: Deadline) throws -> PostgresConnection {
        let connection = try connector.connect(before: deadline)
        self.connection = connection
        return connection
    }

    private func isWorthAnotherTry(_ error: any Error, _ tries: Int) -> Bool {
        guard let failure = error as? PostgresFailure else { return false }
        if failure.lacksPartition || failure.needsReadCommitted { return tries < 3 }
        if failure.isConflict { return tries < 10 }
        if failure.isServerAway, failure.state != nil { connection = nil }
        return failure.isConnectionLost || failure.isServerAway
    }

    /// Blocks the writer's thread; reports wait in the queue in the meantime.
    private func pause(after tries: Int, _ deadline: Deadline) {
        // The first try after a lost connection is at once: most often the server is there.
        let pause = max(connector.rest, Self.backoff.pause(afterFailures: tries - 1))
        Thread.sleep(forTimeInterval: min(pause, deadline.rest) / .seconds(1))
    }
}
#endif
