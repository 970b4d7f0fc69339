#if Postgres
import AssetlogCore

/// The keys of the storage.
enum PostgresKeys {
    /// What a commit waits for: PostgreSQL's `synchronous_commit`.
    enum SynchronousCommit: String, CaseIterable, Sendable {
        /// What PostgreSQL is configured to.
        case server
        case local
        case remoteWrite = "remote_write"
        case on
        case remoteApply = "remote_apply"
        case off
    }

    static let url = ConfigurationKey.required(
        "url", .secret,
        "The database: postgresql://role@host:5432/database; several hosts and every parameter of libpq are possible.")
    static let password = ConfigurationKey.optional(
        "password", .secret, "The role's password; safer in the environment or a file than in `url`.")
    static let passwordFile = ConfigurationKey.optional(
        "password_file", .path, "A file whose first line is the password; read for each new connection.")
    static let schema = ConfigurationKey("schema", .text, default: "assetlog", "The schema for all tables.")
    static let migrate = ConfigurationKey(
        "migrate", .choice(Migrator.Mode.self), default: .run,
        "run: create and upgrade the schema at start; check: start only if the schema is up to date.")
    static let synchronousCommit = ConfigurationKey(
        "synchronous_commit", .choice(SynchronousCommit.self), default: .server,
        "What each commit waits for; server: what PostgreSQL is configured to.")
    static let allowAsynchronousCommit = ConfigurationKey(
        "allow_asynchronous_commit", .boolean, default: false,
        "Accepts that a crash of PostgreSQL loses acknowledged events (synchronous_commit or fsync is off).")
    static let timeout = ConfigurationKey(
        "timeout", .duration(in: .seconds(1)...(.seconds(300))), default: .seconds(10),
        "How long connecting, a read or a commit may take.")
    static let readers = ConfigurationKey(
        "readers", .integer(in: 1...64), default: 4,
        "How many connections to use for reads, 1 to 64; one more is used for appends.")

    static let all: [any DeclaredKey] = [
        url, password, passwordFile, schema, migrate, synchronousCommit, allowAsynchronousCommit, timeout, readers,
    ]
}
#endif
