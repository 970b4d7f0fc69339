import AssetlogCore

/// Reads the result files of dbt: `run_results.json` and `sources.json`, with `manifest.json` and `catalog.json`.
///
/// It takes the schemas of dbt 1.5 and later (run-results v4 to v6). A node that has no result, as after an interrupted run, is not
/// known and gives no event; nothing says that a node was started.
public enum DbtReader {
    /// Reads files.
    ///
    /// - Throws: ``ResultFileError`` when one of them is not what its name says, or the manifest is missing.
    public static func read(_ files: DbtFiles, _ options: ResultOptions = ResultOptions()) throws(ResultFileError) -> ResultReading {
        guard files.hasResults else {
            throw ResultFileError("There is neither run_results.json nor sources.json, so there is nothing to report.")
        }
        guard let bytes = files[.manifest] else {
            throw ResultFileError("manifest.json is missing; it says which assets the results are about.")
        }
        let manifest = try DbtManifest(bytes, options)
        let catalog = try DbtCatalog(files[.catalog])
        var builder = ReadingBuilder()
        if let bytes = files[.sources] { try DbtSourcesReader(bytes, manifest).read(into: &builder) }
        if let bytes = files[.runResults] { try DbtRunReader(bytes, manifest, catalog).read(into: &builder) }
        return builder.finished
    }
}
