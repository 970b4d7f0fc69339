#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres
internal import Foundation
internal import Logging
internal import Synchronization

/// Up to where the log can be read so that nothing appears there later, as this server knows it, and which log it is.
///
/// It only grows, so what is known of it stays true, but for a log that has lost its end. See
/// Docs/Decisions/0010-postgresql.md.
final class Horizon: Sendable {
    private struct State {
        /// The log that this server works on; nil: it was never asked.
        var log: LogID?
        /// Another log that was found in its place.
        var foreign: LogID?
        var sequence: Int64 = 0
        /// When the query began that found it.
        var time: ContinuousClock.Instant?
        /// When the answer came that found it.
        var answered: ContinuousClock.Instant?
        /// The greatest sequence that this server has acknowledged.
        var acknowledged: Int64 = 0
    }

    private let statement: String
    private let given: String
    private let schema: Schema
    private let logger: Logger
    private let state = Mutex(State())

    /// How old the knowledge of a read may be.
    static let age = Duration.milliseconds(100)
    /// How long a read waits for commits of other servers that stand before one of this server.
    static let patience = Duration.seconds(5)

    private static let backoff = Backoff(first: .milliseconds(1), longest: .milliseconds(50))

    init(_ schema: Schema, logger: Logger) {
        self.schema = schema
        self.logger = logger
        statement = schema.sql("SELECT {schema}.horizon(), (SELECT id FROM {schema}.log)")
        given = schema.sql(
            """
            SELECT {schema}.given(), (
                SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND classid = '{schema}.events'::regclass::oid)
            """)
    }

    /// Tells that an append up to a sequence was acknowledged: every read that begins later shows it.
    func acknowledge(_ sequence: Int64) {
        state.withLock { $0.acknowledged = max($0.acknowledged, sequence) }
    }

    /// The log, as far as it is known without asking.
    var log: LogID? { state.withLock { $0.log } }

    /// Why this server must not continue: the schema holds another log by now. Nil: it holds the same, as far as is known.
    var problem: StorageError? {
        state.withLock { state in
            guard let log = state.log, let foreign = state.foreign else { return nil }
            return StorageError(
                .unavailable,
                "The schema \(schema.name) holds the log \(foreign) by now, and this server works on \(log): the tables were made"
                    + " again or restored from elsewhere. Restart the servers to work on what is there.")
        }
    }

    /// The horizon for a read that begins now; it blocks.
    ///
    /// What this server has acknowledged is below it. Another server's append with a lower sequence may still be under way; then
    /// this waits for it, as a read that passed over it would skip it forever.
    func now(_ connection: PostgresConnection, before deadline: Deadline) throws -> Int64 {
        let wanted = state.withLock { $0.acknowledged }
        if let fresh = fresh(for: wanted) { return fresh }
        // Less than what the read itself may take, so that the reason can still be reported.
        let patience = Deadline(in: min(deadline.rest * 3 / 4, Self.patience))
        var rounds = 0
        while true {
            let sequence = try ask(connection, deadline)
            if sequence >= wanted { return sequence }
            guard !patience.hasPassed else {
                if try hasLost(wanted, connection, deadline) {
                    forget(wanted, for: sequence)
                    return sequence
                }
                throw StorageError(
                    .unavailable,
                    "Another server's append has taken too long, and the log can't be read past it."
                        + " Try again soon.")
            }
            rounds += 1
            Thread.sleep(forTimeInterval: Self.backoff.pause(afterFailures: rounds) / .seconds(1))
        }
    }

    /// Whether what this server has acknowledged is gone, so that nobody need wait for it: the database has never given such a
    /// sequence, after a failover to a standby that did not have everything; or no append is under way that hides it.
    private func hasLost(_ wanted: Int64, _ connection: PostgresConnection, _ deadline: Deadline) throws -> Bool {
        let rows = try connection.run(given, before: deadline)
        return rows.integer(0, 0) < wanted || rows.integer(0, 1) == 0
    }

    private func forget(_ lost: Int64, for sequence: Int64) {
        // Unless something was acknowledged since.
        let isForgotten = state.withLock { state in
            guard state.acknowledged == lost else { return false }
            state.acknowledged = sequence
            return true
        }
        if isForgotten { reportLoss(from: sequence + 1, to: lost) }
    }

    /// Asks the database, however fresh the knowledge is.
    @discardableResult
    func ask(_ connection: PostgresConnection, _ deadline: Deadline) throws -> Int64 {
        let start = ContinuousClock.now
        let rows = try connection.run(statement, before: deadline)
        guard rows.count > 0, let log = rows.logID(0, 1) else {
            throw StorageError(.damaged, "The table \(schema.name).log is empty, so the log has no identity. Restore a backup.")
        }
        let sequence = rows.integer(0, 0)
        let (known, lost) = state.withLock { state in
            // Back again, or the first answer.
            if state.log == nil { state.log = log }
            state.foreign = state.log == log ? nil : log
            guard sequence < state.sequence else {
                (state.sequence, state.time, state.answered) = (sequence, start, .now)
                return (sequence, nil as ClosedRange<Int64>?)
            }
            // Answers overtake each other. One to a question that came after the greater answer is no older one.
            guard let answered = state.answered, start > answered, state.foreign == nil else { return (state.sequence, nil) }
            let lost = sequence + 1...state.sequence
            (state.sequence, state.time, state.answered) = (sequence, start, .now)
            return (sequence, lost)
        }
        if let problem { throw problem }
        if let lost { reportLoss(from: lost.lowerBound, to: lost.upperBound) }
        return known
    }

    private func reportLoss(from first: Int64, to last: Int64) {
        logger.error(
            "PostgreSQL has lost events that were in the log: a standby without them has taken over, or a backup was restored.",
            metadata: ["first": "\(first)", "last": "\(last)"])
    }

    private func fresh(for wanted: Int64) -> Int64? {
        state.withLock { state in
            guard let time = state.time, state.sequence >= wanted, state.foreign == nil,
                ContinuousClock.now - time < Self.age
            else { return nil }
            return state.sequence
        }
    }
}
#endif
