import HummingbirdCore
import NIOCore

/// The body of a request, which counts what has come of it.
struct CountedBody: AsyncSequence, Sendable {
    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var pieces: RequestBody.AsyncIterator
        fileprivate let count: ByteCounter

        mutating func next() async throws -> ByteBuffer? {
            let piece = try await pieces.next()
            if let piece { count.add(piece.readableBytes) }
            return piece
        }
    }

    private let body: RequestBody
    private let count: ByteCounter

    init(_ body: RequestBody, _ count: ByteCounter) {
        self.body = body
        self.count = count
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pieces: body.makeAsyncIterator(), count: count)
    }
}
