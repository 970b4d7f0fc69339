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

    init(_ configuration: TLSConfiguration, autoRead: Bool = true, halfClosure: Bool = true) async throws {
        let context = try TLSContext(configuration)
        let (errors, handshakes, endings) = (errors, handshakes, endings)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: halfClosure)
            .childChannelOption(.autoRead, value: autoRead)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(TLSServerHandler(context: context))
                    try channel.pipeline.syncOperations.addHandler(
                        EchoHandler(autoRead: autoRead, errors: errors, handshakes: handshakes, endings: endings))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    func stop() async throws { try await channel.close() }
}

private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let autoRead: Bool
    private let errors: NIOLockedValueBox<[TLSError]>
    private let handshakes: NIOLockedValueBox<[TLSHandshakeCompleted]>
    private let endings: NIOLockedValueBox<Int>

    init(
        autoRead: Bool, errors: NIOLockedValueBox<[TLSError]>, handshakes: NIOLockedValueBox<[TLSHandshakeCompleted]>,
        endings: NIOLockedValueBox<Int>
    ) {
        (self.autoRead, self.errors, self.handshakes, self.endings) = (autoRead, errors, handshakes, endings)
    }

    func channelActive(context: ChannelHandlerContext) {
        if !autoRead { context.read() }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        switch bytes.readableBytes > 5 ? "" : String(buffer: bytes) {
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
