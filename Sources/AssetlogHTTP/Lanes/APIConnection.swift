public import AssetlogAccess
package import AssetlogCore
public import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// Answers a request that is no report, knowing what the lanes have found out about it.
package typealias APIResponder =
    @Sendable (Request, consuming ResponseWriter, RequestAdmission, RequestMemory) async throws -> Void

/// A connection that has asked for something else than a report, as the API lane reads and writes it.
struct APIConnection: Sendable {
    let channel: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    let forwarded: ForwardedRequest
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
        let forwarded = connection.forwarded
        let handler = APIConnectionHandler(
            responder: { request, writer, _ in try await respond(request, writer, forwarded.current, forwarded.memory) }, logger: logger)
        await handler.handleHTTP(asyncChannel: connection.channel, logger: logger)
    }
}
