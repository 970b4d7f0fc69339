import AssetlogCore
import AssetlogGzip
import NIOCore
import NIOHTTP1

/// Why a body was not taken.
struct RequestBodyError: Error {
    var answer: ReportAnswer
}

/// The body of a report as it comes in: decoded on the way, and bounded. Confined to its event loop.
final class RequestBody {
    /// What was decoded so far.
    private(set) var bytes: [UInt8] = []
    /// How many bytes came over the wire.
    private(set) var receivedBytes = 0
    private let limit: Int
    private let memory: MemoryHold
    private let decoder: ContentDecoder?

    /// Prepares for the body that a head announces.
    init(_ headers: HTTPHeaders, limits: HTTPLimits, memory: MemoryBudget.Share) throws(RequestBodyError) {
        limit = limits.bodyBytes
        self.memory = MemoryHold(of: memory)
        let codings = headers["content-encoding"].joined(separator: ",")
        let gzip = GzipLimits(maximumBytes: limits.bodyBytes, maximumRatio: limits.compressionRatio)
        do {
            decoder = codings.isEmpty ? nil : try ContentDecoder(contentEncoding: codings, limits: gzip)
        } catch {
            throw RequestBodyError(answer: Self.answer(to: error))
        }
        // A compressed body over the limit is over it when it is decoded too, or it is not worth its coding.
        if let length = headers.first(name: "content-length").flatMap({ Int($0) }), length > limit {
            throw RequestBodyError(answer: .tooLarge(limit: limit))
        }
    }

    func append(_ buffer: ByteBuffer) throws(RequestBodyError) {
        receivedBytes += buffer.readableBytes
        if let decoder {
            do {
                try buffer.withUnsafeReadableBytes { try decoder.decode($0, into: &bytes) }
            } catch {
                throw RequestBodyError(answer: Self.answer(to: error, limit: limit))
            }
        } else {
            guard bytes.count + buffer.readableBytes <= limit else {
                throw RequestBodyError(answer: .tooLarge(limit: limit))
            }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        // Its capacity, because an array that grows takes more than it holds.
        guard memory.change(to: bytes.capacity) else { throw RequestBodyError(answer: .noMemory) }
    }

    func finish() throws(RequestBodyError) {
        // An empty body has no coding, whatever its header says.
        guard let decoder, receivedBytes > 0 else { return }
        do throws(GzipError) {
            try decoder.finish()
        } catch {
            throw RequestBodyError(answer: Self.answer(to: error, limit: limit))
        }
    }

    private static func answer(to error: any Error, limit: Int = 0) -> ReportAnswer {
        switch error {
        case let error as ContentCodingError:
            return .refused(415, error.message, [("Accept-Encoding", ContentCoding.supported)])
        case let error as GzipError where error.code == .tooLarge: return .tooLarge(limit: limit)
        case let error as GzipError where error.code == .suspiciousRatio: return .refused(413, error.message)
        case let error as GzipError where error.code == .outOfMemory:
            return .later(error.message)
        case let error as GzipError: return .refused(400, error.message)
        default: return .refused(400, "The body could not be decoded: \(error)")
        }
    }
}
