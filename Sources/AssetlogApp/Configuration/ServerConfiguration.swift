import AssetlogAccess
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
    /// The number of event loops; 0: one for each core.
    var eventLoops: Int
    /// Each takes a thread and three descriptors, and a process has 1,024 of those by default.
    static let mostEventLoops = 256
    /// How long requests are still taken when the end was announced.
    var shutdownDelay: Duration
    /// How long requests may take to finish at the end.
    var shutdownGrace: Duration
    /// Whether it may listen beyond loopback without TLS or without tokens.
    var allowsInsecure: Bool
    /// Further names of the server, in lower case.
    var hosts: [String]
    /// The proxies whose forwarded headers are believed.
    var trustedProxies: [AddressBlock]
    /// Whether their connections begin with a PROXY header.
    var takesProxyHeaders: Bool
    /// The certificate and the rules of TLS; nil: plain HTTP.
    var tls: TLSSettings?
    /// What a stranger is granted.
    var limits: ServerLimits
    /// The messages on standard error.
    var log: LogSettings
    /// Who may report and read.
    var auth: AuthSettings
    /// The deployments that a path may name, and the organizations that a host may.
    var deployments: DeploymentSettings
    /// Whether reports may say more than Dagster's do.
    var hasReportExtensions: Bool
    /// The storage.
    var storage: ConfiguredStorage
    /// The exporters, by name.
    var exporters: [ConfiguredExporter]
}

/// What makes a server speak TLS; the paths are absolute.
struct TLSSettings: Hashable, Sendable {
    enum ClientCertificates: String, Sendable { case none, optional, required }

    var certificate: String
    var key: String
    var moreCertificates: String?
    var clientCertificates: ClientCertificates
    var clientAuthorities: String?
    var minimumVersion: String
    var ciphers: String?
    var cipherSuites: String?
    var groups: String?
    var ocspResponse: String?
}

/// Who may report and read.
struct AuthSettings: Hashable, Sendable {
    /// Whether every request but the probes needs a token.
    var isRequired: Bool
    /// A file of further tokens; an absolute path.
    var tokensFile: String?
    /// Further tokens of the configuration itself; nil: it has none.
    var tokens: [TokenRecord]?
}

/// The deployments of a server.
struct DeploymentSettings: Hashable, Sendable {
    var declared: [String]
    var createsOnFirstUse: Bool
    /// The domain below which a host names an organization, in lower case; nil: there are none.
    var organizationDomain: String?
    var organizations: [String]
}

/// The messages on standard error.
struct LogSettings: Hashable, Sendable {
    enum Format: String, Sendable { case text, json }

    var level: Logger.Level
    var format: Format
    /// The file of the requests; nil: none is written.
    var accessFile: String?
    /// The file of the changes and refusals; nil: they are messages.
    var auditFile: String?
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
