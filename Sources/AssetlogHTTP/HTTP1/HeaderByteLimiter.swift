import NIOCore

/// Counts what comes before the decoder of the HTTP/1 handler, which keeps the bytes of a head until it is complete.
///
/// It also writes what answers no request: NIO's handlers behind it know none yet, and would stop at an answer.
final class HeaderByteLimiter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private weak var handler: HTTP1Handler?
    private var context: ChannelHandlerContext?

    init(handler: HTTP1Handler) {
        self.handler = handler
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// Writes an answer as bytes.
    func write(_ answer: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(answer), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard handler?.takeInput(unwrapInboundIn(data).readableBytes) ?? true else { return }
        context.fireChannelRead(data)
    }
}
