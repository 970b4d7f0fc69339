#if Postgres
/// Why a statement or a connection failed, and what the server may have done.
public struct PostgresFailure: Error, CustomStringConvertible {
    /// What is known of the statement's effect.
    public enum Effect: Sendable {
        /// It has none: it was not sent, or the server refused it.
        case none
        /// Nobody can know: the connection was lost, or time ran out, after it was sent.
        case unknown
    }

    /// The code of the server's error (PostgreSQL, appendix A); nil when the server said nothing.
    public var state: String?
    /// What the server or libpq said, on one line.
    public var message: String
    /// What is known of the statement's effect.
    public var effect: Effect
    /// Whether the connection can't be used any more.
    public var isConnectionLost: Bool

    /// The message with the code.
    public var description: String {
        state.map { "\(message) (SQLSTATE \($0))" } ?? message
    }

    /// Whether the same statement may succeed when it is simply sent again: it met another transaction.
    public var isConflict: Bool {
        // serialization_failure, deadlock_detected, lock_not_available
        ["40001", "40P01", "55P03"].contains(state)
    }

    /// Whether the server can't write now though it answers: it became a standby, it stops, or starts.
    public var isServerAway: Bool {
        guard let state else { return true }
        // read_only_sql_transaction, connection exceptions, operator intervention but for a cancelled statement
        return state == "25006" || state.hasPrefix("08") || (state.hasPrefix("57") && state != "57014")
    }
}
#endif
