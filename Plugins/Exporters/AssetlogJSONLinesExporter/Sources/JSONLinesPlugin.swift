#if JSONLines
public import AssetlogCore

extension ExporterPlugin {
    /// Writes every event as a line of JSON to a file that is rotated and compressed.
    ///
    /// - `path` (path, required): The file that is written; rotated files stand next to it.
    /// - `rotate_bytes` (bytes, default 64MiB): The file is rotated before it grows over this size.
    /// - `rotate_after` (duration, default 0s): The file is rotated when its first line is this old; 0s: never by age.
    /// - `keep_files` (integer, default 0): So many rotated files are kept, older ones are deleted; 0: all.
    /// - `compress` (boolean, default true): Rotated files are compressed with gzip. The default is false in a build
    ///   without the package trait `Gzip`.
    public static let jsonLines = ExporterPlugin(
        name: "jsonlines",
        summary: "Writes every event as a line of JSON to a file that is rotated and compressed.",
        stability: .beta,
        keys: JSONLinesKeys.all,
        delivery: DeliveryDefaults(start: .beginning),
        configure: { configuration in
            let settings = try JSONLinesSettings(configuration)
            return ExporterSetup(
                open: { context in try await JSONLinesExporter.open(settings, logger: context.logger) },
                inspectFiles: { JSONLinesExporter.problems(of: settings) })
        })
}
#endif
