import AssetlogCore

/// The storage that was chosen, its own configuration checked.
struct ConfiguredStorage: Sendable {
    var name: String
    var stability: PluginStability
    var setup: StorageSetup
}
