#if Postgres
public import AssetlogCore
internal import AssetlogPostgres
internal import Logging

extension StoragePlugin {
    /// Keeps the log in a PostgreSQL database, which several servers may share.
    public static let postgres = StoragePlugin(
        name: "postgres",
        summary: "Keeps the log in a PostgreSQL database that several servers can share.",
        stability: .beta,
        keys: PostgresKeys.all,
        locationKey: PostgresKeys.url,
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
                inspectFiles: { [options.connection.passwordFile].compactMap { $0.flatMap(PathInspection.problem(ofReading:)) } },
                canRemoveEvents: true)
        })
}

extension PostgresStorage.Options {
    /// Checks what the declaration of the keys can't say.
    fileprivate init(_ configuration: PluginConfiguration) throws {
        let url = try Self.url(configuration)
        let (password, passwordFile) = (try configuration[PostgresKeys.password], try configuration[PostgresKeys.passwordFile])
        if password != nil, passwordFile != nil {
            throw configuration.error(PostgresKeys.passwordFile, "can't be combined with password; remove one of them")
        }
        let schema = try Self.schema(configuration)
        let commit = try configuration[PostgresKeys.synchronousCommit]
        let isLossAllowed = try configuration[PostgresKeys.allowAsynchronousCommit]
        guard commit != .off || isLossAllowed else {
            throw configuration.error(
                PostgresKeys.synchronousCommit,
                "is off: a crash of PostgreSQL would lose acknowledged events. If that is acceptable, also set"
                    + " allow_asynchronous_commit: true")
        }
        let timeout = try configuration[PostgresKeys.timeout]
        self.init(
            connection: ConnectionSettings(
                url: url, password: password, passwordFile: passwordFile, timeout: timeout,
                allowsAsynchronousCommit: isLossAllowed),
            schema: schema, migration: try configuration[PostgresKeys.migrate],
            writer: EventWriter.Options(
                durability: commit == .server ? "" : commit.rawValue, allowsLoss: isLossAllowed, patience: timeout),
            readers: try configuration[PostgresKeys.readers])
    }

    private static func url(_ configuration: PluginConfiguration) throws -> Secret {
        guard let url = ConnectionString.ofLibpq(try configuration[PostgresKeys.url]) else {
            throw configuration.error(
                PostgresKeys.url,
                "must be postgresql://role@host:port/database or host=… dbname=…; the name of a driver, as in"
                    + " postgresql+psycopg2://, may be in it, jdbc: may not")
        }
        guard ConnectionString.isClear(url) else {
            throw configuration.error(
                PostgresKeys.url,
                "can't be parsed: use only parameters that libpq knows, and escape special characters in names and passwords, as in"
                    + " p%40ssword")
        }
        return url
    }

    private static func schema(_ configuration: PluginConfiguration) throws -> Schema {
        let name = try configuration[PostgresKeys.schema]
        guard let schema = Schema(name) else {
            throw configuration.error(
                PostgresKeys.schema, "must be 1 to 40 characters of a-z, 0-9 and _, the first no digit, not \"\(name)\"")
        }
        return schema
    }
}
#endif
