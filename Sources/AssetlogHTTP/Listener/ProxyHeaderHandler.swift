import AssetlogAccess
import Logging
import NIOCore

/// Reads the PROXY header of one connection before TLS or HTTP get its first byte, and then leaves the pipeline.
final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler, ConnectionHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: Connection
    private let rules: ProxyProtocol
    private let limiter: ConnectionLimiter
    /// Adds the handlers of the connection to the end of the pipeline.
    private let open: () throws -> Void
    private let isExpected: Bool
    private var context: ChannelHandlerContext?
    private var bytes = ByteBuffer()
    private var isDone = false

    init(
        _ connection: Connection, rules: ProxyProtocol, limiter: ConnectionLimiter, open: @escaping () throws -> Void
    ) {
        self.connection = connection
        self.rules = rules
        self.limiter = limiter
        self.open = open
        isExpected = rules.isExpected(from: connection.peer)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.handler = self
        connection.expect(within: connection.limits.headerTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return }
        var chunk = unwrapInboundIn(data)
        bytes.writeBuffer(&chunk)
        switch (bytes.withUnsafeReadableBytes(ProxyHeaderParser.parse), isExpected) {
        case (.incomplete, _): break
        case (.complete(let header), true): take(header, context)
        case (.absent, false): proceed(context)
        case (.absent, true): refuse(.missing)
        case (.malformed(let reason), true): refuse(.malformed, because: reason)
        // A peer without an address is gone already, as after a health check that ends with a reset.
        case (.complete, false) where connection.peer == nil, (.malformed, false) where connection.peer == nil: close()
        case (.complete, false), (.malformed, false): refuse(.untrusted)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent { close() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close()
    }

    func deadlinePassed(now: NIODeadline) {
        if isExpected { refuse(.timeout) } else { close() }
    }

    func drain() {
        close()
    }

    private func take(_ header: ProxyHeader, _ context: ChannelHandlerContext) {
        bytes.moveReaderIndex(forwardBy: header.byteCount)
        if let client = header.client {
            guard limiter.move(from: connection.peer, to: client) else { return close() }
            connection.belongs(to: client)
        }
        proceed(context)
    }

    private func proceed(_ context: ChannelHandlerContext) {
        isDone = true
        do {
            try open()
        } catch {
            connection.loop.logger.error("A connection could not be set up.", metadata: ["error": "\(error)"])
            return close()
        }
        if bytes.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func refuse(_ refusal: ProxyProtocol.Refusal, because reason: String? = nil) {
        rules.refused(refusal, from: connection.peer, because: reason)
        close()
    }

    private func close() {
        isDone = true
        context?.close(promise: nil)
    }
}
