import AssetlogAccess
import AssetlogBody
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import Logging
import NIOCore
import NIOHTTP1

/// Takes every request that is HTTP/1.x, behind NIO's parser: reports in any legal form are resolved here, all else goes
/// on to the API, whose handlers are added at a connection's first such request.
///
/// What happens when is the decision of ``HTTP1State``; the bodies, the memory and the answers are here.
final class HTTP1Handler: PendingReport, ChannelDuplexHandler, ConnectionHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    let connection: Connection
    private var context: ChannelHandlerContext?
    var state: HTTP1State
    var request = HTTP1Request()
    private var report: HTTP1Report?
    private var eventID: EventID?
    private var limiter: HeaderByteLimiter?
    var hasAPIHandlers = false
    /// What the API may keep of a body that it has not read yet.
    var streamBytes = 0
    /// What the socket has not taken of the API's answers.
    let flow = AnswerFlow()

    private init(connection: Connection) {
        self.connection = connection
        state = HTTP1State(limits: connection.limits, isDraining: connection.loop.connections.isDraining, now: .now())
    }

    /// Adds NIO's HTTP/1 handlers and this one to the end of a pipeline.
    static func install(on connection: Connection, in pipeline: ChannelPipeline.SynchronousOperations) throws {
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = connection.limits.headerBytes
        decoderLimits.maxHeaderListSize = connection.limits.headerBytes
        decoderLimits.maxHeaderFieldCount = 200
        let handler = HTTP1Handler(connection: connection)
        let decoder = RequestDecoder(limits: decoderLimits)
        let limiter = HeaderByteLimiter(handler: handler)
        handler.limiter = limiter
        try pipeline.addHandler(limiter)
        try pipeline.addHandler(HTTPResponseEncoder(configuration: .init()))
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(UpgradeWatcher(decoder))
        try pipeline.addHandler(HTTPServerPipelineHandler())
        try pipeline.addHandler(handler)
    }

    // MARK: Events of the connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.handler = self
        setDeadline()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        (self.context, limiter) = (nil, nil)
        releaseMemory()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cutBodyOff(context)
        state.closed()
        releaseMemory()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.recordFailure(error)
        guard let error = error as? HTTPParserError else { return perform(state.failed()) }
        // The request that can't be read is not the one before it.
        if state.phase == .idle { request = HTTP1Request() }
        switch state.parserFailed(now: .now()) {
        case .refuse: respond(ReportAnswer(error), hasEnded: true, closes: true)
        case .forward: context.fireErrorCaught(error)
        case let action: perform(action)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(.inputClosed) = event as? ChannelEvent else {
            connection.recordHandshake(event)
            context.fireUserInboundEventTriggered(event)
            return
        }
        let action = state.inputClosed(now: .now())
        perform(action)
        guard action == .forward else { return }
        cutBodyOff(context)
        context.fireUserInboundEventTriggered(event)
    }

    func deadlinePassed(now: NIODeadline) {
        perform(state.deadlinePassed(now: now))
    }

    func drain() {
        perform(state.drain())
    }

    func perform(_ action: HTTP1State.Action) {
        setDeadline()
        switch action {
        case .refuse(.timeout): respond(.refused(.timeout), hasEnded: false)
        case .refuse(.memory): respond(.noMemory, hasEnded: false)
        case .refuseHead(.timeout): refuseHead(.later("The request did not arrive in time.", status: 408))
        case .refuseHead(.memory): refuseHead(.noMemory)
        case .endBody: context?.fireErrorCaught(BodyTimeout())
        case .probe: writeContinue()
        case .closeOutput: context?.close(mode: .output, promise: nil)
        case .close: close()
        case .refuse(.unreadable), .refuseHead(.unreadable), .wait, .account, .decode, .discard, .route, .append, .resolve, .forward:
            break
        }
    }

    /// Lets the loop's clock observe the deadline of the state.
    func setDeadline() {
        connection.deadline = state.deadline
    }

    func close() {
        if let context { cutBodyOff(context) }
        state.closed()
        context?.close(promise: nil)
    }

    /// Lets the API learn that no more of a body comes: the end of the stream alone would be the end of the body to it, and a
    /// part would be recorded as the whole.
    private func cutBodyOff(_ context: ChannelHandlerContext) {
        if state.owesBody { context.fireErrorCaught(ChannelError.eof) }
    }

    // MARK: Memory of heads

    /// Counts bytes that have come; false: nothing reads them, or the connection closes because there is no memory for them.
    func takeInput(_ count: Int) -> Bool {
        let action = state.received()
        guard action == .account else { return action == .decode }
        guard connection.loop.memory.take(count, holding: state.headBytes) else {
            perform(state.memoryRefused())
            return false
        }
        _ = state.headGranted(count, now: .now())
        setDeadline()
        return true
    }

    private func releaseHead() {
        connection.loop.memory.release(state.releaseHead())
    }

    private func releaseMemory() {
        releaseHead()
        releaseStream()
        report = nil
        flow.close()
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let bytes): receive(bytes, data, context)
        case .end: end(data, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if state.takeForwarded() { context.fireChannelReadComplete() }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard state.began(head, now: .now()) == .route else { return }
        releaseHead()
        setDeadline()
        request = HTTP1Request(head: head)
        guard head.uri.utf8.count <= connection.limits.targetBytes else {
            let limit = connection.limits.targetBytes
            return respond(.refused(414, "The request target is longer than \(limit) bytes."), hasEnded: false)
        }
        var head = head
        do throws(RequestTargetError) {
            try RequestTarget.normalize(&head)
        } catch {
            return respond(.refused(400, error.message), hasEnded: !state.hasBody, closes: true)
        }
        guard head.headers["transfer-encoding"].allSatisfy({ $0.lowercased() == "chunked" }) else {
            return respond(.unknownTransferCoding, hasEnded: false, closes: true)
        }
        request.head = head
        request.identity = RequestAttributes.with(head, of: connection) { facts in
            connection.loop.reports.authenticate(facts, now: state.startedAt)
        }
        route(head, context)
    }

    /// Gives a request to the handler that answers it.
    private func route(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var identity = request.identity
        guard head.method != .CONNECT else {
            request.rateFields = identity.rateFields
            return respond(identity.refusal.map { .refused($0, []) } ?? .noTunnel, hasEnded: false)
        }
        let target = Array(head.uri.utf8)
        guard let route = reportRoute(of: target, identity), !isDryRun(route, target, head) else { return forward(head, context) }
        // A report by another site's form would carry the session too.
        identity = identity.withoutSession
        request.identity = identity
        request.route = RequestRoute(route.endpoint)
        (request.rateFields, request.deployment) = (identity.rateFields, route.deployment)
        if let refusal = identity.refusal { return respond(.refused(refusal, []), hasEnded: !state.hasBody) }
        guard head.method == .POST else {
            // A token that is limited to other deployments does not learn which there are.
            guard identity.covers(deployment: route.deployment) else {
                return respond(.refused(.notAuthorized, identity.caller, isReadOnly: false), hasEnded: !state.hasBody)
            }
            return respond(.methodNotAllowed(head.method.rawValue), hasEnded: !state.hasBody)
        }
        do throws(RequestBodyError) {
            report = try HTTP1Report(
                head, route, target: target, limits: connection.limits.body, memory: connection.loop.memory)
            state.readReport()
            continueIfAwaited()
        } catch {
            respond(.refused(error), hasEnded: false)
        }
    }

    // Who may not know which deployments there are is answered as below the name of one, in every byte.
    private func reportRoute(of target: [UInt8], _ identity: RequestIdentity) -> ReportRoute? {
        let router = connection.loop.reports.router
        return target.withUnsafeBytes { target in
            if let route = router.route(target) { return route }
            guard let route = router.undeclaredRoute(target) else { return nil }
            return identity.refusal != nil || !identity.covers(deployment: route.deployment) ? route : nil
        }
    }

    // Its answer may look at the log, so it is the API's.
    private func isDryRun(_ report: ReportRoute, _ target: [UInt8], _ head: HTTPRequestHead) -> Bool {
        guard head.method == .POST, let query = report.query else { return false }
        return target.withUnsafeBytes { ReportRoute.dryRun(UnsafeRawBufferPointer(rebasing: $0[query])) != .notAsked }
    }

    /// Asks the client for the body that it holds back, once. An answer that comes before says that it is not wanted.
    func continueIfAwaited() {
        if context != nil, state.takeContinue() { writeContinue() }
    }

    private func writeContinue() {
        let head = HTTPResponseHead(version: state.version, status: .continue)
        context?.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func receive(_ bytes: ByteBuffer, _ data: NIOAny, _ context: ChannelHandlerContext) {
        let action = state.bodyReceived(bytes.readableBytes, now: .now())
        switch action {
        case .append:
            do throws(RequestBodyError) {
                try append(bytes)
                state.appended(bytes.readableBytes)
                setDeadline()
            } catch {
                respond(.refused(error), hasEnded: false)
            }
        case .forward:
            setDeadline()
            context.fireChannelRead(data)
        default: perform(action)
        }
    }

    private func append(_ bytes: ByteBuffer) throws(RequestBodyError) {
        guard let report else { return }
        try bytes.withUnsafeReadableBytes { bytes throws(RequestBodyError) in try report.body.append(bytes) }
    }

    private func end(_ data: NIOAny, _ context: ChannelHandlerContext) {
        let action = state.ended(now: .now())
        switch action {
        case .resolve: resolve()
        case .forward:
            setDeadline()
            context.fireChannelRead(data)
        default: perform(action)
        }
    }

    // MARK: Reports

    private func resolve() {
        guard let report else { return }
        // Its memory is given back when it is in the queue.
        self.report = nil
        if let refusal = report.finish() { return respond(refusal, hasEnded: true) }
        let result = report.withRequest { request, key in
            connection.loop.reports.report(
                request, to: report.route.deployment, key: key, identity: self.request.identity, for: self)
        }
        switch result {
        case .queued(let id):
            eventID = id
            state.enqueued()
            setDeadline()
        case .answered(let answer): respond(answer, hasEnded: true)
        }
    }

    override func completed(_ outcome: CommitResult.Outcome) {
        guard state.owesAnswer, let id = eventID else { return }
        switch outcome {
        case .committed: respond(.recorded(id), hasEnded: true)
        case .skipped(let reason): respond(.skipped(reason, id), hasEnded: true)
        case .failed(let error): respond(.failed(LogError(.failed, cause: error)), hasEnded: true)
        }
    }

    // MARK: Answers

    /// Writes an answer. When the request has not ended yet, its remaining part is read and dropped within bounds.
    private func respond(_ answer: ReportAnswer, hasEnded: Bool, closes: Bool = false) {
        guard let context else { return }
        report = nil
        let (body, now) = (answer.body, NIODeadline.now())
        let (version, isHead) = (state.version, state.isHead)
        // Who sends requests and reads no answers gets no more of them.
        let closes = closes || !context.channel.isWritable
        var head = HTTPResponseHead(answer, bodyBytes: body.count, fields: request.rateFields, version: version)
        observe(answer, bytes: body.count, now: now)
        // The state comes first: the pipeline handler delivers the next request from inside the write of `.end`.
        let action = state.answered(hasEnded: hasEnded, closes: closes, now: now)
        setDeadline()
        head.setConnection(keepsAlive: state.keepsAlive)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !isHead { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if action != .wait { perform(action) }
    }

    /// Answers a request whose head has not come as a whole, and closes.
    private func refuseHead(_ answer: ReportAnswer) {
        let now = NIODeadline.now()
        request = HTTP1Request()
        let action = state.headRefused(now: now)
        observe(answer, bytes: answer.body.count, now: now)
        limiter?.write(connection.loop.encoder.encode(answer, closes: true))
        perform(action)
    }

    /// Counts and logs an answer.
    private func observe(_ answer: ReportAnswer, bytes: Int, now: NIODeadline) {
        let observer = connection.loop.observer
        var record: AccessRecord?
        if observer.wants(status: answer.status) {
            record = AccessRecord(request, bodyBytes: state.bodyBytes, of: connection)
            if let refusal = answer.refusal { record?.refusal = refusal }
        }
        observer.answered(
            request.route, status: answer.status, bytes: bytes, from: state.startedAt, to: now, taking: &record)
    }
}
