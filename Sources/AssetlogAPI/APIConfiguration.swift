package import AssetlogCore

/// What the API needs to know of the server's configuration.
public struct APIConfiguration: Sendable {
    /// Where the routes are, and what reports may do there.
    package var paths: PathScheme
    /// Whether a request needs a token; the description of the API says so.
    package var isTokenRequired: Bool
    /// What clients are granted.
    package var limits: ServerLimits
    /// What the requests and the answers may take together.
    package var memory: ServerMemory
    /// Where people reach the server, without a slash at the end; nil: that is not configured.
    package var publicURL: String?
    /// The version of this build, as `/server_info` gives it.
    package var version: String
    /// How long the storage may take to answer the readiness probe.
    package var probeTimeout: Duration
    /// What measures how long a stream is silent.
    package var streamClock: any Clock<Duration> = ContinuousClock()

    /// Makes a configuration.
    ///
    /// - Parameter memory: What the API shares with the listener; nil: memory of its own, by `limits`.
    package init(
        paths: PathScheme = .init(), isTokenRequired: Bool = false, limits: ServerLimits = .init(), memory: ServerMemory? = nil,
        publicURL: String? = nil, version: String, probeTimeout: Duration = .seconds(2)
    ) {
        self.paths = paths
        self.isTokenRequired = isTokenRequired
        self.limits = limits
        self.memory = memory ?? ServerMemory(limits)
        self.publicURL = publicURL
        self.version = version
        self.probeTimeout = probeTimeout
    }
}
