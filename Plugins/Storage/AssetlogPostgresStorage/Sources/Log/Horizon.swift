#if Postgres
internal import AssetlogCore
internal import Foundation
internal import Synchronization

/// Up to where the log can be read so that nothing appears there later, as this server knows it.
///
/// It only grows, so what is known of it stays true. See Docs/Decisions/0010-postgresql.md.
final class Horizon: Sendable {
    private struct State {
        var sequence: Int64 = 0
        var time: ContinuousClock.Instant?
        /// The greatest sequence that this server has acknowledged.
        var acknowledged: Int64 = 0
    }

    private let statement: String
    private let given: String
    private let state = Mutex(State())

    /// How old the knowledge of a read may be.
    static let age = Duration.milliseconds(100)
    /// How long a read waits for commits of other servers that stand before one of this server.
    static let patience = Duration.seconds(5)

    init(_ schema: Schema) {
        statement = schema.sql("SELECT {schema}.horizon()")
        given = schema.sql("SELECT {schema}.given()")
    }

    /// Tells that an append up to a sequence was acknowledged: every read that begins later shows it.
    func acknowledge(_ sequence: Int64) {
        state.withLock { $0.acknowledged = max($0.acknowledged, sequence) }
    }

    /// The horizon for a read that begins now; it blocks.
    ///
    /// What this server has acknowledged is below it. Another server's append with a lower sequence may still be under way; then
    /// this waits for it, as a read that passed over it would skip it for ever.
    func now(_ connection: PostgresConnection, before deadline: Deadline) throws -> Int64 {
        let wanted = state.withLock { $0.acknowledged }
        if let fresh = fresh(for: wanted) { return fresh }
        // Less than what the read itself may take, so that the reason can still be told.
        let patience = Deadline(in: min(deadline.rest * 3 / 4, Self.patience))
        var pause: UInt32 = 1000
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
            usleep(pause)
            pause = min(pause * 2, 50_000)
        }
    }

    /// Whether the database has never given a sequence that this server has acknowledged: a failover, to a standby that did not
    /// have everything, has lost it, and nobody need wait for it.
    private func hasLost(_ wanted: Int64, _ connection: PostgresConnection, _ deadline: Deadline) throws -> Bool {
        try connection.run(given, before: deadline).integer(0, 0) < wanted
    }

    private func forget(_ lost: Int64, for sequence: Int64) {
        // Unless something was acknowledged since.
        state.withLock { if $0.acknowledged == lost { $0.acknowledged = sequence } }
    }

    /// Asks the database, however fresh the knowledge is.
    @discardableResult
    func ask(_ connection: PostgresConnection, _ deadline: Deadline) throws -> Int64 {
        let start = ContinuousClock.now
        let sequence = try connection.run(statement, before: deadline).integer(0, 0)
        return state.withLock { state in
            if sequence >= state.sequence { (state.sequence, state.time) = (sequence, start) }
            return state.sequence
        }
    }

    private func fresh(for wanted: Int64) -> Int64? {
        state.withLock { state in
            guard let time = state.time, state.sequence >= wanted, ContinuousClock.now - time < Self.age else { return nil }
            return state.sequence
        }
    }
}
#endif
