public import AssetlogCore

extension StoragePlugin {
    /// Keeps the log in one file that is only appended to.
    ///
    /// - `path` (path, required): The folder of the files.
    /// - `maximum_events` (integer, default 1000000): How many events fit; they are all held in memory.
    public static let flatFile = StoragePlugin(
        name: "flatfile",
        summary: "Keeps the log in one file that is only appended to, and in memory.",
        stability: .development,
        keys: [
            ConfigurationKey("path", .path, required: true, "The folder of the files."),
            ConfigurationKey("maximum_events", .integer, default: "1000000", "How many events fit."),
        ],
        placeKey: "path",
        configure: { configuration in
            let path = configuration.requiredString("path")
            let maximumEvents = configuration.integer("maximum_events")
            guard maximumEvents >= 1 else {
                throw configuration.error("maximum_events", "must be at least 1, not \(maximumEvents)")
            }
            return StorageSetup(open: { _ in try FlatFileStorage(folder: path, maximumEvents: maximumEvents) })
        })
}
