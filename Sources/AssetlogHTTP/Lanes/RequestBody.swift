import NIOCore
import NIOHTTP1

/// Why a body was not taken.
struct RequestBodyError: Error {
    var answer: ReportAnswer
}

/// The content codings that requests may have.
struct RequestCodings {
    init(limits: HTTPLimits) {}
}

/// The body of a report as it comes in: decoded on the way, and bounded.
struct RequestBody {
    /// What was decoded so far.
    private(set) var bytes: [UInt8] = []
    /// How many bytes came over the wire.
    private(set) var receivedBytes = 0
    private let limit: Int

    /// Prepares for the body that a head announces.
    init(_ headers: HTTPHeaders, codings: RequestCodings, limits: HTTPLimits) throws(RequestBodyError) {
        limit = limits.bodyBytes
        if let length = headers.first(name: "content-length").flatMap({ Int($0) }), length > limit {
            throw RequestBodyError(answer: .tooLarge(limit: limit))
        }
    }

    mutating func append(_ buffer: ByteBuffer) throws(RequestBodyError) {
        receivedBytes += buffer.readableBytes
        guard bytes.count + buffer.readableBytes <= limit else {
            throw RequestBodyError(answer: .tooLarge(limit: limit))
        }
        bytes.append(contentsOf: buffer.readableBytesView)
    }

    mutating func finish() throws(RequestBodyError) {}
}
