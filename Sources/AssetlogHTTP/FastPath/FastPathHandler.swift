import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import Logging
import NIOCore

/// The lane of plain reports: bytes in, bytes out, one request at a time.
///
/// It takes requests of the one form that ``FastPathRequestParser`` knows, and hands the connection over to the general
/// lane, with every byte that is not answered yet, at the first request of any other form.
final class FastPathHandler: PendingReport, ChannelDuplexHandler, RemovableChannelHandler, ConnectionHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        /// Between requests, or in the head of one.
        case reading
        /// The head is complete, the body is not.
        case readingBody(FastPathRequestHead)
        /// The report is in the queue.
        case committing(EventID, closes: Bool)
        case closing
        case handedOver
    }

    /// Reports with a longer body go through the HTTP/1 handler, whose buffers are bounded by its limits.
    private static let maximumBodyBytes = 64 << 10
    /// While a report is committed, a client may send so much ahead before it is no longer read from.
    private static let maximumBytesAhead = 64 << 10
    /// So much each connection may hold without counting.
    private static let freeBytes = 4 << 10

    private let connection: Connection
    private var context: ChannelHandlerContext?
    private var phase = Phase.reading
    private var unread = ByteBuffer()
    // What the unread bytes take of the loop's memory.
    private var accounted = 0
    // Of the report that is being answered.
    private var route = RequestRoute.other
    private var startedAt = NIODeadline.distantPast
    private var rateFields: [(name: String, value: String)] = []
    // Made only where someone wants to hear of the request.
    private var record: AccessRecord?
    private var isReadHeld = false
    // Whether requests were dropped that came while a report was committed, because there was no memory for them.
    private var hasDropped = false
    private var isInputClosed = false

    init(connection: Connection) {
        self.connection = connection
    }

    // MARK: Life of the connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.handler = self
        connection.expect(within: connection.limits.headerTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        forgetUnread()
    }

    func channelInactive(context: ChannelHandlerContext) {
        forgetUnread()
        if case .handedOver = phase {} else { phase = .closing }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.recordFailure(error)
        if case .handedOver = phase {
            context.fireErrorCaught(error)
        } else {
            close()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(.inputClosed) = event as? ChannelEvent else {
            connection.recordHandshake(event)
            context.fireUserInboundEventTriggered(event)
            return
        }
        isInputClosed = true
        switch phase {
        case .committing: break  // The answer is still owed.
        case .reading, .readingBody: close()
        case .closing: break
        case .handedOver: context.fireUserInboundEventTriggered(event)
        }
    }

    func deadlinePassed(now: NIODeadline) {
        switch phase {
        case .reading where unread.readableBytes > 0, .readingBody:
            refuse(.later("The request did not arrive in time.", status: 408))
        default: close()
        }
    }

    func drain() {
        switch phase {
        case .reading where unread.readableBytes == 0: close()
        case .committing(let id, _): phase = .committing(id, closes: true)
        default: break  // A request that has begun is answered, and the answer closes.
        }
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        if case .committing = phase, hasDropped || unread.readableBytes > Self.maximumBytesAhead {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch phase {
        case .handedOver: context.fireChannelRead(data)
        case .closing: break
        case .committing where hasDropped: break
        case .reading, .readingBody, .committing:
            var bytes = unwrapInboundIn(data)
            if unread.readableBytes == 0 {
                unread = bytes
                if case .reading = phase { connection.expect(within: connection.limits.headerTimeout) }
            } else {
                unread.writeBuffer(&bytes)
            }
            process(context)
            accountUnread()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .handedOver = phase { context.fireChannelReadComplete() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .handedOver = phase {
            context.fireChannelWritabilityChanged()
        } else if context.channel.isWritable {
            process(context)
        }
    }

    /// Answers what is complete in the unread bytes, in order, until something has to be waited for.
    private func process(_ context: ChannelHandlerContext) {
        while unread.readableBytes > 0 {
            // A client that sends reports and reads no answers is not served further until it does.
            guard context.channel.isWritable else {
                connection.expect(within: connection.limits.writeTimeout)
                return
            }
            let head: FastPathRequestHead
            switch phase {
            case .reading:
                switch unread.withUnsafeReadableBytes(FastPathRequestParser.parse) {
                case .incomplete: return
                case .other: return handOver(context)
                case .complete(let complete): head = complete
                }
                if head.contentLength > Self.maximumBodyBytes { return handOver(context) }
            case .readingBody(let begun): head = begun
            case .committing, .closing, .handedOver: return
            }
            guard unread.readableBytes >= head.byteCount + head.contentLength else {
                if case .reading = phase { connection.expect(within: connection.limits.bodyTimeout) }
                phase = .readingBody(head)
                return
            }
            guard answer(head, context) else { return }
        }
    }

    /// Queues or refuses the first request of the unread bytes; false when it is for the HTTP/1 handler.
    private func answer(_ head: FastPathRequestHead, _ context: ChannelHandlerContext) -> Bool {
        let loop = connection.loop
        let verdict: IngestResult? = unread.withUnsafeReadableBytes { bytes in
            func part(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }
            let target = part(head.target)
            guard let route = loop.reports.router.route(target) else { return nil }
            let query = route.query.map { UnsafeRawBufferPointer(rebasing: target[$0]) }
            guard ReportRoute.dryRun(query) == .notAsked else { return nil }
            let request = ReportRequest(
                endpoint: route.endpoint, keyPath: UnsafeRawBufferPointer(rebasing: target[route.keyPath]), query: query,
                contentType: head.contentType.map(part),
                body: part(head.byteCount..<head.byteCount + head.contentLength),
                isTimestampApproximate: head.isTimestampApproximate)
            self.route = RequestRoute(route.endpoint)
            startedAt = .now()
            let admission = loop.reports.authorize(RequestFacts(head, in: bytes, of: connection), now: startedAt)
            rateFields = admission.rateFields
            let verdict = loop.reports.report(
                request, to: route.deployment, key: head.access[.idempotencyKey].map(part), identity: admission, for: self)
            if loop.observer.wants(status: verdict.status) {
                record = AccessRecord(
                    head, in: bytes, route, admission, requestBytes: head.contentLength, of: connection)
                if case .answered(let answer) = verdict, let refusal = answer.refusal { record?.refusal = refusal }
            }
            return verdict
        }
        guard let verdict else {
            handOver(context)
            return false
        }
        unread.moveReaderIndex(forwardBy: head.byteCount + head.contentLength)
        let closes = head.closes || loop.connections.isDraining
        switch verdict {
        case .queued(let id):
            phase = .committing(id, closes: closes)
            connection.deadline = .distantFuture
        case .answered(let answer): write(answer, closes: closes, context)
        }
        return true
    }

    // MARK: Answering

    override func completed(_ outcome: CommitResult.Outcome) {
        guard case .committing(let id, let closes) = phase, let context else { return }
        let closesNow = closes || connection.loop.connections.isDraining
        switch outcome {
        case .committed:
            write(connection.loop.recorded(id, rateFields, closes: closesNow), status: 200, closes: closesNow, context)
        case .excepted(let reason):
            var answer = ReportAnswer.excepted(reason, id)
            answer.fields += rateFields
            write(answer, closes: closesNow, context)
        case .failed(let error): write(.failed(LogError(.failed, cause: error)), closes: closesNow, context)
        }
        if unread.readableBytes > 0 { process(context) }
        accountUnread()
        if case .reading = phase {
            // Only now, for the answer to the report comes first.
            if hasDropped { return refuse(.noMemory) }
            if isInputClosed { return close() }
            if isReadHeld {
                isReadHeld = false
                context.read()
            }
        }
    }

    private func write(_ answer: ReportAnswer, closes: Bool, _ context: ChannelHandlerContext) {
        write(
            connection.loop.encoder.encode(answer, closes: closes), status: answer.status,
            bodyBytes: record == nil ? nil : answer.body.count, closes: closes, context)
    }

    private func write(
        _ bytes: ByteBuffer, status: Int, bodyBytes: Int? = nil, closes: Bool, _ context: ChannelHandlerContext
    ) {
        connection.loop.observer.answered(route, status: status, bytes: bodyBytes, from: startedAt, to: .now(), record)
        record = nil
        phase = .reading
        connection.expect(within: connection.limits.idleTimeout)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        if closes { close() }
    }

    /// Answers a request that has not come as a whole, and closes.
    private func refuse(_ answer: ReportAnswer) {
        guard let context else { return }
        (route, startedAt) = (.other, .now())
        recordUnread(answer)
        write(answer, closes: true, context)
    }

    /// Notes what is known of a request that has not come as a whole.
    private func recordUnread(_ answer: ReportAnswer) {
        let head: FastPathRequestHead?
        switch phase {
        case .reading: head = nil
        case .readingBody(let begun): head = begun
        case .committing, .closing, .handedOver: return
        }
        unread.withUnsafeReadableBytes { bytes in
            let report = head.flatMap { connection.loop.reports.router.route(UnsafeRawBufferPointer(rebasing: bytes[$0.target])) }
            if let report { route = RequestRoute(report.endpoint) }
            guard connection.loop.observer.wants(status: answer.status) else { return }
            record =
                if let head {
                    AccessRecord(
                        head, in: bytes, report, RequestIdentity(), requestBytes: bytes.count - head.byteCount, of: connection)
                } else {
                    AccessRecord(nil, .other, deployment: nil, RequestIdentity(), requestBytes: 0, of: connection)
                }
        }
    }

    private func close() {
        phase = .closing
        unread.clear()
        forgetUnread()
        context?.close(promise: nil)
    }

    // MARK: Memory

    /// Counts what is kept of requests that have not come as a whole, beyond what each connection may keep.
    private func accountUnread() {
        // A few bytes must not keep the buffer of a large read.
        if unread.readableBytes < unread.storageCapacity / 4, unread.storageCapacity > Self.freeBytes {
            unread = ByteBuffer(bytes: unread.readableBytesView)
        }
        let kept = unread.readableBytes > 0 && unread.storageCapacity > Self.freeBytes ? unread.storageCapacity : 0
        guard kept != accounted else { return }
        let memory = connection.loop.memory
        memory.release(accounted)
        accounted = 0
        guard kept > 0 else { return }
        if memory.take(kept) {
            accounted = kept
        } else if case .committing = phase {
            unread = ByteBuffer()
            hasDropped = true
        } else {
            refuse(.noMemory)
        }
    }

    private func forgetUnread() {
        connection.loop.memory.release(accounted)
        accounted = 0
    }

    // MARK: the HTTP/1 handler

    private func handOver(_ context: ChannelHandlerContext) {
        phase = .handedOver
        do {
            try HTTP1Handler.install(on: connection, in: context.pipeline.syncOperations)
        } catch {
            connection.loop.logger.error("The HTTP handlers of a connection could not be set up.", metadata: ["error": "\(error)"])
            return close()
        }
        let bytes = unread
        unread = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(bytes))
        context.fireChannelReadComplete()
        if isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        if isReadHeld { context.read() }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
