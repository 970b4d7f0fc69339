public import AssetlogAccess
package import AssetlogCore
public import AssetlogObservation
public import NIOCore

/// How the server listens, and what it grants a stranger.
public struct HTTPServerConfiguration: Sendable {
    /// The host name or address to listen on.
    public var host: String
    /// The port; 0 lets the operating system pick one.
    public var port: Int
    /// The path under which every route lies, without a slash at its end: `/dagster`; empty: none.
    public var pathPrefix: String
    /// The deployments that may stand as the first segment of a path.
    public var deployments: [String]
    /// Whether any valid name may stand there.
    public var createsDeployments: Bool
    /// Whether reports may say more than Dagster's do.
    public var hasReportExtensions = false
    /// Whether every report is refused with 401.
    public var isReadOnly: Bool
    /// Who is let in.
    public var access: AccessPolicy
    /// Whether the connections of trusted proxies begin with a PROXY header, and no others.
    public var takesProxyHeaders = false
    /// Counts connections, and counts and logs the requests that are answered without the API.
    public var observer: RequestObserver
    /// What secures connections; nil: plain HTTP.
    public var transportSecurity: TransportSecurity?
    /// The limits.
    public var limits: HTTPLimits
    /// The number of event loops, at least 1.
    public var eventLoops: Int
    /// What the requests, the answers and the connections may take together.
    package var memory: ServerMemory

    /// Makes a configuration for plain HTTP on loopback.
    public init(
        host: String = "127.0.0.1", port: Int = 3000, pathPrefix: String = "", deployments: [String] = [],
        createsDeployments: Bool = false, isReadOnly: Bool = false, access: AccessPolicy = .init(),
        observer: RequestObserver = .init(), transportSecurity: TransportSecurity? = nil, limits: HTTPLimits = .init(),
        eventLoops: Int
    ) {
        self.host = host
        self.port = port
        self.pathPrefix = pathPrefix
        self.deployments = deployments
        self.createsDeployments = createsDeployments
        self.isReadOnly = isReadOnly
        self.access = access
        self.observer = observer
        self.transportSecurity = transportSecurity
        self.limits = limits
        self.eventLoops = eventLoops
        memory = ServerMemory(total: .max, requests: limits.bufferedBodyBytes, answers: 64 << 20)
    }
}

/// What one connection, and all of them together, may cost.
public struct HTTPLimits: Hashable, Sendable {
    /// The greatest size of a request's line and headers, in bytes; more is answered 431.
    public var headerBytes = 128 << 10
    /// The greatest size of a request's target, in bytes; more is answered 414.
    public var targetBytes = 65_535
    /// The greatest size of a report's body after decompression, in bytes; more is answered 413.
    public var bodyBytes = 8 << 20
    /// How many times larger than its compressed form a body may be, beyond its first MiB.
    public var compressionRatio = 200
    /// The greatest size of all bodies that are being read, in bytes; more is answered 503.
    public var bufferedBodyBytes = 128 << 20
    /// The greatest number of connections; one more is closed at once.
    public var connections = 10_000
    /// The greatest number of connections from one address (of IPv6: one network of 64 bits); one more is closed at
    /// once. 0: no limit. Nil: 1,024, and no limit for addresses of this machine and for trusted proxies.
    public var connectionsPerAddress: Int?
    /// How long a request's line and headers may take.
    public var headerTimeout = TimeAmount.seconds(15)
    /// How long a body may take beyond one second for each ``bodyBytesPerSecond`` that have come.
    public var bodyTimeout = TimeAmount.seconds(30)
    /// The slowest pace at which a long body may come.
    public var bodyBytesPerSecond = 16 << 10
    /// How long a connection may wait for its next request.
    public var idleTimeout = TimeAmount.seconds(75)
    /// How long a client may take to read what the connection can't hold of an answer.
    public var writeTimeout = TimeAmount.seconds(30)
    /// After an early refusal so much of the body is still read and dropped, so that the client sees the answer.
    public var discardedBytes = 32 << 20
    /// And for at most so long.
    public var discardTimeout = TimeAmount.seconds(5)

    /// The default limits.
    public init() {}
}

/// Why the server could not listen.
public struct HTTPServerError: Error, Sendable, CustomStringConvertible {
    /// What was wrong, where, and what to do.
    public var message: String

    /// The message.
    public var description: String { message }
}
