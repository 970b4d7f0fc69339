public import AssetlogCore

extension ExporterPlugin {
    /// Writes one row per event to a CSV file.
    ///
    /// - `path` (path, required): The file, which is made when it is missing.
    public static let csv = ExporterPlugin(
        name: "csv",
        summary: "Writes one row per event to a CSV file.",
        stability: .development,
        keys: [ConfigurationKey("path", .path, required: true, "The file, which is made when it is missing.")],
        configure: { configuration in
            let path = configuration.requiredString("path")
            return ExporterSetup(open: { _ in try CSVExporter(path: path) })
        })
}
