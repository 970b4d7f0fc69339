import NIOCore
import NIOHTTP1

/// Why a body was not taken.
struct RequestBodyError: Error {
    var answer: ReportAnswer
}

/// The memory that the bodies of one event loop may take together. Confined to the loop.
final class BodyMemory {
    private let limit: Int
    private var used = 0

    init(limit: Int) {
        self.limit = limit
    }

    func take(_ count: Int) -> Bool {
        // One body always fits, however small the share of a loop is.
        guard used == 0 || used + count <= limit else { return false }
        used += count
        return true
    }

    func release(_ count: Int) {
        used -= count
    }
}

/// The body of a report as it comes in: decoded on the way, and bounded. Confined to its event loop.
final class RequestBody {
    /// What was decoded so far.
    private(set) var bytes: [UInt8] = []
    /// How many bytes came over the wire.
    private(set) var receivedBytes = 0
    private let limit: Int
    private let memory: BodyMemory
    private var taken = 0

    /// Prepares for the body that a head announces.
    init(_ headers: HTTPHeaders, limits: HTTPLimits, memory: BodyMemory) throws(RequestBodyError) {
        limit = limits.bodyBytes
        self.memory = memory
        if let length = headers.first(name: "content-length").flatMap({ Int($0) }), length > limit {
            throw RequestBodyError(answer: .tooLarge(limit: limit))
        }
    }

    deinit {
        memory.release(taken)
    }

    func append(_ buffer: ByteBuffer) throws(RequestBodyError) {
        receivedBytes += buffer.readableBytes
        guard bytes.count + buffer.readableBytes <= limit else {
            throw RequestBodyError(answer: .tooLarge(limit: limit))
        }
        try account(buffer.readableBytes)
        bytes.append(contentsOf: buffer.readableBytesView)
    }

    func finish() throws(RequestBodyError) {}

    private func account(_ count: Int) throws(RequestBodyError) {
        guard memory.take(count) else {
            let message = "The server is reading as many bodies as it has memory for; send the report again later."
            throw RequestBodyError(answer: .refused(503, message, [("Retry-After", "1")]))
        }
        taken += count
    }
}
