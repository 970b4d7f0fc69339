public import AssetlogCore

extension StoragePlugin {
    /// Keeps the log in one append-only file.
    ///
    /// - `path` (path, required): The directory of the files.
    /// - `maximum_events` (integer, default 1000000): How many events to keep; all are held in memory.
    public static let flatFile = StoragePlugin(
        name: "flatfile",
        summary: "Keeps the log in one append-only file, and in memory.",
        stability: .development,
        keys: [
            ConfigurationKey("path", .path, required: true, "The directory of the files."),
            ConfigurationKey("maximum_events", .integer, default: "1000000", "How many events to keep."),
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
