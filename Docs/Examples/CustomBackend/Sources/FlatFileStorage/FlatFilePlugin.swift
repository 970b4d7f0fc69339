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
        keys: [path, maximumEvents],
        locationKey: path,
        configure: { configuration in
            let (path, maximumEvents) = (try configuration[path], try configuration[maximumEvents])
            return StorageSetup(open: { _ in try FlatFileStorage(directory: path, maximumEvents: maximumEvents) })
        })

    private static let path = ConfigurationKey.required("path", .path, "The directory of the files.")
    private static let maximumEvents = ConfigurationKey(
        "maximum_events", .integer(in: 1...1_000_000_000), default: 1_000_000, "How many events to keep.")
}
