import AssetlogAccess
import AssetlogCore
package import AssetlogLog
public import AssetlogObservation
package import Logging
public import NIOCore
import NIOPosix
import Synchronization

/// The listener: accepts connections, gives each its handlers, and ends them in order.
///
/// Life cycle: ``start()`` binds and serves reports, ``run()`` serves everything else until ``shutDown(grace:)`` has
/// ended the connections.
public final class HTTPServer: Sendable {
    private let configuration: HTTPServerConfiguration
    private let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    private let loops: [ObjectIdentifier: ServerLoop]
    private let apiConnections: AsyncStream<APIConnection>
    private let finishAPIConnections: @Sendable () -> Void
    private let respond: APIResponder
    private let limiter: ConnectionLimiter
    private let proxyProtocol: ProxyProtocol?
    private let listener = Mutex<(any Channel)?>(nil)

    /// Makes a server that is not listening yet.
    ///
    /// - Parameters:
    ///   - configuration: How to listen.
    ///   - log: The running log that takes the reports.
    ///   - api: Answers every request that is not a report.
    ///   - logger: Takes what the operator should know.
    /// - Throws: `CryptoError` when OpenSSL has no SHA-256.
    package init(
        configuration: HTTPServerConfiguration, log: EventLog, api: @escaping APIResponder, logger: Logger
    ) throws {
        self.configuration = configuration
        self.logger = logger
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(configuration.eventLoops, 1))
        let (stream, continuation) = AsyncStream.makeStream(of: APIConnection.self)
        let openAPIConnection: @Sendable (APIConnection) -> Void = { connection in
            switch continuation.yield(connection) {
            case .enqueued: break
            default: Self.discard(connection)
            }
        }
        self.group = group
        loops = try Dictionary(
            uniqueKeysWithValues: group.makeIterator().map { eventLoop in
                let loop = try ServerLoop(
                    eventLoop: eventLoop, configuration: configuration, log: log, logger: logger,
                    openAPIConnection: openAPIConnection)
                return (ObjectIdentifier(eventLoop), loop)
            })
        apiConnections = stream
        finishAPIConnections = { continuation.finish() }
        respond = api
        limiter = ConnectionLimiter(
            limits: configuration.limits, trustedProxies: configuration.access.trustedProxies,
            metrics: configuration.observer.metrics, memory: configuration.memory.connections,
            isSecure: configuration.transportSecurity != nil)
        proxyProtocol =
            configuration.takesProxyHeaders
            ? ProxyProtocol(
                trustedProxies: configuration.access.trustedProxies, metrics: configuration.observer.metrics, logger: logger)
            : nil
    }

    /// Makes the counters of a server.
    ///
    /// - Parameter handshakeFailures: What ``TransportSecurity/handshakeFailure`` can say.
    public static func makeMetrics(handshakeFailures: [String] = []) -> RequestMetrics {
        RequestMetrics(
            handshakeResults: Connection.handshakeResults + handshakeFailures,
            proxyHeaderRefusals: ProxyProtocol.Refusal.allCases.map(\.rawValue))
    }

    // An async channel must be closed by its own means; the server is ending when one comes too late.
    private static func discard(_ connection: APIConnection) {
        Task { try? await connection.channel.executeThenClose { _, _ in } }
    }

    /// Binds the address and begins to serve.
    ///
    /// - Returns: The address that is bound, with the port that was picked.
    /// - Throws: ``HTTPServerError`` that says why the address can't be had.
    public func start() async throws -> SocketAddress {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { [metrics = configuration.observer.metrics, logger] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPauses(metrics: metrics, logger: logger))
                }
            }
            .childChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // What one read brings must fit into what a request takes of the memory before it is looked at.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 4096, maximum: 65_536)
            )
            .childChannelInitializer { [self] channel in accept(channel) }
        do {
            let channel = try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
            guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
            listener.withLock { $0 = channel }
            for loop in loops.values { loop.eventLoop.execute { loop.startClock() } }
            return address
        } catch {
            try? await group.shutdownGracefully()
            throw HTTPServerError(message: Self.explain(error, configuration))
        }
    }

    private static func explain(_ error: any Error, _ configuration: HTTPServerConfiguration) -> String {
        let address = "\(configuration.host):\(configuration.port)"
        switch (error as? IOError)?.errnoCode {
        case 98: return "can't listen on \(address): another program is using it; stop that, or choose another address with --listen"
        case 13: return "can't listen on \(address): not permitted; ports below 1024 need the capability CAP_NET_BIND_SERVICE"
        case 99: return "can't listen on \(address): this machine has no such address"
        default: return "can't listen on \(address): \(error)"
        }
    }

    /// Serves the connections that ask for more than reports, until ``shutDown(grace:)`` has ended them, and then ends
    /// the event loops. It is to be called once after ``start()``.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for await connection in apiConnections {
                group.addTask { [respond, logger] in
                    await APIConnectionHandler.serve(connection, respond, logger: logger)
                }
            }
            // Every connection is closed by now; an answer that is still being made is for nobody.
            group.cancelAll()
        }
        // Not before: a task that waits for its channel would wait forever on a loop that has ended.
        try? await self.group.shutdownGracefully()
    }

    /// Stops accepting, closes idle connections, lets requests finish within `grace`, then closes what is left.
    public func shutDown(grace: Duration) async {
        let channel = listener.withLock { listener in
            defer { listener = nil }
            return listener
        }
        try? await channel?.close()
        let drained = loops.values.map { loop in loop.eventLoop.flatSubmit { loop.connections.drain() } }
        let timeout = TimeAmount.nanoseconds(Int64(grace / .nanoseconds(1)))
        let cut = group.any().scheduleTask(in: timeout) { [self] in
            logger.warning("The grace period is over; closing the connections that are still open.")
            for loop in loops.values { loop.eventLoop.execute { loop.connections.closeAll() } }
        }
        for future in drained { try? await future.get() }
        cut.cancel()
        for loop in loops.values { try? await loop.eventLoop.submit { loop.stopClock() }.get() }
        finishAPIConnections()
    }

    // MARK: Connections

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        let peer = ClientAddress(channel.remoteAddress)
        guard limiter.admit(peer) else {
            // Closed without a word: an answer would cost what the limit is there to save.
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        let connection = Connection(
            loop: loop, channel: channel, isSecure: configuration.transportSecurity != nil, peer: peer)
        loop.connections.insert(connection)
        channel.closeFuture.assumeIsolated().whenComplete { [limiter] _ in
            limiter.leave(connection.peer)
            loop.connections.remove(connection)
        }
        return channel.eventLoop.makeCompletedFuture {
            guard let proxyProtocol else { return try addHandlers(to: connection) }
            let handler = ProxyHeaderHandler(connection, rules: proxyProtocol, limiter: limiter) { [self] in
                try addHandlers(to: connection)
            }
            try channel.pipeline.syncOperations.addHandler(handler)
        }
    }

    private func addHandlers(to connection: Connection) throws {
        let pipeline = connection.channel.pipeline.syncOperations
        if let security = configuration.transportSecurity { try pipeline.addHandler(security.makeHandler()) }
        try pipeline.addHandler(FastPathHandler(connection: connection))
    }
}
