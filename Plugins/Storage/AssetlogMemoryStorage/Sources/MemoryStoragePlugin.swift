public import AssetlogCore

// The description of the plugin: what `assetlog plugins` shows, which keys a configuration may have, and how they
// become a storage. A plugin of your own has the same three parts: this value, the storage next to it, and a test
// that runs the conformance suite. Your main adds the value to the list: `standardPlugins.adding(.memory)`.

extension StoragePlugin {
    /// Keeps the log in memory: for tests, for trying things out, and as the template for other storages.
    ///
    /// - `maximum_events` (integer, default 1000000): How many events fit, before reports are refused.
    public static let memory = StoragePlugin(
        name: "memory",
        summary: "Keeps the log in memory; it is lost when the server stops.",
        stability: .development,
        keys: [maximumEvents],
        configure: { configuration in
            // Pure: it checks what a declaration can't say, and touches nothing. `assetlog check-config` ends here.
            let maximumEvents = try configuration[maximumEvents]
            // `open` does input and output, where there is any, and throws a `StorageError` when it can't.
            return StorageSetup(open: { _ in MemoryStorage(maximumEvents: maximumEvents) }, canRemoveEvents: true)
        })

    // What a declaration says (the type, the range, the default) is checked without further code.
    private static let maximumEvents = ConfigurationKey(
        "maximum_events", .integer(in: 1...1_000_000_000), default: 1_000_000,
        "How many events to keep; reports beyond that are refused.")
}
