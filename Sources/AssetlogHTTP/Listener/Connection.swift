import AssetlogAccess
import AssetlogCore
import AssetlogObservation
import AssetlogTLS
import NIOCore
import Synchronization

/// The handler that has a connection now: what the event loop's clock and the shutdown can ask of it.
protocol ConnectionHandler: AnyObject {
    /// The connection's deadline has passed: the peer is too slow, or silent for too long.
    func deadlinePassed()
    /// The server is stopping: finish the request under way, if any, and close.
    func drain()
}

/// What the handlers of one connection share. Confined to its event loop.
final class Connection {
    let loop: IngestLoop
    let channel: any Channel
    let isSecure: Bool
    /// The address at the other end; of a proxy that has said so in a PROXY header, that of its client.
    private(set) var peer: ClientAddress?
    /// The names in the client's verified certificate.
    private(set) var certificateNames: [String] = []
    /// The version of TLS; nil: plain HTTP, or the handshake is not complete.
    private(set) var tlsVersion: String?
    /// What the API is told of the request that it has.
    let forwarded = ForwardedRequest()
    /// The handler that has the connection.
    weak var handler: (any ConnectionHandler)?
    /// When the handler is notified that its peer is too slow; checked about twice a second.
    var deadline = NIODeadline.distantFuture
    /// The index in the table of its loop.
    fileprivate(set) var index = -1

    init(loop: IngestLoop, channel: any Channel, isSecure: Bool, peer: ClientAddress?) {
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

    /// Takes over what the TLS handler says of its handshake.
    func noteHandshake(_ event: Any) {
        guard let handshake = event as? TLSHandshakeCompleted else { return }
        certificateNames = handshake.peerNames
        tlsVersion = handshake.version
        loop.metrics.handshake(handshake.isResumed ? "resumed" : "full")
    }

    /// Counts a handshake that came to nothing.
    func noteFailure(_ error: any Error) {
        if let failure = (error as? TLSError)?.handshakeFailure { loop.metrics.handshake(failure.rawValue) }
    }

    /// The results of handshakes as metrics tell them apart.
    static var handshakeResults: [String] { ["full", "resumed"] + TLSHandshakeFailure.allCases.map(\.rawValue) }
}

/// What the handlers have found out about the request that the API has. A connection has one request at a time, so
/// the event loop writes it before it forwards a request, and nobody else does.
final class ForwardedRequest: Sendable {
    private struct State {
        var admission = RequestIdentity()
        var memory = RequestMemory()
        var awaitsContinue = false
    }

    private let state = Mutex(State())

    /// Replaces what is known, before the request is forwarded.
    func begin(_ admission: RequestIdentity, _ memory: RequestMemory, awaitsContinue: Bool) {
        state.withLock { $0 = State(admission: admission, memory: memory, awaitsContinue: awaitsContinue) }
    }

    /// What has been found out about the request.
    var current: RequestIdentity { state.withLock { $0.admission } }

    /// How the request and its answer are kept within the server's memory.
    var memory: RequestMemory { state.withLock { $0.memory } }

    /// Whether the client holds its body back until it is asked for it.
    var awaitsContinue: Bool { state.withLock { $0.awaitsContinue } }
}

/// The open connections of one event loop. Confined to it.
struct ConnectionTable {
    private var connections: ContiguousArray<Connection> = []

    var isEmpty: Bool { connections.isEmpty }
    var all: ContiguousArray<Connection> { connections }

    mutating func insert(_ connection: Connection) {
        connection.index = connections.count
        connections.append(connection)
    }

    mutating func remove(_ connection: Connection) {
        guard connection.index >= 0 else { return }
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.index] = last
            last.index = connection.index
        }
        connection.index = -1
    }

    /// The connections whose deadline has passed; theirs is set to never.
    func expired(at now: NIODeadline) -> [Connection] {
        var expired: [Connection] = []
        for connection in connections where connection.deadline <= now {
            connection.deadline = .distantFuture
            expired.append(connection)
        }
        return expired
    }
}
