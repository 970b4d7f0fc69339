import AssetlogAccess
import AssetlogCore
import AssetlogObservation
import NIOCore
import Synchronization

/// The handler that has a connection now: what the event loop's clock and the shutdown can ask of it.
protocol ConnectionHandler: AnyObject {
    /// The connection's deadline has passed: the peer is too slow, or silent for too long.
    func deadlinePassed(now: NIODeadline)
    /// The server is stopping: finish the request under way, if any, and close.
    func drain()
}

/// What the handlers of one connection share. Confined to its event loop.
final class Connection {
    let loop: ServerLoop
    let channel: any Channel
    let isSecure: Bool
    /// The address at the other end; of a proxy that has said so in a PROXY header, that of its client.
    private(set) var peer: ClientAddress?
    /// The names in the client's verified certificate.
    private(set) var certificateNames: [String] = []
    /// The version of TLS; nil: plain HTTP, or the handshake is not complete.
    private(set) var tlsVersion: String?
    /// What the API may know of the request that it has.
    let forwarded = ForwardedRequest()
    /// The handler that has the connection.
    weak var handler: (any ConnectionHandler)?
    /// When the handler is notified that its peer is too slow; checked about twice a second.
    var deadline = NIODeadline.distantFuture
    /// The index in the registry of its loop, which alone sets it; -1: it is in none.
    var index = -1

    init(loop: ServerLoop, channel: any Channel, isSecure: Bool, peer: ClientAddress?) {
        self.loop = loop
        self.channel = channel
        self.isSecure = isSecure
        self.peer = peer
    }

    var limits: HTTPLimits { loop.limits }

    func expect(within amount: TimeAmount) {
        deadline = .now() + amount
    }

    /// Lets the connection count as that of a proxy's client.
    func belongs(to client: ClientAddress) {
        peer = client
    }

    /// Takes over what a user event says about the handshake, if it does.
    func recordHandshake(_ event: Any) {
        guard let handshake = loop.transportSecurity?.handshake(event) else { return }
        certificateNames = handshake.peerNames
        tlsVersion = handshake.version
        loop.observer.metrics.handshake(Self.result(of: handshake))
    }

    /// Counts a handshake that failed, if that is what the error says.
    func recordFailure(_ error: any Error) {
        if let failure = loop.transportSecurity?.handshakeFailure(error) { loop.observer.metrics.handshake(failure) }
    }

    private static func result(of handshake: TransportSecurity.Handshake) -> String {
        handshake.isResumed ? "resumed" : "full"
    }

    /// The results of completed handshakes as metrics tell them apart.
    static let handshakeResults = ["full", "resumed"]
}

/// What the handlers have found out about the request that the API has. A connection has one request at a time, so
/// the event loop writes it before it forwards a request, and nothing else does.
final class ForwardedRequest: Sendable {
    private struct State {
        var identity = RequestIdentity()
        var memory = RequestMemory()
        var awaitsContinue = false
    }

    private let state = Mutex(State())

    /// Replaces what is known, before the request is forwarded.
    func begin(_ identity: RequestIdentity, _ memory: RequestMemory, awaitsContinue: Bool) {
        state.withLock { $0 = State(identity: identity, memory: memory, awaitsContinue: awaitsContinue) }
    }

    /// What has been found out about the request.
    var current: RequestIdentity { state.withLock { $0.identity } }

    /// How the request and its answer are kept within the server's memory.
    var memory: RequestMemory { state.withLock { $0.memory } }

    /// Whether the client holds its body back until it is asked for it.
    var awaitsContinue: Bool { state.withLock { $0.awaitsContinue } }
}
