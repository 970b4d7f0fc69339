import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// A connection that has asked for something else than a report, as the API lane reads and writes it.
struct APIConnection: Sendable {
    let channel: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
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

    func serve(_ connection: APIConnection) async {
        await handleHTTP(asyncChannel: connection.channel, logger: logger)
    }
}
