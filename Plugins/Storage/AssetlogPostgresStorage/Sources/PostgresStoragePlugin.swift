#if Postgres
public import AssetlogCore
internal import Logging

extension StoragePlugin {
    /// Keeps the log in a PostgreSQL database, which several servers may share.
    public static let postgres = StoragePlugin(
        name: "postgres",
        summary: "Keeps the log in a PostgreSQL database that several servers can share.",
        stability: .beta,
        keys: [
            ConfigurationKey(
                "url", .secret, required: true,
                "The database: postgresql://role@host:5432/database; several hosts and every parameter of libpq"
                    + " are possible."),
            ConfigurationKey("password", .secret, "The role's password; safer in the environment or a file than in `url`."),
            ConfigurationKey(
                "password_file", .path, "A file whose first line is the password; read for each new connection."),
            ConfigurationKey("schema", .text, default: "assetlog", "The schema for all tables."),
            ConfigurationKey(
                "migrate", .choice(["run", "check"]), default: "run",
                "run: create and upgrade the schema at start; check: start only if the schema is up to date."),
            ConfigurationKey(
                "synchronous_commit", .choice(["server", "local", "remote_write", "on", "remote_apply", "off"]),
                default: "server", "What each commit waits for; server: what PostgreSQL is configured to."),
            ConfigurationKey(
                "allow_asynchronous_commit", .boolean, default: "false",
                "Accepts that a crash of PostgreSQL loses acknowledged events (synchronous_commit or fsync is off)."),
            ConfigurationKey("timeout", .duration, default: "10s", "How long connecting, a read or a commit may take."),
            ConfigurationKey(
                "readers", .integer, default: "4",
                "How many connections to use for reads, 1 to 64; one more is used for appends."),
        ],
        placeKey: "url",
        configure: { configuration in
            let options = try PostgresStorage.Options(configuration)
            @Sendable func table() -> ConnectionPool {
                ConnectionPool(
                    Connector(options.connection, Migrator(schema: options.schema, mode: options.migration)), limit: 2)
            }
            return StorageSetup(
                open: { context in
                    let storage = PostgresStorage(options, logger: context.logger)
                    try await storage.connectIfPossible()
                    return storage
                },
                openForReading: { PostgresStorage(options, logger: Logger(label: "assetlog.postgres")) },
                openConsumers: { ConsumerTable(table()) },
                openTokens: { TokenTable(table()) },
                inspectFiles: { [options.connection.passwordFile].compactMap { $0.flatMap(PathInspection.problem(ofReading:)) } })
        })
}

extension PostgresStorage.Options {
    /// Checks what the declaration of the keys can't say.
    fileprivate init(_ configuration: PluginConfiguration) throws {
        guard let written = configuration.secret("url") else { throw configuration.error("url", "is missing") }
        guard let url = ConnectionString.ofLibpq(written) else {
            throw configuration.error(
                "url",
                "must be postgresql://role@host:port/database or host=… dbname=…; the name of a driver, as in"
                    + " postgresql+psycopg2://, may be in it, jdbc: may not")
        }
        guard ConnectionString.isClear(url) else {
            throw configuration.error(
                "url",
                "can't be parsed: use only parameters that libpq knows, and escape special characters in names and passwords, as in"
                    + " p%40ssword")
        }
        if configuration.secret("password") != nil, configuration.string("password_file") != nil {
            throw configuration.error("password_file", "can't be combined with password; remove one of them")
        }
        let name = configuration.requiredString("schema")
        guard let schema = Schema(name) else {
            throw configuration.error("schema", "must be 1 to 40 characters of a-z, 0-9 and _, the first no digit, not \"\(name)\"")
        }
        let durability = configuration.requiredString("synchronous_commit")
        let isLossAllowed = configuration.boolean("allow_asynchronous_commit")
        guard durability != "off" || isLossAllowed else {
            throw configuration.error(
                "synchronous_commit",
                "is off: a crash of PostgreSQL would lose acknowledged events. If that is acceptable, also set"
                    + " allow_asynchronous_commit: true")
        }
        let timeout = configuration.duration("timeout")
        guard timeout >= .seconds(1), timeout <= .seconds(300) else {
            throw configuration.error("timeout", "must be from 1s to 5m")
        }
        let readers = configuration.integer("readers")
        guard (1...64).contains(readers) else {
            throw configuration.error("readers", "must be from 1 to 64, not \(readers)")
        }
        self.init(
            connection: ConnectionSettings(
                url: url, password: configuration.secret("password"),
                passwordFile: configuration.string("password_file"), timeout: timeout,
                allowsAsynchronousCommit: isLossAllowed),
            schema: schema, migration: configuration.requiredString("migrate") == "check" ? .check : .run,
            writer: EventWriter.Options(
                durability: durability == "server" ? "" : durability, allowsLoss: isLossAllowed, patience: timeout),
            readers: readers)
    }
}
#endif
