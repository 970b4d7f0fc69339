import AssetlogGzip
import HTTPTypes
import HummingbirdCore
import NIOCore

/// Compresses answers for clients that ask for that.
///
/// No answer holds a secret, so none can be guessed from the size of what it is compressed to.
struct AnswerCompression: Sendable {
    /// Smaller answers fit into a packet or two as they are, in bytes.
    static let minimumBytes = 2 << 10
    // What is larger is compressed in pieces of this size, so that other work gets its turn.
    fileprivate static let pieceBytes = 64 << 10

    // Each compression under way has memory of its own; beyond a few at once the others do without.
    private let slots = Limiter(count: 4)

    /// Says that the form of an answer depends on what its client accepts.
    func addVary(to response: inout Response) {
        guard ContentEncoder.isAvailable else { return }
        response.headers[.vary] = response.headers[.vary].map { "\($0), Accept-Encoding" } ?? "Accept-Encoding"
    }

    /// Compresses an answer where that is asked for and saves something; else it stays as it is.
    ///
    /// - Parameters:
    ///   - header: The value of the request's Accept-Encoding.
    ///   - caller: Whom the answer is for.
    ///   - held: The memory of the answer, which is that of its compressed form then.
    func encode(
        _ response: Response, accepted header: String, for caller: LimitedCaller, _ held: AnswerMemory
    ) async -> Response {
        guard let length = response.body.contentLength, length >= Self.minimumBytes,
            let encoder = try? ContentEncoder(acceptEncoding: header)
        else { return response }
        let isLarge = length > Self.pieceBytes
        guard !isLarge || slots.enterIfFree(caller) else { return response }
        defer { if isLarge { slots.leave(caller) } }
        let writer = CompressingWriter(encoder)
        guard (try? await response.body.write(writer)) != nil, writer.output.count < length else { return response }
        var encoded = response
        encoded.body = ResponseBody(byteBuffer: ByteBuffer(bytes: writer.output))
        encoded.headers[.contentEncoding] = ContentEncoder.coding
        held.takeAnyway(AnswerMemory.bufferBytes(writer.output.count))
        return encoded
    }
}

/// Keeps what is written as the body of an answer, compressed. Confined to one task.
private final class CompressingWriter: ResponseBodyWriter {
    private(set) var output: [UInt8] = []
    private let encoder: ContentEncoder

    init(_ encoder: ContentEncoder) {
        self.encoder = encoder
    }

    func write(_ buffer: ByteBuffer) async throws {
        var rest = buffer
        while let piece = rest.readSlice(length: min(rest.readableBytes, AnswerCompression.pieceBytes)),
            piece.readableBytes > 0
        {
            piece.withUnsafeReadableBytes { encoder.encode($0, into: &output) }
            if rest.readableBytes > 0 { await Task.yield() }
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        encoder.finish(into: &output)
    }
}
