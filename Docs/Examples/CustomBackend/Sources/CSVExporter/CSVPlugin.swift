public import AssetlogCore

extension ExporterPlugin {
    /// Writes one row per event to a CSV file.
    ///
    /// - `path` (path, required): The file; created if it does not exist.
    public static let csv = ExporterPlugin(
        name: "csv",
        summary: "Writes one row per event to a CSV file.",
        stability: .development,
        keys: [path],
        configure: { configuration in
            let path = try configuration[path]
            return ExporterSetup(open: { _ in try CSVExporter(path: path) })
        })

    private static let path = ConfigurationKey.required("path", .path, "The file; created if it does not exist.")
}
