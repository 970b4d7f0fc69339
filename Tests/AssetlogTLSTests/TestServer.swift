#if TLS
import AssetlogTLS
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A server on a free port of 127.0.0.1 that sends back what it gets.
///
/// Two texts are orders: `close` closes, `half` ends the sending direction. Where the client ends its direction, the server
/// still sends `bye`, and closes.
final class TestServer: Sendable {
    let port: Int
    let errors = NIOLockedValueBox<[TLSError]>([])
    let handshakes = NIOLockedValueBox<[TLSHandshakeCompleted]>([])
    let endings = NIOLockedValueBox<Int>(0)
    private let channel: any Channel

    /// A text that a client sends by itself, and what makes the answer to it.
    typealias Orders = [String: @Sendable () -> String]

    convenience init(_ configuration: TLSConfiguration, autoRead: Bool = true, halfClosure: Bool = true) async throws {
        let context = try TLSContext(configuration)
        try await self.init(autoRead: autoRead, halfClosure: halfClosure) { context }
    }

    init(
        autoRead: Bool = true, halfClosure: Bool = true, orders: Orders = [:], context: @escaping @Sendable () -> TLSContext
    ) async throws {
        let (errors, handshakes, endings) = (errors, handshakes, endings)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: halfClosure)
            .childChannelOption(.autoRead, value: autoRead)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(TLSServerHandler(context: context()))
                    try channel.pipeline.syncOperations.addHandler(
                        EchoHandler(
                            autoRead: autoRead, orders: orders, errors: errors, handshakes: handshakes, endings: endings))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    func stop() async throws { try await channel.close() }

    /// Why handshakes failed, when there are as many as expected: a server learns of some later than the client.
    func failures(_ count: Int) async throws -> [TLSHandshakeFailure?] {
        let deadline = ContinuousClock.now + .seconds(120)
        while errors.withLockedValue({ $0.count }) < count, .now < deadline { try await Task.sleep(for: .milliseconds(2)) }
        return errors.withLockedValue { $0.map(\.handshakeFailure) }
    }
}

private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let autoRead: Bool
    private let orders: TestServer.Orders
    private let errors: NIOLockedValueBox<[TLSError]>
    private let handshakes: NIOLockedValueBox<[TLSHandshakeCompleted]>
    private let endings: NIOLockedValueBox<Int>

    init(
        autoRead: Bool, orders: TestServer.Orders, errors: NIOLockedValueBox<[TLSError]>,
        handshakes: NIOLockedValueBox<[TLSHandshakeCompleted]>, endings: NIOLockedValueBox<Int>
    ) {
        (self.autoRead, self.orders, self.errors) = (autoRead, orders, errors)
        (self.handshakes, self.endings) = (handshakes, endings)
    }

    func channelActive(context: ChannelHandlerContext) {
        if !autoRead { context.read() }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        let text = bytes.readableBytes > 5 ? "" : String(buffer: bytes)
        if let order = orders[text] {
            context.write(wrapOutboundOut(ByteBuffer(string: order())), promise: nil)
            if !autoRead { context.read() }
            return
        }
        switch text {
        case "close": context.close(promise: nil)
        case "half": context.close(mode: .output, promise: nil)
        default: context.write(wrapOutboundOut(bytes), promise: nil)
        }
        // One read is asked for per delivery, never in advance.
        if !autoRead { context.read() }
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let handshake = event as? TLSHandshakeCompleted { handshakes.withLockedValue { $0.append(handshake) } }
        if case .some(.inputClosed) = event as? ChannelEvent {
            endings.withLockedValue { $0 += 1 }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "bye")), promise: nil)
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? TLSError { errors.withLockedValue { $0.append(error) } }
        context.close(promise: nil)
    }
}
#endif
