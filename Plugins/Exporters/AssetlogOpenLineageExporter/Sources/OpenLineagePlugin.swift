#if OpenLineage
public import AssetlogCore

extension ExporterPlugin {
    /// Sends events to an OpenLineage backend, or writes them to a file.
    ///
    /// - `url` (secret, optional): The base URL of the backend; a path in it is kept. Either this or `file` is required.
    /// - `file` (path, optional): A file to which events are appended, one a line.
    /// - `path` (text, default /api/v1/lineage): The path of the endpoint, below that of the URL.
    /// - `batch` (boolean, default false): Many events go in each request, to `/batch` below the endpoint.
    /// - `api_key` (secret, optional): The key that is sent as a bearer token.
    /// - `api_key_file` (path, optional): A file with the key, which is read again for each delivery.
    /// - `compression` (gzip or none, default gzip): How requests are compressed. The default is none in a build without the
    ///   package trait `Gzip`.
    /// - `namespace` (text, default dagster): The namespace of jobs and datasets; `{deployment}` stands for the deployment.
    /// - `namespaces` (list, default none): Namespaces of some datasets; the first that matches counts.
    /// - `producer` (text, default urn:assetlog:server): A URI that says who made the events.
    ///
    /// And the keys of ``HTTPDestination/Keys`` other than `url`.
    public static let openLineage = ExporterPlugin(
        name: "openlineage",
        summary: "Sends events to an OpenLineage backend, or writes them to a file.",
        stability: .beta,
        keys: OpenLineageKeys.all,
        delivery: DeliveryDefaults(batchSize: 100, concurrency: 4),
        configure: { configuration in
            let settings = try OpenLineageSettings(configuration)
            switch settings.target {
            case .http(let http):
                return ExporterSetup(
                    open: { _ in try await OpenLineageHTTPExporter.open(settings.mapping, http) },
                    inspectFiles: { http.problemsOfFiles() })
            case .file(let path):
                return ExporterSetup(
                    open: { _ in try OpenLineageFileExporter(settings.mapping, path: path) },
                    inspectFiles: { [LineageFile.problem(of: path)].compactMap { $0 } })
            }
        })
}
#endif
