package import AssetlogAccess
package import AssetlogCore
package import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// Answers a request that is no report, knowing what the handlers before it have found out.
package typealias APIResponder =
    @Sendable (Request, consuming ResponseWriter, RequestIdentity, RequestMemory) async throws -> Void

/// A connection that has asked for something else than a report, as the API reads and writes it.
struct APIConnection: Sendable {
    let channel: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    let forwarded: ForwardedRequest
    /// Asks the client for the body that it holds back.
    let sendContinue: @Sendable () -> Void
}

/// A body that the client holds back until it is read for the first time, so that it is not sent for a refusal.
private struct AwaitedBody: AsyncSequence, Sendable {
    let body: HummingbirdCore.RequestBody
    let sendContinue: @Sendable () -> Void

    struct AsyncIterator: AsyncIteratorProtocol {
        var chunks: HummingbirdCore.RequestBody.AsyncIterator
        var sendContinue: (@Sendable () -> Void)?

        mutating func next() async throws -> ByteBuffer? {
            sendContinue?()
            sendContinue = nil
            return try await chunks.next()
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(chunks: body.makeAsyncIterator(), sendContinue: sendContinue)
    }
}

/// Serves the requests of one such connection through the API's responder.
struct APIConnectionHandler: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: Responder
    let logger: Logger

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }

    /// Serves a connection until it ends.
    static func serve(_ connection: APIConnection, _ respond: @escaping APIResponder, logger: Logger) async {
        let (forwarded, sendContinue) = (connection.forwarded, connection.sendContinue)
        let handler = APIConnectionHandler(
            responder: { request, writer, _ in
                var request = request
                if forwarded.awaitsContinue {
                    let body = AwaitedBody(body: request.body, sendContinue: sendContinue)
                    request.body = HummingbirdCore.RequestBody(asyncSequence: body)
                }
                try await respond(request, writer, forwarded.current, forwarded.memory)
            }, logger: logger)
        await handler.handleHTTP(asyncChannel: connection.channel, logger: logger)
    }
}
