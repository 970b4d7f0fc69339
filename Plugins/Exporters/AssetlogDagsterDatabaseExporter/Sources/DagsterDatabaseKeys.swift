#if DagsterDatabase
import AssetlogCore

/// The keys of the exporter; they are documented at ``ExporterPlugin/dagsterDatabase``.
enum DagsterDatabaseKeys {
    static let url = ConfigurationKey.required(
        "url", .secret, "The database of Dagster, as in its dagster.yaml: postgresql://role@host:5432/database.",
        example: "postgresql://dagster@localhost:5432/dagster")
    static let passwordFile = ConfigurationKey.optional(
        "password_file", .path, "A file whose first line is the password; read for each new connection.")
    static let schema = ConfigurationKey("schema", .text, default: "public", "The schema of Dagster's tables.")

    static let all: [any DeclaredKey] = [url, passwordFile, schema]
}
#endif
