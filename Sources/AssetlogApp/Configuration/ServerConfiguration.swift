import AssetlogCore
import Logging

/// A checked configuration: values only, nothing is open.
struct ServerConfiguration: Sendable {
    /// Where to listen.
    var listen: ListenAddress
    /// The folder of the data; an absolute path.
    var dataFolder: String
    /// The path under which every route lies; empty, or with a slash at its start and none at its end.
    var pathPrefix: String
    /// Whether every report is refused.
    var isReadOnly: Bool
    /// The number of event loops, at least 1.
    var eventLoops: Int
    /// How long requests are still taken when the end was announced.
    var shutdownDelay: Duration
    /// How long requests may take to finish at the end.
    var shutdownGrace: Duration
    /// The files of the certificate; nil: plain HTTP.
    var tls: TLSFiles?
    /// What a stranger is granted.
    var limits: ServerLimits
    /// The messages on standard error.
    var log: LogSettings
    /// The deployments that a path may name.
    var deployments: [String]
    /// The storage.
    var storage: ConfiguredStorage
    /// The exporters, by name.
    var exporters: [ConfiguredExporter]
}

/// The files that make a server speak TLS; absolute paths.
struct TLSFiles: Hashable, Sendable {
    var certificate: String
    var key: String
}

/// The messages on standard error.
struct LogSettings: Hashable, Sendable {
    enum Format: String, Sendable { case text, json }

    var level: Logger.Level
    var format: Format
}

/// The storage that was chosen, its own configuration checked.
struct ConfiguredStorage: Sendable {
    var name: String
    var stability: PluginStability
    var setup: StorageSetup
}

/// An exporter that the configuration names, its own configuration checked.
struct ConfiguredExporter: Sendable {
    var name: String
    var type: String
    var setup: ExporterSetup
}

/// A value with the place that it came from, for `assetlog config print`.
struct EffectiveValue: Hashable, Sendable {
    var path: String
    var kind: ConfigurationKey.Kind
    /// As written; nil: it has neither a value nor a default.
    var texts: [String]?
    var level: ConfigurationLevel
    var place: String
}
