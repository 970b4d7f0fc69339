import AssetlogCore
import HTTPTypes
import HummingbirdCore
import NIOCore

/// The memory that one answer takes, from when it is made until the client's socket has taken it.
struct AnswerMemory: Sendable {
    /// Answers up to this size are not counted: the number of connections bounds them.
    static let freeBytes = 4 << 10
    /// What is left for a large answer, or it need not be made at all.
    private static let largest = 4 << 20

    private let share: MemoryBudget.Share
    private let hold: MemoryHold

    init(_ share: MemoryBudget.Share) {
        self.share = share
        hold = MemoryHold(of: share)
    }

    /// Whether there may be no room for a large answer now.
    var isFull: Bool { share.usedBytes > 0 && share.usedBytes + Self.largest > share.limit }

    /// Takes memory for an answer of this many bytes, instead of what was taken before.
    ///
    /// - Throws: ``APIError`` with the status 503 when there is no room.
    func take(_ bytes: Int) throws(APIError) {
        guard hold.change(to: bytes > Self.freeBytes ? bytes : 0) else { throw Self.noRoom }
    }

    /// Takes memory for the answer to a request that has changed something: it is never refused.
    func takeAnyway(_ bytes: Int) {
        hold.change(anywayTo: bytes > Self.freeBytes ? bytes : 0)
    }

    /// Whether anything is taken.
    var isHeld: Bool { hold.bytes > 0 }

    /// Gives back what was taken.
    func release() {
        _ = hold.change(to: 0)
    }

    static let noRoom = APIError(
        status: .serviceUnavailable,
        detail: "The server is already sending as many large answers as it has memory for. Try again in a moment, or ask for"
            + " fewer events (limit).",
        headers: [.retryAfter: "1"])
}

/// Writes an answer in chunks, each when the socket has taken enough of those before.
struct PacedBodyWriter: ResponseBodyWriter {
    let flow: AnswerFlow
    var writer: any ResponseBodyWriter

    mutating func write(_ buffer: ByteBuffer) async throws {
        var rest = buffer
        while let chunk = rest.readSlice(length: min(rest.readableBytes, AnswerFlow.chunkBytes)), chunk.readableBytes > 0 {
            await flow.wait(untilUnsent: AnswerFlow.chunkBytes)
            flow.hand(over: chunk.readableBytes)
            try await writer.write(chunk)
        }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await writer.finish(trailingHeaders)
    }
}

extension ResponseBody {
    /// The body as it is written at the pace at which its client reads.
    func paced(by flow: AnswerFlow) -> ResponseBody {
        ResponseBody(contentLength: contentLength) { [self] writer in
            try await write(PacedBodyWriter(flow: flow, writer: writer))
        }
    }
}
