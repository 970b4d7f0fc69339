package import AssetlogCore
import HTTPTypes
import HummingbirdCore
import NIOCore

/// The memory that one answer takes, from when it is made until the client's socket has taken it.
package struct AnswerMemory: Sendable {
    /// Answers up to this size are not counted: the number of connections bounds them.
    package static let freeBytes = 4 << 10
    /// What is left for a large answer, or it need not be made at all.
    private static let largest = 4 << 20

    private let share: MemoryBudget.Share
    private let hold: MemoryHold

    package init(_ share: MemoryBudget.Share) {
        self.share = share
        hold = MemoryHold(of: share)
    }

    /// Whether there may be no room for a large answer now.
    package var isFull: Bool { share.usedBytes > 0 && share.usedBytes + Self.largest > share.limit }

    /// What a buffer of this many bytes takes.
    ///
    /// Its size is a power of two, all of which is in use where the allocator cuts it from memory that was used before. Of a
    /// large one, only the pages that are written take memory.
    package static func bufferBytes(_ count: Int) -> Int {
        count > AnswerFlow.chunkBytes || count < 2 ? count : 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount)
    }

    /// Takes memory for an answer of this many bytes, instead of what was taken before.
    ///
    /// - Throws: ``RequestError`` with the status 503 when there is no room.
    package func take(_ bytes: Int) throws(RequestError) {
        guard hold.change(to: bytes > Self.freeBytes ? bytes : 0) else { throw Self.noRoom }
    }

    /// Takes memory for the answer to a request that has changed something: it is never refused.
    package func takeAnyway(_ bytes: Int) {
        hold.change(anywayTo: bytes > Self.freeBytes ? bytes : 0)
    }

    /// Whether anything is taken.
    package var isHeld: Bool { hold.bytes > 0 }

    /// Gives back what was taken.
    package func release() {
        _ = hold.change(to: 0)
    }

    package static let noRoom = RequestError(
        status: .serviceUnavailable,
        detail: "The server is already sending as many large answers as it has memory for. Try again in a moment, or ask for"
            + " fewer events (limit).",
        headers: [.retryAfter: "1"])
}
