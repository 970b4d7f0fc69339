#if Postgres
/// What goes around each statement because of the settings of its session.
///
/// A role, a database or a connection string may set what changes how a transaction behaves and what a name means. The
/// session stays as it is, for a pooler may give it to others: each transaction sets what it needs for itself.
public struct TransactionSetup: Hashable, Sendable {
    /// Whether transactions would not be read committed, in which each statement sees what was committed before it.
    public var needsReadCommitted = false
    /// Whether names such as `unnest` would be looked for in another schema before `pg_catalog`.
    public var needsSearchPath = false

    /// What to ask a session for; ``init(_:)`` reads the answer.
    public static let question = """
        SELECT pg_catalog.current_setting('default_transaction_isolation'),
            (pg_catalog.current_schemas(true))[1]::pg_catalog.text
        """

    /// Makes an empty one.
    public init() {}

    /// Reads the answer to ``question``.
    public init(_ rows: Rows) {
        needsReadCommitted = rows.text(0, 0) != "read committed"
        needsSearchPath = rows.text(0, 1) != "pg_catalog"
    }

    /// The statements before.
    public var before: [String] {
        (needsReadCommitted ? ["BEGIN ISOLATION LEVEL READ COMMITTED"] : [])
            + (needsSearchPath ? ["SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)"] : [])
    }

    /// The statements after.
    public var after: [String] { needsReadCommitted ? ["COMMIT"] : [] }
}
#endif
