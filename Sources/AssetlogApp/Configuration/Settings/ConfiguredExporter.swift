import AssetlogCore

/// An exporter that the configuration names, its own configuration checked.
struct ConfiguredExporter: Sendable {
    var name: String
    var type: String
    var setup: ExporterSetup
}
