public import AssetlogCore

extension ExporterPlugin {
    /// Writes one row per event to a CSV file.
    ///
    /// - `path` (path, required): The file; created if it does not exist.
    public static let csv = ExporterPlugin(
        name: "csv",
        summary: "Writes one row per event to a CSV file.",
        stability: .development,
        keys: [ConfigurationKey("path", .path, required: true, "The file; created if it does not exist.")],
        configure: { configuration in
            let path = configuration.requiredString("path")
            return ExporterSetup(open: { _ in try CSVExporter(path: path) })
        })
}
