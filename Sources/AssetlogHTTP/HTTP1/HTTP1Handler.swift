import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// The lane of every request that is HTTP/1.x, behind NIO's parser: reports in any legal form are resolved here, all
/// else goes on to the API, which is added at a connection's first such request.
///
/// The pipeline handler before it delivers one request at a time, the next one when `.end` of the answer was written.
final class HTTP1Handler: PendingReport, ChannelDuplexHandler, ConnectionHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        case idle
        case readingReport(ReportInProgress)
        case committing(EventID)
        /// the API has the request; `hasEnded` when all of it was forwarded.
        case api(hasEnded: Bool)
        /// The answer was written before the request had ended; so many bytes of it are still dropped.
        case discarding(remaining: Int)
        /// Everything was written; what still comes is dropped until the peer closes too.
        case lingering
        case closed
    }

    /// A report whose body is being read.
    private struct ReportInProgress {
        var route: ReportRoute
        var target: [UInt8]
        var contentType: [UInt8]?
        var body: RequestBody
    }

    private let connection: Connection
    private var context: ChannelHandlerContext?
    private var phase = Phase.idle
    private var hasAPILane = false
    private var keepsAlive = true
    private var version = HTTPVersion.http1_1
    private var isHead = false
    private var hasForwarded = false
    private var isInputClosed = false
    // Whether the API has begun to answer.
    private var isAnswerBegun = false
    // The client sends the body when it is asked for it.
    private var awaitsContinue = false
    // Of the request that is being read or answered.
    private var route = RequestRoute.other
    private var startedAt = NIODeadline.now()
    private var bodyBytes = 0
    private var rateFields: [(name: String, value: String)] = []
    private var head: HTTPRequestHead?
    private var deployment: String?
    private var admission = RequestIdentity()
    // What the head that is being read takes of the memory of requests, and what the API may keep of a body.
    private var headBytes = 0
    private var streamBytes = 0
    private let flow = AnswerFlow()
    private var meter: HeaderByteLimiter?

    private init(connection: Connection) {
        self.connection = connection
    }

    /// Adds NIO's HTTP/1 handlers and the lane to the end of a pipeline.
    static func install(on connection: Connection, in pipeline: ChannelPipeline.SynchronousOperations) throws {
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = connection.limits.headerBytes
        decoderLimits.maxHeaderListSize = connection.limits.headerBytes
        decoderLimits.maxHeaderFieldCount = 200
        let lane = HTTP1Handler(connection: connection)
        let decoder = RequestDecoder(limits: decoderLimits)
        let meter = HeaderByteLimiter(handler: lane)
        lane.meter = meter
        try pipeline.addHandler(meter)
        try pipeline.addHandler(HTTPResponseEncoder(configuration: .init()))
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(UpgradeWatcher(decoder))
        try pipeline.addHandler(HTTPServerPipelineHandler())
        try pipeline.addHandler(lane)
    }

    // MARK: Life of the connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.handler = self
        connection.expect(within: connection.limits.headerTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        (self.context, meter) = (nil, nil)
        releaseMemory()
    }

    func channelInactive(context: ChannelHandlerContext) {
        phase = .closed
        releaseMemory()
        context.fireChannelInactive()
    }

    func deadlinePassed(now: NIODeadline) {
        switch phase {
        case .readingReport: respond(.later("The body did not arrive in time.", status: 408), hasEnded: false)
        case .idle where headBytes > 0: refuseHead(.later("The request did not arrive in time.", status: 408))
        case .discarding: linger()
        case .api(hasEnded: true) where isInputClosed && !isAnswerBegun: askWhetherClientIsThere()
        default: close()
        }
    }

    /// How long a client that has ended its side waits for an answer before it is asked whether it is still there.
    private static let patienceWithHalfClosed = TimeAmount.seconds(1)

    /// Writes to a client that has ended its side, which it may have done in order to leave: then its machine resets the
    /// connection, and the API need not go on. One that waits ignores the interim answer (RFC 9110, section 15.2).
    private func askWhetherClientIsThere() {
        guard let context, !version.isBeforeHTTP11 else { return }
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: version, status: .continue))), promise: nil)
        connection.expect(within: Self.patienceWithHalfClosed)
    }

    func drain() {
        keepsAlive = false
        if case .idle = phase { close() }
    }

    // MARK: Memory of heads

    /// Counts bytes that have come; false: nobody reads them, or the connection closes because there is no memory for them.
    ///
    /// Only those of a head are counted here, because the decoder keeps them until the head is complete.
    func takeInput(_ count: Int) -> Bool {
        switch phase {
        case .idle: break
        case .lingering, .closed: return false
        default: return true
        }
        guard connection.loop.memory.take(count, holding: headBytes) else {
            refuseHead(.noMemory)
            return false
        }
        if headBytes == 0 { connection.expect(within: connection.limits.headerTimeout) }
        headBytes += count
        return true
    }

    private func releaseHead() {
        connection.loop.memory.release(headBytes)
        headBytes = 0
    }

    /// The most bytes of a body on their way to the API: what its buffer holds before it stops reading, and a read
    /// that was under way.
    private static let maximumStreamBytes = 192 << 10

    /// Takes what the API may keep of a body that it has not read yet; false: there is no room.
    private func takeStream(_ head: HTTPRequestHead) -> Bool {
        guard !hasNoBody(head) else { return true }
        let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? Self.maximumStreamBytes
        let wanted = min(max(length, 0), Self.maximumStreamBytes)
        guard connection.loop.memory.take(wanted) else { return false }
        streamBytes = wanted
        return true
    }

    private func releaseStream() {
        connection.loop.memory.release(streamBytes)
        streamBytes = 0
    }

    private func releaseMemory() {
        releaseHead()
        releaseStream()
        flow.close()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.recordFailure(error)
        switch (phase, error) {
        case (.closed, _), (.lingering, _): break
        case (.idle, let error as HTTPParserError):
            // The request that can't be read is not the one before it.
            forgetRequest()
            refuseUnreadable(error)
        case (.readingReport, let error as HTTPParserError): refuseUnreadable(error)
        case (.discarding, is HTTPParserError): linger()
        // The answer is still owed.
        case (.committing, is HTTPParserError): keepsAlive = false
        case (.api, is HTTPParserError):
            keepsAlive = false
            context.fireErrorCaught(error)
        default: close()
        }
    }

    /// Answers what is no request, and closes: the decoder reads nothing after it.
    private func refuseUnreadable(_ error: HTTPParserError) {
        keepsAlive = false
        respond(Self.answer(to: error), hasEnded: true)
    }

    /// Answers a request whose head has not come as a whole, and closes.
    private func refuseHead(_ answer: ReportAnswer) {
        forgetRequest()
        keepsAlive = false
        note(answer, bytes: answer.body.count)
        meter?.write(connection.loop.encoder.encode(answer, closes: true))
        linger()
    }

    private static func answer(to error: HTTPParserError) -> ReportAnswer {
        switch error {
        case .headerOverflow:
            .refused(431, "The request's line and headers are larger than the limit (server.limits.header_bytes).")
        // The decoder pauses at the beginning of HTTP/2, and nowhere else.
        case .invalidVersion, .paused: .refused(505, "This server speaks HTTP/1.1 and HTTP/1.0 only.")
        default: .refused(400, "The request is not valid HTTP/1.1: \(error).")
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(.inputClosed) = event as? ChannelEvent else {
            connection.recordHandshake(event)
            context.fireUserInboundEventTriggered(event)
            return
        }
        isInputClosed = true
        keepsAlive = false
        switch phase {
        case .idle, .readingReport, .discarding, .lingering: close()
        case .committing: break  // The answer is still owed.
        case .api(let hasEnded):
            if hasEnded, !isAnswerBegun { connection.expect(within: Self.patienceWithHalfClosed) }
            context.fireUserInboundEventTriggered(event)
        case .closed: break
        }
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
        if hasForwarded {
            hasForwarded = false
            context.fireChannelReadComplete()
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard case .idle = phase else { return }
        releaseHead()
        forgetRequest()
        self.head = head
        version = head.version
        keepsAlive = head.isKeepAlive && !connection.loop.connections.isDraining && !isInputClosed
        isHead = head.method == .HEAD
        connection.expect(within: connection.limits.bodyTimeout)

        if head.uri.utf8.count > connection.limits.targetBytes {
            let answer = ReportAnswer.refused(414, "The request target is longer than \(connection.limits.targetBytes) bytes.")
            return respond(answer, hasEnded: false)
        }
        var head = head
        do throws(RequestTargetError) {
            try RequestTarget.normalize(&head)
        } catch {
            keepsAlive = false
            return respond(.refused(400, error.message), hasEnded: hasNoBody(head))
        }
        self.head = head
        awaitsContinue = expectsContinue(head)
        admission = RequestFacts.with(head, of: connection) { connection.loop.reports.authorize($0, now: startedAt) }
        route(head, context)
    }

    /// Gives a request to the one who answers it.
    private func route(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard head.method != .CONNECT else {
            rateFields = admission.rateFields
            return respond(admission.refusal.map { .refused($0, []) } ?? .noTunnel, hasEnded: false)
        }
        let target = Array(head.uri.utf8)
        guard let report = target.withUnsafeBytes(connection.loop.reports.router.route), !isDryRun(report, target, head) else {
            return forward(head, context)
        }
        route = RequestRoute(report.endpoint)
        (rateFields, deployment) = (admission.rateFields, report.deployment)
        if let refusal = admission.refusal {
            return respond(.refused(refusal, []), hasEnded: hasNoBody(head))
        }
        guard head.method == .POST else {
            return respond(.methodNotAllowed(head.method.rawValue), hasEnded: hasNoBody(head))
        }
        do throws(RequestBodyError) {
            let body = try RequestBody(head.headers, limits: connection.limits, memory: connection.loop.memory)
            phase = .readingReport(
                ReportInProgress(
                    route: report, target: target, contentType: head.headers["content-type"].first.map { Array($0.utf8) },
                    body: body))
            continueIfAwaited()
        } catch {
            respond(error.answer, hasEnded: false)
        }
    }

    private func forgetRequest() {
        (route, startedAt, bodyBytes, rateFields) = (.other, .now(), 0, [])
        (head, deployment, admission) = (nil, nil, .init())
        (awaitsContinue, isAnswerBegun) = (false, false)
    }

    // Its answer may look at the log, so it is the API's.
    private func isDryRun(_ report: ReportRoute, _ target: [UInt8], _ head: HTTPRequestHead) -> Bool {
        guard head.method == .POST, let query = report.query else { return false }
        return target.withUnsafeBytes { ReportRoute.dryRun(UnsafeRawBufferPointer(rebasing: $0[query])) != .notAsked }
    }

    private func hasNoBody(_ head: HTTPRequestHead) -> Bool {
        !head.headers.contains(name: "transfer-encoding") && (head.headers.first(name: "content-length") ?? "0") == "0"
    }

    private func expectsContinue(_ head: HTTPRequestHead) -> Bool {
        !version.isBeforeHTTP11 && !hasNoBody(head) && head.headers.first(name: "expect")?.lowercased() == "100-continue"
    }

    /// Asks the client for the body that it holds back, once. An answer that comes before says that it is not wanted.
    fileprivate func continueIfAwaited() {
        guard awaitsContinue, let context else { return }
        awaitsContinue = false
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: version, status: .continue))), promise: nil)
    }

    private func receive(_ bytes: ByteBuffer, _ data: NIOAny, _ context: ChannelHandlerContext) {
        awaitsContinue = false
        switch phase {
        case .readingReport(let report):
            do throws(RequestBodyError) {
                try report.body.append(bytes)
                expectRest(after: bytes.readableBytes)
            } catch {
                respond(error.answer, hasEnded: false)
            }
        case .api:
            hasForwarded = true
            expectRest(after: bytes.readableBytes)
            context.fireChannelRead(data)
        case .discarding(let remaining):
            guard remaining > bytes.readableBytes else { return linger() }
            phase = .discarding(remaining: remaining - bytes.readableBytes)
        case .idle, .committing, .lingering, .closed: break
        }
    }

    // A long body may take long, but never come slower than the limit's pace.
    private func expectRest(after count: Int) {
        bodyBytes += count
        let pace = Int64(bodyBytes / max(connection.limits.bodyBytesPerSecond, 1))
        connection.deadline = startedAt + connection.limits.bodyTimeout + .seconds(pace)
    }

    private func end(_ data: NIOAny, _ context: ChannelHandlerContext) {
        awaitsContinue = false
        switch phase {
        case .readingReport(let report):
            do throws(RequestBodyError) {
                try report.body.finish()
                resolve(report)
            } catch {
                respond(error.answer, hasEnded: true)
            }
        case .api:
            phase = .api(hasEnded: true)
            connection.deadline = .distantFuture
            if isInputClosed, !isAnswerBegun { connection.expect(within: Self.patienceWithHalfClosed) }
            hasForwarded = true
            context.fireChannelRead(data)
        case .discarding: finishRequest()
        case .idle, .committing, .lingering, .closed: break
        }
    }

    private func resolve(_ report: ReportInProgress) {
        let (target, contentType, route) = (report.target, report.contentType, report.route)
        let keys = (head?.headers[AccessField.idempotencyKey.name] ?? []).map { Array($0.utf8) }
        do {
            // Several fields of one key are one.
            _ = try IdempotencyKey.parse(fields: keys)
        } catch {
            return respond(.refused(400, error.message), hasEnded: true)
        }
        let key = keys.first
        let isApproximate = head?.headers.first(name: TimestampField.name).map { TimestampField.isApproximate($0.utf8) } ?? false
        let verdict = target.withUnsafeBytes { target in
            (contentType ?? []).withUnsafeBytes { type in
                report.body.bytes.withUnsafeBytes { body in
                    let request = ReportRequest(
                        endpoint: route.endpoint, keyPath: UnsafeRawBufferPointer(rebasing: target[route.keyPath]),
                        query: route.query.map { UnsafeRawBufferPointer(rebasing: target[$0]) },
                        contentType: contentType == nil ? nil : type, body: body, isTimestampApproximate: isApproximate)
                    return (key ?? []).withUnsafeBytes { bytes in
                        connection.loop.reports.report(
                            request, to: route.deployment, key: key == nil ? nil : bytes, identity: admission, for: self)
                    }
                }
            }
        }
        switch verdict {
        case .queued(let id):
            phase = .committing(id)
            connection.deadline = .distantFuture
        case .answered(let answer): respond(answer, hasEnded: true)
        }
    }

    // MARK: Answers to reports

    override func completed(_ outcome: CommitResult.Outcome) {
        guard case .committing(let id) = phase else { return }
        switch outcome {
        case .committed: respond(.recorded(id), hasEnded: true)
        case .excepted(let reason): respond(.excepted(reason, id), hasEnded: true)
        case .failed(let error): respond(.failed(LogError(.failed, cause: error)), hasEnded: true)
        }
    }

    /// Writes an answer. When the request has not ended yet, its rest is read and dropped within bounds.
    private func respond(_ answer: ReportAnswer, hasEnded: Bool) {
        guard let context else { return }
        awaitsContinue = false
        if !hasEnded || connection.loop.connections.isDraining || isInputClosed { keepsAlive = false }
        var head = HTTPResponseHead(version: version, status: HTTPResponseStatus(statusCode: answer.status))
        let body = answer.body
        head.headers.add(name: "Server", value: "assetlog")
        head.headers.add(name: "Date", value: HTTPDate.text(of: .now()))
        head.headers.add(name: "Content-Type", value: "application/json")
        head.headers.add(name: "Content-Length", value: String(body.count))
        if let id = answer.eventID { head.headers.add(name: "Assetlog-Event-Id", value: id.description) }
        if let value = AnswerField.value(status: answer.status) { head.headers.add(name: AnswerField.name, value: value) }
        for field in answer.fields + rateFields { head.headers.add(name: field.name, value: field.value) }
        addConnectionField(to: &head)
        note(answer, bytes: body.count)
        // The state comes first: the pipeline handler delivers the next request from inside the write of `.end`.
        phase = hasEnded ? .idle : .discarding(remaining: connection.limits.discardedBytes)
        if hasEnded {
            connection.expect(within: connection.limits.idleTimeout)
        } else {
            connection.expect(within: connection.limits.discardTimeout)
        }
        let closes = hasEnded && !keepsAlive
        if closes { phase = .lingering }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !isHead { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if closes { linger() }
    }

    private func note(_ answer: ReportAnswer, bytes: Int) {
        let loop = connection.loop
        var record: AccessRecord?
        if loop.observer.wants(status: answer.status) {
            var begun = AccessRecord(head, route, deployment: deployment, admission, requestBytes: bodyBytes, of: connection)
            if let refusal = answer.refusal { begun.refusal = refusal }
            record = begun
        }
        loop.observer.answered(route, status: answer.status, bytes: bytes, from: startedAt, to: .now(), record)
    }

    private func finishRequest() {
        if keepsAlive {
            phase = .idle
            connection.expect(within: connection.limits.idleTimeout)
        } else {
            linger()
        }
    }

    private func addConnectionField(to head: inout HTTPResponseHead) {
        if !keepsAlive {
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        } else if version.isBeforeHTTP11 {
            head.headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
    }

    /// Ends the answering side and waits a moment for the peer's end, so that a reset does not swallow the answer.
    private func linger() {
        guard let context else { return }
        phase = .lingering
        guard !isInputClosed else { return close() }
        connection.expect(within: .seconds(2))
        context.close(mode: .output, promise: nil)
    }

    private func close() {
        phase = .closed
        context?.close(promise: nil)
    }

    // MARK: the API

    private func forward(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        do {
            if !hasAPILane { try addAPILane(context) }
        } catch {
            connection.loop.logger.error("The API handlers of a connection could not be set up.", metadata: ["error": "\(error)"])
            return close()
        }
        let memory = RequestMemory(flow: flow, hasRoom: takeStream(head))
        connection.forwarded.begin(admission, memory, awaitsContinue: awaitsContinue)
        phase = .api(hasEnded: false)
        hasForwarded = true
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    /// Writes a part of an answer, and notes when the socket has taken it.
    private func write(
        _ body: IOData, hasEnded: Bool, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext
    ) {
        let taken = promise ?? context.eventLoop.makePromise(of: Void.self)
        taken.futureResult.assumeIsolated().whenComplete { [self, count = body.readableBytes] _ in sent(count) }
        // A long answer may pause as it likes; a client that does not read it may not.
        if hasEnded { connection.expect(within: connection.limits.writeTimeout) }
        context.write(wrapOutboundOut(.body(body)), promise: taken)
    }

    private func sent(_ count: Int) {
        flow.sent(count)
        let isEmpty = flow.unsentBytes == 0
        switch phase {
        case .api(hasEnded: true):
            if isEmpty { connection.deadline = .distantFuture } else { connection.expect(within: connection.limits.writeTimeout) }
        case .idle where isEmpty && headBytes == 0: connection.expect(within: connection.limits.idleTimeout)
        default: break
        }
    }

    private func addAPILane(_ context: ChannelHandlerContext) throws {
        hasAPILane = true
        try context.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: connection.isSecure))
        let channel = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
            wrappingChannelSynchronously: context.channel,
            configuration: .init(
                backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2), isOutboundHalfClosureEnabled: true))
        let lane = NIOLoopBound(self, eventLoop: context.eventLoop)
        connection.loop.openAPIConnection(
            APIConnection(channel: channel, forwarded: connection.forwarded) {
                lane.eventLoop.execute { lane.value.continueIfAwaited() }
            })
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .api(let hasEnded) = phase else {
            if case .body(let body) = unwrapOutboundIn(data) { flow.sent(body.readableBytes) }
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            // A client that still holds its body back may send the next request instead of it. Any other rest is read
            // and dropped, so that what follows on the connection does not depend on when the body comes.
            if awaitsContinue || connection.loop.connections.isDraining { keepsAlive = false }
            awaitsContinue = false
            isAnswerBegun = true
            if case .api(hasEnded: true) = phase { connection.deadline = .distantFuture }
            // The HTTP types of the API carry no version and know nothing of this connection's fate.
            head.version = version
            addConnectionField(to: &head)
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let body): write(body, hasEnded: hasEnded, promise, context)
        case .end(let trailers):
            let closes = !keepsAlive
            phase = !hasEnded ? .discarding(remaining: connection.limits.discardedBytes) : closes ? .lingering : .idle
            releaseStream()
            let wait = flow.unsentBytes > 0 ? connection.limits.writeTimeout : connection.limits.idleTimeout
            connection.expect(within: hasEnded ? wait : connection.limits.discardTimeout)
            context.writeAndFlush(wrapOutboundOut(.end(trailers)), promise: promise)
            if hasEnded, closes { linger() }
        }
    }
}
