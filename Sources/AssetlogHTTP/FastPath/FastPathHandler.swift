import AssetlogAccess
import AssetlogBody
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import Logging
import NIOCore

/// The fast path of plain reports: bytes in, bytes out, one request at a time.
///
/// It takes requests of the one form that ``FastPathRequestParser`` knows, and hands the connection over to the HTTP/1
/// handler, with every byte that is not answered yet, at the first request of any other form. What happens when is the
/// decision of ``FastPathState``; the bytes, the memory and the answers are here.
final class FastPathHandler: PendingReport, ChannelDuplexHandler, RemovableChannelHandler, ConnectionHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// So much each connection may hold without counting.
    private static let freeBytes = 4 << 10

    private let connection: Connection
    private var context: ChannelHandlerContext?
    private var state: FastPathState
    private var unread = ByteBuffer()
    // What the unread bytes take of the loop's memory.
    private var accounted = 0
    // Of the report that is being answered.
    private var eventID: EventID?
    private var route = RequestRoute.other
    private var startedAt = NIODeadline.distantPast
    private var rateFields: [(name: String, value: String)] = []
    // Made only where a log takes it.
    private var record: AccessRecord?

    init(connection: Connection) {
        self.connection = connection
        state = FastPathState(
            limits: connection.limits, isDraining: connection.loop.connections.isDraining, now: .now())
    }

    // MARK: Events of the connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.handler = self
        setDeadline()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        releaseUnread()
    }

    func channelInactive(context: ChannelHandlerContext) {
        state.closed()
        releaseUnread()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.recordFailure(error)
        if state.failed() == .forward { context.fireErrorCaught(error) } else { close() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(.inputClosed) = event as? ChannelEvent else {
            connection.recordHandshake(event)
            context.fireUserInboundEventTriggered(event)
            return
        }
        let action = state.inputClosed()
        if action == .forward { context.fireUserInboundEventTriggered(event) } else { perform(action) }
    }

    func deadlinePassed(now: NIODeadline) {
        perform(state.deadlinePassed(unread: unread.readableBytes))
    }

    func drain() {
        perform(state.drain(unread: unread.readableBytes))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if state.phase == .handedOver { context.fireChannelReadComplete() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if state.phase == .handedOver {
            context.fireChannelWritabilityChanged()
        } else if context.channel.isWritable {
            process(context, now: .now())
            accountUnread()
            perform(state.resume())
        }
    }

    private func perform(_ action: FastPathState.Action) {
        switch action {
        case .close: close()
        case .refuse(.timeout): refuse(.later("The request did not arrive in time.", status: 408))
        case .refuse(.memory): refuse(.noMemory)
        case .read: context?.read()
        case .discard: unread = ByteBuffer()
        case .handOver: if let context { handOver(context) }
        case .wait, .process, .answer, .forward: break
        }
    }

    /// Lets the loop's clock observe the deadline of the state.
    private func setDeadline() {
        if state.phase != .handedOver { connection.deadline = state.deadline }
    }

    private func close() {
        state.closed()
        unread.clear()
        releaseUnread()
        context?.close(promise: nil)
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        if state.mayRead(unread: unread.readableBytes) { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let now = NIODeadline.now()
        switch state.received(unread: unread.readableBytes, now: now) {
        case .forward: context.fireChannelRead(data)
        case .process:
            var chunk = unwrapInboundIn(data)
            if unread.readableBytes == 0 { unread = chunk } else { unread.writeBuffer(&chunk) }
            process(context, now: now)
            accountUnread()
        default: break
        }
    }

    /// Answers what is complete in the unread bytes, in order, until something has to be waited for.
    private func process(_ context: ChannelHandlerContext, now: NIODeadline) {
        var now = now
        while true {
            let isWritable = context.channel.isWritable
            let router = connection.loop.reports.router
            let action = unread.withUnsafeReadableBytes { bytes in
                state.next(in: bytes, isWritable: isWritable, now: now) { router.route($0) != nil }
            }
            switch action {
            case .answer:
                now = .now()
                guard answer(context, now: now) else { return }
            case .handOver: return handOver(context)
            default: return setDeadline()
            }
        }
    }

    /// Queues or refuses the first request of the unread bytes; false when the connection was handed over instead.
    private func answer(_ context: ChannelHandlerContext, now: NIODeadline) -> Bool {
        startedAt = now
        let result = unread.withUnsafeReadableBytes { bytes in report(state.head, in: bytes) }
        guard let result else {
            _ = state.handOver()
            handOver(context)
            return false
        }
        unread.moveReaderIndex(forwardBy: state.requestBytes)
        // The channel reads into the same memory again if nobody keeps it.
        if unread.readableBytes == 0 { unread = ByteBuffer() }
        switch result {
        case .queued(let id):
            eventID = id
            state.enqueued()
        case .answered(let answer): write(answer, closes: state.closesAfterAnswer, context)
        }
        return true
    }

    /// Hands in a request; nil when it is none of a report that is to be recorded.
    private func report(_ head: FastPathRequestHead, in bytes: UnsafeRawBufferPointer) -> IngestResult? {
        func part(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }
        let loop = connection.loop
        let target = part(head.target)
        guard let route = loop.reports.router.route(target) else { return nil }
        let query = route.query.map { UnsafeRawBufferPointer(rebasing: target[$0]) }
        guard ReportRoute.dryRun(query) == .notAsked else { return nil }
        self.route = RequestRoute(route.endpoint)
        let identity = loop.reports.authenticate(RequestAttributes(head, in: bytes, of: connection), now: startedAt)
        rateFields = identity.rateFields
        func ingest(_ content: UnsafeRawBufferPointer) -> IngestResult {
            loop.reports.report(
                ReportRequest(
                    endpoint: route.endpoint, keyPath: UnsafeRawBufferPointer(rebasing: target[route.keyPath]), query: query,
                    contentType: head.contentType.map(part), body: content, isTimestampApproximate: head.isTimestampApproximate),
                to: route.deployment, key: head.access[.idempotencyKey].map(part), identity: identity,
                mayGather: state.followsPause(at: startedAt), for: self)
        }
        let body = part(head.byteCount..<state.requestBytes)
        // Nothing is decompressed for those who may not come in.
        let result = identity.refusal == nil ? withContent(of: body, head, ingest) : ingest(body)
        if loop.observer.wants(status: result.status) {
            record = AccessRecord(head, in: bytes, route, identity, requestBytes: state.bodyBytes, of: connection)
            if case .answered(let answer) = result, let refusal = answer.refusal { record?.refusal = refusal }
        }
        return result
    }

    /// Lends the content of the body of the request under way.
    private func withContent(
        of body: UnsafeRawBufferPointer, _ head: FastPathRequestHead, _ ingest: (UnsafeRawBufferPointer) -> IngestResult
    ) -> IngestResult {
        guard head.isChunked || head.isGzip else { return ingest(body) }
        do throws(RequestBodyError) {
            return try connection.loop.bodies.withContent(
                of: body, chunks: head.isChunked ? state.chunked.chunks : nil, isGzip: head.isGzip, ingest)
        } catch {
            var answer = ReportAnswer.refused(error)
            answer.fields += rateFields
            return .answered(answer)
        }
    }

    // MARK: Answering

    override func completed(_ outcome: CommitResult.Outcome) {
        guard state.owesAnswer, let context, let id = eventID else { return }
        let closes = state.closesAfterAnswer
        switch outcome {
        case .committed:
            write(connection.loop.recorded(id, rateFields, closes: closes), status: 200, closes: closes, context)
        case .skipped(let reason):
            var answer = ReportAnswer.skipped(reason, id)
            answer.fields += rateFields
            write(answer, closes: closes, context)
        case .failed(let error): write(.failed(LogError(.failed, cause: error)), closes: closes, context)
        }
        if unread.readableBytes > 0 { process(context, now: .now()) }
        accountUnread()
        perform(state.resume())
    }

    private func write(_ answer: ReportAnswer, closes: Bool, _ context: ChannelHandlerContext) {
        write(
            connection.loop.encoder.encode(answer, closes: closes), status: answer.status,
            bodyBytes: record == nil ? nil : answer.body.count, closes: closes, context)
    }

    private func write(
        _ bytes: ByteBuffer, status: Int, bodyBytes: Int? = nil, closes: Bool, _ context: ChannelHandlerContext
    ) {
        let now = NIODeadline.now()
        connection.loop.observer.answered(
            route, status: status, bytes: bodyBytes, from: startedAt, to: now, taking: &record)
        // The state comes first, for the write may end the connection.
        let action = state.answered(closes: closes, now: now)
        setDeadline()
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        perform(action)
    }

    /// Answers a request that has not come as a whole, and closes.
    private func refuse(_ answer: ReportAnswer) {
        guard let context else { return }
        startedAt = .now()
        beginUnreadRecord(answer)
        write(answer, closes: true, context)
    }

    /// Begins the record of a request that has not come as a whole, with what is known of it.
    private func beginUnreadRecord(_ answer: ReportAnswer) {
        let head = state.phase == .readingBody ? state.head : nil
        unread.withUnsafeReadableBytes { bytes in
            let report = head.flatMap { connection.loop.reports.router.route(UnsafeRawBufferPointer(rebasing: bytes[$0.target])) }
            route = report.map { RequestRoute($0.endpoint) } ?? .other
            guard connection.loop.observer.wants(status: answer.status) else { return }
            record =
                if let head {
                    AccessRecord(
                        head, in: bytes, report, RequestIdentity(),
                        requestBytes: head.isChunked ? state.bodyBytes : bytes.count - head.byteCount, of: connection)
                } else {
                    AccessRecord(HTTP1Request(), bodyBytes: 0, of: connection)
                }
        }
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
        releaseUnread()
        guard kept > 0 else { return }
        if connection.loop.memory.take(kept) { accounted = kept } else { perform(state.memoryRefused()) }
    }

    private func releaseUnread() {
        connection.loop.memory.release(accounted)
        accounted = 0
    }

    // MARK: The HTTP/1 handler

    private func handOver(_ context: ChannelHandlerContext) {
        do {
            try HTTP1Handler.install(on: connection, in: context.pipeline.syncOperations)
        } catch {
            connection.loop.logger.error("The HTTP handlers of a connection could not be set up.", metadata: ["error": "\(error)"])
            context.close(promise: nil)
            return
        }
        let bytes = unread
        unread = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(bytes))
        context.fireChannelReadComplete()
        if state.isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        if state.isReadHeld { context.read() }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
