#if TLS
public import NIOCore

extension TLSServerHandler {
    /// How long the last bytes may take to leave, and a refused client to read its answer.
    private static let closingTimeout = TimeAmount.seconds(5)
    private static let refusalTimeout = TimeAmount.seconds(2)

    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch (phase, mode) {
        case (.refusing, .all), (.closing, .all):
            context.channel.closeFuture.cascade(to: promise)
        case (.open, .all):
            finish(context, promise: promise)
        case (.open, .output) where inputEnded:
            finish(context, promise: promise)
        case (.open, .output):
            endOutput(context, promise: promise)
        default:
            if mode == .all {
                pending.fail(ChannelError.ioOnClosedChannel)
                // What ends now is our doing, and not a handshake that the client gave up.
                if phase == .handshaking { phase = .closing }
            }
            context.close(mode: mode, promise: promise)
        }
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(.inputClosed) = event as? ChannelEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        switch phase {
        case .handshaking:
            phase = .closing
            context.fireErrorCaught(Self.closedEarly)
            context.close(promise: nil)
        case .idle, .refusing:
            context.close(promise: nil)
        case .open where inputEnded:
            break
        case .open, .closing, .closed:
            inputEnded = true
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// The client's close_notify.
    func peerEnded(_ context: ChannelHandlerContext) {
        inputEnded = true
        let allowsHalfClosure = try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)
        if outputEnded || allowsHalfClosure == false {
            finish(context, promise: nil)
        } else {
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    /// Tells the client by an alert, if OpenSSL has made one, tells the handlers above, and closes.
    func fail(_ context: ChannelHandlerContext, _ error: TLSError) {
        guard phase == .handshaking || phase == .open else { return }
        outputEnded = true
        phase = .closing
        context.fireErrorCaught(error)
        if phase == .closing { finish(context, promise: nil) }
    }

    /// Answers as a plain web server would, so that a person who typed `http://` sees what is wrong.
    func refusePlainHTTP(_ context: ChannelHandlerContext) {
        phase = .refusing
        pending.fail(ChannelError.ioOnClosedChannel)
        setTimer(context, Self.refusalTimeout) { _, context in context.close(promise: nil) }
        // Counted before it is answered, so that a client that has the answer finds it counted.
        context.fireErrorCaught(
            TLSError(
                .plainHTTP, "The client sent plain HTTP to a port that speaks HTTPS.", handshakeFailure: .plainHTTP))
        guard phase == .refusing else { return }
        context.writeAndFlush(wrapOutboundOut(PlainHTTP.answer), promise: nil)
        // Only this direction: bytes that are still coming would otherwise reset the connection, and the answer with it.
        context.close(mode: .output, promise: nil)
    }

    /// Sends close_notify behind what was flushed, and ends the sending direction of TCP.
    private func endOutput(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        guard !outputEnded else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        pending.markFlushed()
        encryptPending(context)
        guard phase == .open else {
            context.channel.closeFuture.cascade(to: promise)
            return
        }
        outputEnded = true
        connection.shutDown()
        if sendCiphertext(context, promise: nil) { context.flush() }
        context.close(mode: .output, promise: promise)
    }

    /// Sends close_notify, or the alert that waits, behind what was flushed, and closes when it is written.
    private func finish(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        phase = .closing
        pending.fail(ChannelError.ioOnClosedChannel)
        if !outputEnded { connection.shutDown() }
        outputEnded = true
        let written = context.eventLoop.makePromise(of: Void.self)
        setTimer(context, Self.closingTimeout) { _, context in context.close(promise: nil) }
        written.futureResult.assumeIsolated().whenComplete { _ in
            self.cancelTimer()
            context.close(promise: promise)
        }
        if sendCiphertext(context, promise: written) { context.flush() } else { written.succeed() }
    }
}
#endif
