import AssetlogCore
import AssetlogLog

/// An exporter that the configuration names, its own configuration checked.
struct ConfiguredExporter: Sendable {
    var name: String
    var type: String
    var setup: ExporterSetup
    /// How events are handed to it.
    var delivery: ExporterSettings
}
