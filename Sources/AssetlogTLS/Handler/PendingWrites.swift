#if TLS
internal import NIOCore

/// The plaintext that was written and not encrypted yet.
struct PendingWrites {
    fileprivate typealias Write = (bytes: ByteBuffer, promise: EventLoopPromise<Void>?)
    private var writes: [Write] = []
    private var flushedCount = 0

    var hasFlushed: Bool { flushedCount > 0 }

    mutating func append(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) { writes.append((bytes, promise)) }

    mutating func markFlushed() { flushedCount = writes.count }

    /// Takes what was flushed, so that a promise's callback may write again.
    mutating func takeFlushed() -> Batch {
        var batch = Batch(writes)
        writes = []
        if flushedCount < batch.writes.count {
            writes.append(contentsOf: batch.writes[flushedCount...])
            batch.writes.removeLast(writes.count)
        }
        flushedCount = 0
        return batch
    }

    /// Keeps the memory of a batch that is done with.
    mutating func giveBack(_ batch: consuming Batch) {
        guard writes.isEmpty, batch.writes.count <= 16 else { return }
        writes = batch.writes
        writes.removeAll(keepingCapacity: true)
    }

    mutating func fail(_ error: any Error) {
        let failed = writes
        writes = []
        flushedCount = 0
        for write in failed { write.promise?.fail(error) }
    }

    /// Writes that leave together.
    struct Batch {
        /// Writes up to this size are joined, so that an answer's head and body share a record.
        private static let joinedSize = 4_096
        private static let recordSize = 16_384
        fileprivate var writes: [Write]
        private var index = 0

        fileprivate init(_ writes: [Write]) { self.writes = writes }

        /// The plaintext of the next records: one large write, or several small ones joined.
        mutating func next() -> ByteBuffer? {
            guard index < writes.count else { return nil }
            var bytes = writes[index].bytes
            index += 1
            var isCopied = false
            while index < writes.count, writes[index].bytes.readableBytes <= Self.joinedSize,
                bytes.readableBytes <= Self.joinedSize || isCopied,
                bytes.readableBytes + writes[index].bytes.readableBytes <= Self.recordSize
            {
                if !isCopied { bytes = joinable(bytes) }
                isCopied = true
                bytes.writeImmutableBuffer(writes[index].bytes)
                index += 1
            }
            return bytes
        }

        private func joinable(_ bytes: ByteBuffer) -> ByteBuffer {
            let rest = writes[index...].reduce(bytes.readableBytes) { $0 + $1.bytes.readableBytes }
            var joined = ByteBufferAllocator().buffer(capacity: min(rest, Self.recordSize))
            joined.writeImmutableBuffer(bytes)
            return joined
        }

        /// One promise for all of them; nil when nobody waits for any.
        func promise(on eventLoop: any EventLoop) -> EventLoopPromise<Void>? {
            var promises = writes.lazy.compactMap(\.promise).makeIterator()
            guard let first = promises.next() else { return nil }
            guard let second = promises.next() else { return first }
            let all = eventLoop.makePromise(of: Void.self)
            for promise in [first, second] { all.futureResult.cascade(to: promise) }
            while let promise = promises.next() { all.futureResult.cascade(to: promise) }
            return all
        }
    }
}
#endif
