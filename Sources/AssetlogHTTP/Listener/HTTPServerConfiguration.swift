public import AssetlogAccess
package import AssetlogCore
public import AssetlogObservation
import NIOCore

/// How the server listens, and what it grants a stranger.
public struct HTTPServerConfiguration: Sendable {
    /// The host name or address to listen on.
    public var host: String
    /// The port; 0 lets the operating system pick one.
    public var port: Int
    /// Where the routes are, and what reports may do there.
    package var paths: PathScheme
    /// Who is let in.
    public var access: AccessPolicy
    /// Whether the connections of trusted proxies begin with a PROXY header, and no others.
    public var takesProxyHeaders: Bool
    /// Counts connections, and counts and logs the requests that are answered without the API.
    public var observer: RequestObserver
    /// What secures connections; nil: plain HTTP.
    public var transportSecurity: TransportSecurity?
    /// What clients are granted.
    package var limits: ServerLimits
    /// What the requests, the answers and the connections may take together.
    package var memory: ServerMemory
    /// The number of event loops, at least 1.
    public var eventLoops: Int

    /// Makes a configuration; by default, for plain HTTP on loopback.
    ///
    /// - Parameter memory: What the listener shares with the API; nil: memory of its own, by `limits`.
    package init(
        host: String = "127.0.0.1", port: Int = 3000, paths: PathScheme = .init(), access: AccessPolicy = .init(),
        takesProxyHeaders: Bool = false, observer: RequestObserver = .init(),
        transportSecurity: TransportSecurity? = nil, limits: ServerLimits = .init(),
        memory: ServerMemory? = nil, eventLoops: Int
    ) {
        self.host = host
        self.port = port
        self.paths = paths
        self.access = access
        self.takesProxyHeaders = takesProxyHeaders
        self.observer = observer
        self.transportSecurity = transportSecurity
        self.limits = limits
        self.memory = memory ?? ServerMemory(limits)
        self.eventLoops = eventLoops
    }
}

/// Why the server could not listen.
public struct HTTPServerError: Error, Sendable, CustomStringConvertible {
    /// What was wrong, where, and what to do.
    public var message: String

    /// The message.
    public var description: String { message }
}
