import AssetlogAccess
import AssetlogCatalog
import AssetlogCore

/// A checked configuration: values only, nothing is open.
struct ServerConfiguration: Sendable {
    /// Where to listen.
    var listen: ListenAddress
    /// The directory of the data; an absolute path.
    var dataDirectory: String
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
    /// Where people reach the server, without a slash at its end; nil: nobody said.
    var publicURL: String?
    /// The certificate and the rules of TLS; nil: plain HTTP.
    var tls: TLSSettings?
    /// What clients are granted.
    var limits: ServerLimits
    /// The messages on standard error, the access log and the audit log.
    var log: LogSettings
    /// Who may report and read.
    var auth: AuthSettings
    /// The organizations that a host may name.
    var organizations: OrganizationSettings
    /// Where the routes are, and what reports may do there. The prefix is empty, or has a slash at its start and none at its
    /// end.
    var paths: PathScheme
    /// The storage.
    var storage: ConfiguredStorage
    /// The exporters, by name.
    var exporters: [ConfiguredExporter]
    /// The receivers that take requests.
    var receivers: [ConfiguredReceiver]
    /// The catalog; nil: the server keeps none.
    var catalog: CatalogSettings?
    /// The pages for browsers; nil: there are none.
    var ui: UISettings?
    /// Which events are removed, and when; nil: none ever.
    var retention: RetentionSettings?
}
