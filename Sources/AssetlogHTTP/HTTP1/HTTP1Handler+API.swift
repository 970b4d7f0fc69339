import AssetlogCore
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

// The requests that the API answers, and its answers on their way to the client.
extension HTTP1Handler {
    /// The most bytes of a body on their way to the API: what its buffer holds before it stops reading, and a read that
    /// was under way.
    private static let maximumStreamBytes = 192 << 10

    /// Gives a request to the API.
    func forward(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        do {
            if !hasAPIHandlers { try addAPIHandlers(context) }
        } catch {
            connection.loop.logger.error("The API handlers of a connection could not be set up.", metadata: ["error": "\(error)"])
            return close()
        }
        let memory = RequestMemory(flow: flow, hasRoom: takeStream(head))
        connection.forwarded.begin(request.identity, memory, awaitsContinue: state.awaitsContinue)
        state.forward()
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    private func addAPIHandlers(_ context: ChannelHandlerContext) throws {
        hasAPIHandlers = true
        try context.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: connection.isSecure))
        let channel = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
            wrappingChannelSynchronously: context.channel,
            configuration: .init(
                backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2), isOutboundHalfClosureEnabled: true))
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        connection.loop.openAPIConnection(
            APIConnection(channel: channel, forwarded: connection.forwarded) {
                handler.eventLoop.execute { handler.value.continueIfAwaited() }
            })
    }

    // MARK: Memory of bodies

    /// Takes what the API may keep of a body that it has not read yet; false: there is no room.
    private func takeStream(_ head: HTTPRequestHead) -> Bool {
        guard state.hasBody else { return true }
        let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? Self.maximumStreamBytes
        let wanted = min(max(length, 0), Self.maximumStreamBytes)
        guard connection.loop.memory.take(wanted) else { return false }
        streamBytes = wanted
        return true
    }

    func releaseStream() {
        connection.loop.memory.release(streamBytes)
        streamBytes = 0
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state.isForwarded else {
            if case .body(let body) = unwrapOutboundIn(data) { flow.sent(body.readableBytes) }
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head): write(head, promise, context)
        case .body(let body): write(body, promise, context)
        case .end(let trailers):
            releaseStream()
            let action = state.answerEnded(hasUnsent: flow.unsentBytes > 0, now: .now())
            setDeadline()
            context.writeAndFlush(wrapOutboundOut(.end(trailers)), promise: promise)
            if action != .wait { perform(action) }
        }
    }

    private func write(_ head: HTTPResponseHead, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        state.answerBegun()
        setDeadline()
        // The HTTP types of the API carry no version, and nothing about how this connection continues.
        var head = head
        head.version = state.version
        head.setConnection(keepsAlive: state.keepsAlive)
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    /// Writes a chunk of an answer, and notices when the socket has taken it.
    private func write(_ body: IOData, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        let taken = promise ?? context.eventLoop.makePromise(of: Void.self)
        taken.futureResult.assumeIsolated().whenComplete { [self, count = body.readableBytes] _ in sent(count) }
        state.answerContinued(now: .now())
        setDeadline()
        context.write(wrapOutboundOut(.body(body)), promise: taken)
    }

    private func sent(_ count: Int) {
        flow.sent(count)
        state.sent(hasUnsent: flow.unsentBytes > 0, now: .now())
        setDeadline()
    }
}
