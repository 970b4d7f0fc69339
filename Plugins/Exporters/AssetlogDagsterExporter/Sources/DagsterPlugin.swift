#if Dagster
public import AssetlogCore

extension ExporterPlugin {
    /// Reports every event to a Dagster webserver, to Dagster+ or to another Assetlog over the external assets API.
    ///
    /// - `url` (secret, required): The URL of the webserver, or of Dagster+ with the deployment; reports go to paths below it.
    /// - `token` (secret, optional): The token, sent as `Dagster-Cloud-Api-Token`.
    /// - `token_file` (path, optional): A file with the token, read when the exporter is opened and when the token is refused.
    /// - `deployments` (list, default empty): What is put behind the URL for each deployment, as `name=path`; the events of others
    ///   are skipped. Empty: the events of all deployments go to the URL itself.
    ///
    /// And those of every exporter over HTTP: `headers`, `headers_file`, `ca_file`, `client_certificate_file`,
    /// `client_key_file`, `proxy`, `timeout` and `connect_timeout`.
    public static let dagster = ExporterPlugin(
        name: "dagster",
        summary: "Reports every event to a Dagster webserver, to Dagster+ or to another Assetlog.",
        stability: .beta,
        keys: DagsterKeys.all,
        // Dagster can't recognize an event that it has: what a crash repeats is at most what is under way.
        delivery: DeliveryDefaults(batchSize: 10, concurrency: 4),
        configure: { configuration in
            let settings = try DagsterSettings(configuration)
            return ExporterSetup(
                open: { _ in try await DagsterExporter.open(settings) }, inspectFiles: { settings.problemsOfFiles() })
        })
}
#endif
