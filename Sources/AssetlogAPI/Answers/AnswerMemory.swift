import HTTPTypes
import Synchronization

/// The memory that large answers may take together, from when they are made until their client has read them. State
/// lives in a `Mutex`.
///
/// Without it, clients that ask for large pages and do not read them would fill the memory.
final class AnswerMemory: Sendable {
    /// Answers up to this size are not counted: the number of connections bounds them.
    static let freeBytes = 64 << 10

    /// Keeps the memory of one answer until the last one who holds it lets go.
    final class Share: Sendable {
        private let memory: AnswerMemory
        private let bytes: Int

        fileprivate init(_ memory: AnswerMemory, _ bytes: Int) {
            (self.memory, self.bytes) = (memory, bytes)
        }

        deinit { memory.used.withLock { $0 -= bytes } }
    }

    private let limit: Int
    private let largest: Int
    private let used = Mutex(0)

    /// - Parameters:
    ///   - limit: The bytes of all large answers together.
    ///   - largest: The bytes that one of them may have.
    init(limit: Int, largest: Int = 4 << 20) {
        self.limit = limit
        self.largest = largest
    }

    /// Whether there may be no room for a large answer now, so that it need not be made at all.
    var isFull: Bool { used.withLock { $0 > 0 && $0 + largest > limit } }

    /// Takes memory for an answer; nil: it is small.
    ///
    /// - Throws: ``APIError`` with the status 503 when there is no room.
    func take(_ bytes: Int) throws(APIError) -> Share? {
        guard bytes > Self.freeBytes else { return nil }
        let isTaken = used.withLock { used in
            guard used == 0 || used + bytes <= limit else { return false }
            used += bytes
            return true
        }
        guard isTaken else { throw Self.noRoom }
        return Share(self, bytes)
    }

    static let noRoom = APIError(
        status: .serviceUnavailable,
        detail: "The server is already sending as many large answers as it has memory for. Try again in a moment, or ask for"
            + " fewer events (limit).",
        headers: [.retryAfter: "1"])
}
