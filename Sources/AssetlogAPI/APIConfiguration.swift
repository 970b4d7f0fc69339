package import AssetlogCore

/// What the API needs to know of the server's configuration.
public struct APIConfiguration: Sendable {
    /// The path under which every route lies: `""`, `/dagster`, `/data/assetlog`. Slashes at its ends don't count.
    public var pathPrefix: String
    /// The names of the declared deployments; the deployment `default` needs no name in the path.
    public var deployments: [String]
    /// Whether any valid name may be asked for, declared or not.
    public var createsDeployments: Bool
    /// Whether reports are refused; the page for browsers says so.
    public var isReadOnly: Bool
    /// Whether a request needs a token; the description of the API says so.
    public var isTokenRequired = false
    /// Whether reports may say more than Dagster's do.
    public var hasReportExtensions = false
    /// The most bytes of one event that is submitted.
    public var itemBytes = 8 << 20
    /// How many times larger than its compressed form a body may be, beyond its first MiB.
    public var compressionRatio = 200
    /// What the requests and the answers may take together.
    package var memory = ServerMemory(total: 192 << 20, requests: 128 << 20, answers: 64 << 20)
    /// The version of this build, as `/server_info` tells it.
    public var version: String
    /// How long the storage may take to answer the readiness probe.
    public var probeTimeout: Duration

    /// Makes a configuration.
    public init(
        pathPrefix: String = "", deployments: [String] = [], createsDeployments: Bool = false,
        isReadOnly: Bool = false, version: String, probeTimeout: Duration = .seconds(2)
    ) {
        self.pathPrefix = pathPrefix
        self.deployments = deployments
        self.createsDeployments = createsDeployments
        self.isReadOnly = isReadOnly
        self.version = version
        self.probeTimeout = probeTimeout
    }
}
