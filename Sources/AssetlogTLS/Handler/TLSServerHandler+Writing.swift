#if TLS
public import NIOCore

extension TLSServerHandler {
    /// Ciphertext beyond this size is handed on before the rest is encrypted.
    private static let largestBuffer = 256 * 1_024

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard phase != .closed, phase != .closing, phase != .refusing else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        guard !outputEnded else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        pending.append(unwrapOutboundIn(data), promise)
    }

    public func flush(context: ChannelHandlerContext) {
        pending.markFlushed()
        if phase == .open { encryptPending(context) }
        context.flush()
    }

    /// Encrypts what was flushed and hands it on.
    func encryptPending(_ context: ChannelHandlerContext) {
        guard pending.hasFlushed else {
            if sendCiphertext(context, promise: nil) { context.flush() }
            return
        }
        var batch = pending.takeFlushed()
        while let plaintext = batch.next() {
            guard encrypt(plaintext, context) else {
                let error = TLSError(.connection, "The TLS connection broke while it was written to.")
                batch.promise(on: context.eventLoop)?.fail(error)
                return fail(context, error)
            }
        }
        let promise = batch.promise(on: context.eventLoop)
        pending.giveBack(batch)
        if !sendCiphertext(context, promise: promise) { promise?.succeed() }
        context.flush()
    }

    /// Hands on what OpenSSL has for the client; false when there was nothing.
    func sendCiphertext(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) -> Bool {
        collectCiphertext()
        guard ciphertext.readableBytes > 0 else { return false }
        let bytes = ciphertext
        // Keeps the memory for the next bytes, if the channel needs it no more by then. First of all, because a promise
        // that fails at once may come back here.
        ciphertext.moveReaderIndex(to: ciphertext.writerIndex)
        if ciphertext.capacity > Self.keptCapacity { ciphertext = ByteBuffer() }
        context.write(wrapOutboundOut(bytes), promise: promise)
        return true
    }

    private func encrypt(_ plaintext: ByteBuffer, _ context: ChannelHandlerContext) -> Bool {
        var plaintext = plaintext
        while plaintext.readableBytes > 0 {
            let outcome = plaintext.withUnsafeReadableBytes { connection.write($0) }
            guard case .complete(let count) = outcome else { return false }
            plaintext.moveReaderIndex(forwardBy: count)
            collectCiphertext()
            if ciphertext.readableBytes > Self.largestBuffer { _ = sendCiphertext(context, promise: nil) }
        }
        return true
    }

    /// Moves what OpenSSL has for the client to the end of `ciphertext`.
    private func collectCiphertext() {
        let count = connection.outgoingCount
        guard count > 0 else { return }
        if ciphertext.readableBytes == 0 { ciphertext.clear(minimumCapacity: count) }
        ciphertext.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { connection.send(into: $0) }
    }
}
#endif
