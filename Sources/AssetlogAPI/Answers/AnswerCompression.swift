import AssetlogGzip
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Compresses answers for clients that ask for that.
///
/// No answer holds a secret, so none can be guessed from the size of what it is compressed to.
struct AnswerCompression: Sendable {
    /// Smaller answers fit into a packet or two as they are, in bytes.
    static let minimumBytes = 2 << 10
    // What is larger is compressed in pieces of this size, so that other work gets its turn.
    fileprivate static let pieceBytes = 64 << 10

    private let slots = CompressionSlots()

    /// Says that the form of an answer depends on what its client accepts.
    func addVary(to response: inout Response) {
        guard ContentEncoder.isAvailable else { return }
        response.headers[.vary] = response.headers[.vary].map { "\($0), Accept-Encoding" } ?? "Accept-Encoding"
    }

    /// Compresses an answer where that is asked for and saves something; else it stays as it is.
    ///
    /// - Parameters:
    ///   - header: The value of the request's Accept-Encoding.
    ///   - held: The memory of the answer, which is that of its compressed form then.
    func encode(_ response: Response, accepted header: String, _ held: AnswerMemory) async -> Response {
        guard let length = response.body.contentLength, length >= Self.minimumBytes,
            let encoder = try? ContentEncoder(acceptEncoding: header)
        else { return response }
        let isLarge = length > Self.pieceBytes
        // Each compression under way has memory of its own; beyond a few at once the others do without.
        guard !isLarge || slots.take() else { return response }
        defer { if isLarge { slots.giveBack() } }
        let writer = CompressingWriter(encoder)
        guard (try? await response.body.write(writer)) != nil, writer.output.count < length else { return response }
        var encoded = response
        encoded.body = ResponseBody(byteBuffer: ByteBuffer(bytes: writer.output))
        encoded.headers[.contentEncoding] = ContentEncoder.coding
        held.takeAnyway(writer.output.count)
        return encoded
    }
}

/// How many large answers are compressed at once. State lives in a `Mutex`.
private final class CompressionSlots: Sendable {
    private static let limit = 4
    private let used = Mutex(0)

    func take() -> Bool {
        used.withLock { used in
            guard used < Self.limit else { return false }
            used += 1
            return true
        }
    }

    func giveBack() { used.withLock { $0 -= 1 } }
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
