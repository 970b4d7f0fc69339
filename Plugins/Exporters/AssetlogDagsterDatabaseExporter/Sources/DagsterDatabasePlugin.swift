#if DagsterDatabase
public import AssetlogCore
import AssetlogPostgres

extension ExporterPlugin {
    /// Writes events as rows of an existing Dagster PostgreSQL storage, as if they had been reported there.
    ///
    /// - `url` (secret, required): The database of Dagster; the form of its `dagster.yaml`, `postgresql+psycopg2://`, is fine.
    /// - `password_file` (path): A file whose first line is the password; read for each new connection.
    /// - `schema` (text, default public): The schema of Dagster's tables.
    public static let dagsterDatabase = ExporterPlugin(
        name: "dagster-database",
        summary: "Writes events as rows of an existing Dagster PostgreSQL storage.",
        stability: .beta,
        keys: DagsterDatabaseKeys.all,
        configure: { configuration in
            let settings = try DagsterDatabaseSettings(configuration)
            return ExporterSetup(
                open: { context in
                    let exporter = try DagsterDatabaseExporter(settings, name: context.name, logger: context.logger)
                    try await exporter.connectIfPossible()
                    return exporter
                },
                inspectFiles: {
                    [settings.connection.passwordFile].compactMap { $0.flatMap(PathInspection.problem(ofReading:)) }
                })
        })
}
#endif
