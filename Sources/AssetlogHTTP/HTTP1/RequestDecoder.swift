import NIOCore
import NIOHTTP1

/// What a request's offer to change to another protocol (RFC 9110, section 7.8) means for its connection.
enum UpgradeOffer: Equatable {
    /// It makes none.
    case none
    /// It is ignored, and the connection continues.
    case ignored
    /// It is answered, and the connection ends: what follows need not be HTTP, or can't be told apart from it.
    case last

    init(_ head: HTTPRequestHead) {
        guard head.method != .CONNECT else {
            self = .last
            return
        }
        // NIO's decoder reads Proxy-Connection as if it were Connection.
        let options = head.headers["connection"] + head.headers["proxy-connection"]
        guard head.headers.contains(name: "upgrade"), options.contains(where: { $0.lowercased().contains("upgrade") }) else {
            self = .none
            return
        }
        // Where it is not plain that the decoder has found both, it is not plain either that it stops.
        let isPlain = options.contains(where: Self.namesUpgrade) && head.headers["upgrade"].contains { !$0.isEmpty }
        self = isPlain ? .ignored : .last
    }

    private static func namesUpgrade(_ options: String) -> Bool {
        options.split(separator: ",").contains { option in
            option.drop { $0 == " " }.prefix { $0 != " " }.lowercased() == "upgrade"
                && option.drop { $0 == " " }.drop { $0 != " " }.allSatisfy { $0 == " " }
        }
    }
}

/// NIO's decoder of requests, which continues after a request that offers to change to another protocol.
///
/// By itself NIO's decoder reads nothing more after such a request, because the bytes that follow would be of the other
/// protocol if the offer had been taken (apple/swift-nio#2570). It has then consumed exactly that request, so a new
/// decoder takes over from there: where a request ends stays the decision of one parser.
///
/// An ``UpgradeWatcher`` must follow its handler in the pipeline. Confined to its event loop.
final class RequestDecoder: ByteToMessageDecoder {
    typealias InboundOut = HTTPServerRequestPart

    private enum Phase: Equatable {
        case decoding
        /// The request that was just decoded has stopped NIO's decoder.
        case stopped
        /// No further request is read, or what was read of it is dropped.
        case ended
    }

    private let limits: NIOHTTPDecoderLimitConfiguration
    private var decoder: HTTPRequestDecoder
    private var phase = Phase.decoding
    private var offer = UpgradeOffer.none

    init(limits: NIOHTTPDecoderLimitConfiguration) {
        self.limits = limits
        decoder = HTTPRequestDecoder(limitConfiguration: limits)
    }

    // MARK: What the watcher sees

    fileprivate var hasEnded: Bool { phase == .ended }

    fileprivate func hasBegun(_ offer: UpgradeOffer) {
        self.offer = offer
    }

    fileprivate func hasFinished() {
        switch offer {
        case .none: break
        case .ignored: phase = .stopped
        case .last: phase = .ended
        }
    }

    // MARK: Decoding

    func decoderAdded(context: ChannelHandlerContext) {
        decoder.decoderAdded(context: context)
    }

    func decoderRemoved(context: ChannelHandlerContext) {
        decoder.decoderRemoved(context: context)
    }

    func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        while buffer.readableBytes > 0, phase != .ended {
            _ = try decoder.decode(context: context, buffer: &buffer)
            guard phase == .stopped else { break }
            replaceDecoder(context)
        }
        if phase == .ended { buffer.moveReaderIndex(to: buffer.writerIndex) }
        return .needMoreData
    }

    func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) throws -> DecodingState {
        _ = try decode(context: context, buffer: &buffer)
        guard phase != .ended else { return .needMoreData }
        return try decoder.decodeLast(context: context, buffer: &buffer, seenEOF: seenEOF)
    }

    private func replaceDecoder(_ context: ChannelHandlerContext) {
        decoder.decoderRemoved(context: context)
        decoder = HTTPRequestDecoder(limitConfiguration: limits)
        decoder.decoderAdded(context: context)
        phase = .decoding
    }
}

/// Reports to a ``RequestDecoder`` which requests it decodes, because NIO's decoder passes them only to the handler behind it.
final class UpgradeWatcher: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let decoder: RequestDecoder

    init(_ decoder: RequestDecoder) {
        self.decoder = decoder
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // In doubt NIO's decoder may continue with the bytes that came in the same chunk.
        guard !decoder.hasEnded else { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            let offer = UpgradeOffer(head)
            decoder.hasBegun(offer)
            guard offer == .last else { break }
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            return context.fireChannelRead(wrapInboundOut(.head(head)))
        case .body: break
        case .end: decoder.hasFinished()
        }
        context.fireChannelRead(data)
    }
}
