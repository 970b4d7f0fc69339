public import NIOCore

/// What secures the connections of a listener, which itself knows neither TLS nor who implements it.
public struct TransportSecurity: Sendable {
    /// A handshake that is complete.
    public struct Handshake: Hashable, Sendable {
        /// The agreed version: `TLSv1.3`.
        public var version: String
        /// Whether an earlier session was resumed.
        public var isResumed: Bool
        /// The names in the client's verified certificate, each with its kind: `DNS:worker.example.com`.
        public var peerNames: [String]

        /// Makes the description of a handshake.
        public init(version: String, isResumed: Bool, peerNames: [String] = []) {
            self.version = version
            self.isResumed = isResumed
            self.peerNames = peerNames
        }
    }

    /// Makes the handler of one connection, on its event loop.
    public var makeHandler: @Sendable () throws -> any ChannelHandler
    /// The handshake that a user event of that handler reports; nil: it reports something else.
    public var handshake: @Sendable (_ event: Any) -> Handshake?
    /// Why a handshake failed, in a word for metrics, if that is what an error of that handler says.
    public var handshakeFailure: @Sendable (_ error: any Error) -> String?

    /// Makes a description of what secures connections.
    public init(
        makeHandler: @escaping @Sendable () throws -> any ChannelHandler,
        handshake: @escaping @Sendable (_ event: Any) -> Handshake?,
        handshakeFailure: @escaping @Sendable (_ error: any Error) -> String?
    ) {
        self.makeHandler = makeHandler
        self.handshake = handshake
        self.handshakeFailure = handshakeFailure
    }
}
