import NIOCore

/// Counts what comes before the decoder of the general lane, which keeps the bytes of a head until it is complete.
final class HeadMeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private weak var lane: GeneralLane?

    init(lane: GeneralLane) {
        self.lane = lane
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard lane?.takeInput(unwrapInboundIn(data).readableBytes) ?? true else { return }
        context.fireChannelRead(data)
    }
}
