import HummingbirdCore
import NIOCore
import Synchronization

/// The body of a request, which counts what has come of it.
struct CountedBody: AsyncSequence, Sendable {
    /// How many bytes have come.
    final class Count: Sendable {
        private let count = Atomic(0)

        var bytes: Int { count.load(ordering: .relaxed) }

        fileprivate func add(_ bytes: Int) { count.add(bytes, ordering: .relaxed) }
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var pieces: RequestBody.AsyncIterator
        fileprivate let count: Count

        mutating func next() async throws -> ByteBuffer? {
            let piece = try await pieces.next()
            if let piece { count.add(piece.readableBytes) }
            return piece
        }
    }

    private let body: RequestBody
    private let count: Count

    init(_ body: RequestBody, _ count: Count) {
        self.body = body
        self.count = count
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pieces: body.makeAsyncIterator(), count: count)
    }
}
