#if TLS
public import NIOCore

/// The server side of TLS on a channel: ciphertext below, plaintext above.
///
/// * All writes between two flushes leave as few records and buffers as possible; a write's promise succeeds when its
///   ciphertext was written.
/// * `close()` sends close_notify first, behind everything that was flushed. `close(mode: .output)` does the same and then
///   ends only the sending direction.
/// * The peer's close_notify, like a bare end of its TCP stream, arrives as `ChannelEvent.inputClosed` where the channel
///   allows half-closure, so that an answer can still be given; elsewhere the channel closes.
/// * A failed handshake is an error event (``TLSError``) followed by the end of the channel.
///   A complete one is a user event, ``TLSHandshakeCompleted``.
public final class TLSServerHandler: ChannelDuplexHandler {
    /// Ciphertext.
    public typealias InboundIn = ByteBuffer
    /// Plaintext.
    public typealias InboundOut = ByteBuffer
    /// Plaintext.
    public typealias OutboundIn = ByteBuffer
    /// Ciphertext.
    public typealias OutboundOut = ByteBuffer

    enum Phase {
        case idle, handshaking, open
        /// An answer in plain HTTP is on its way; what the client sends is dropped.
        case refusing
        /// The last bytes are on their way; what the client sends is dropped.
        case closing
        case closed
    }

    let connection: TLSConnection
    var phase = Phase.idle
    /// The peer has said, or TCP has, that nothing follows.
    var inputEnded = false
    /// We have said that nothing follows.
    var outputEnded = false
    var pending = PendingWrites()
    var ciphertext = ByteBuffer()
    private let handshakeTimeout: TimeAmount
    private var timer: Scheduled<Void>?
    private var plaintext = ByteBuffer()
    private var hasSeenBytes = false
    /// Someone above asked for bytes and has got none yet.
    private var readRequested = false

    /// OpenSSL's buffers keep the size of the most that was ever put in at once; a connection gets no more than this.
    private static let portion = 16_384
    /// A buffer above this size is not kept by an idle connection.
    static let keptCapacity = 4_096

    /// Makes the handler of one connection.
    ///
    /// - Throws: ``TLSError`` with the code `library` when memory is short.
    public init(context: TLSContext) throws(TLSError) {
        connection = try context.makeConnection()
        handshakeTimeout = context.configuration.handshakeTimeout
    }

    // MARK: The life of the channel

    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    public func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    public func channelInactive(context: ChannelHandlerContext) {
        if phase == .handshaking { context.fireErrorCaught(Self.closedEarly) }
        end()
        context.fireChannelInactive()
    }

    public func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func start(_ context: ChannelHandlerContext) {
        guard phase == .idle else { return }
        phase = .handshaking
        setTimer(context, handshakeTimeout) { handler, context in
            let error = TLSError(
                .handshakeTimeout, "The client did not finish the TLS handshake in time.", handshakeFailure: .timeout)
            handler.phase = .closing
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
        // The handshake needs bytes even if nobody above wants any yet.
        context.read()
    }

    private func end() {
        cancelTimer()
        phase = .closed
        pending.fail(ChannelError.ioOnClosedChannel)
    }

    // MARK: From the client

    public func read(context: ChannelHandlerContext) {
        readRequested = true
        context.read()
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase == .handshaking || phase == .open, !inputEnded else { return }
        var bytes = unwrapInboundIn(data)
        if !hasSeenBytes, let first = bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) {
            hasSeenBytes = true
            if PlainHTTP.isLikely(firstByte: first) { return refusePlainHTTP(context) }
        }
        while bytes.readableBytes > 0, phase == .handshaking || phase == .open, !inputEnded {
            let isTaken = bytes.readWithUnsafeReadableBytes { all in
                let portion = UnsafeRawBufferPointer(rebasing: all.prefix(Self.portion))
                return (portion.count, connection.receive(portion))
            }
            guard isTaken else { return fail(context, TLSError(.library, "OpenSSL is short of memory.")) }
            advance(context)
        }
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        // A read writes as well: the handshake, session tickets, alerts, answers to key updates.
        if phase == .handshaking || phase == .open, sendCiphertext(context, promise: nil) { context.flush() }
        if plaintext.capacity > Self.keptCapacity { plaintext = ByteBuffer() }
        // What came was for TLS alone, so a caller that asked for bytes is still waiting.
        if phase == .handshaking || phase == .refusing || (readRequested && phase == .open) { context.read() }
        context.fireChannelReadComplete()
    }

    private func advance(_ context: ChannelHandlerContext) {
        if phase == .handshaking {
            switch connection.handshake() {
            case .incomplete: return
            case .complete: handshakeCompleted(context)
            case .closed: return fail(context, Self.closedEarly)
            case .failed(let failure, let reason):
                let error = TLSError(.handshake, "The TLS handshake failed: \(reason).", handshakeFailure: failure)
                return fail(context, error)
            }
        }
        // The first request may ride with the last message of the handshake.
        while phase == .open, !inputEnded, connection.mayRead {
            let outcome = readRecords()
            if plaintext.readableBytes > 0 {
                readRequested = false
                context.fireChannelRead(wrapInboundOut(plaintext))
            }
            switch outcome {
            case .complete: continue
            case .incomplete: return
            case .closed: return peerEnded(context)
            case .failed(_, let reason):
                return fail(context, TLSError(.connection, "The TLS connection broke: \(reason)."))
            }
        }
    }

    /// Decrypts into one buffer until it is full or nothing is left. The buffer is the last one where nobody holds that.
    private func readRecords() -> TLSConnection.Outcome {
        plaintext.clear(minimumCapacity: connection.incomingCount > 2_048 ? Self.portion : 2_048)
        var outcome = TLSConnection.Outcome.complete(0)
        while plaintext.writableBytes > 0, connection.mayRead {
            plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: 1) { bytes in
                outcome = connection.read(into: bytes)
                if case .complete(let count) = outcome { return count }
                return 0
            }
            guard case .complete = outcome else { return outcome }
        }
        return outcome
    }

    private func handshakeCompleted(_ context: ChannelHandlerContext) {
        phase = .open
        cancelTimer()
        context.fireUserInboundEventTriggered(
            TLSHandshakeCompleted(
                version: connection.version, isResumed: connection.isResumed, peerNames: connection.peerNames))
        if phase == .open { encryptPending(context) }
    }

    static let closedEarly = TLSError(
        .handshake, "The TLS handshake failed: the client closed the connection before it was complete.",
        handshakeFailure: .closed)

    // MARK: Timer

    /// There is one timer at a time: for the handshake, or for the last bytes.
    func setTimer(
        _ context: ChannelHandlerContext, _ delay: TimeAmount,
        _ body: @escaping (TLSServerHandler, ChannelHandlerContext) -> Void
    ) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
            guard let self else { return }
            self.timer = nil
            body(self, context)
        }
    }

    func cancelTimer() {
        timer?.cancel()
        timer = nil
    }
}
#endif
