#if DagsterDatabase
import AssetlogCore
import AssetlogPostgres

/// Where Dagster's tables are.
struct DagsterDatabaseSettings: Sendable {
    /// How long connecting, or one statement, may take.
    static let timeout = Duration.seconds(10)

    var connection: ConnectionSettings
    var schema: SchemaName

    /// Reads the plugin's keys.
    init(_ configuration: PluginConfiguration) throws {
        let passwordFile = try configuration[DagsterDatabaseKeys.passwordFile]
        connection = ConnectionSettings(
            url: try Self.url(configuration), passwordFile: passwordFile, timeout: Self.timeout)
        let name = try configuration[DagsterDatabaseKeys.schema]
        guard let schema = SchemaName(name) else {
            throw configuration.error(
                DagsterDatabaseKeys.schema,
                "must be 1 to 63 characters of A-Z, a-z, 0-9, _ and -, the first no digit, not \"\(name)\"")
        }
        self.schema = schema
    }

    private static func url(_ configuration: PluginConfiguration) throws -> Secret {
        guard let url = ConnectionString.ofLibpq(try configuration[DagsterDatabaseKeys.url]) else {
            throw configuration.error(
                DagsterDatabaseKeys.url,
                "must be postgresql://role@host:port/database or host=… dbname=…; the name of a driver, as in"
                    + " postgresql+psycopg2://, may be in it, and other databases than PostgreSQL are reached by the exporter"
                    + " dagster")
        }
        guard ConnectionString.isClear(url) else {
            throw configuration.error(
                DagsterDatabaseKeys.url,
                "can't be parsed: use only parameters that libpq knows, and escape special characters in names and passwords, as in"
                    + " p%40ssword")
        }
        return url
    }
}

/// The name of a schema, made of characters that mean the same in a name and in a text of SQL.
struct SchemaName: Hashable, Sendable {
    let text: String

    init?(_ text: String) {
        let isFine = text.utf8.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): index > 0
            default: false
            }
        }
        guard isFine, (1...63).contains(text.utf8.count) else { return nil }
        self.text = text
    }

    /// A statement with the quoted name where it says `{schema}`.
    func sql(_ statement: String) -> String { statement.replacing("{schema}", with: "\"\(text)\"") }
}
#endif
