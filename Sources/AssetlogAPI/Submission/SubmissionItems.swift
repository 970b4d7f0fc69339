import AssetlogBody
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore
import NIOCore

/// The items of a submission, in the order of its body and as fast as it comes: decoded in small steps, cut at their ends, and
/// within the limits of the body and the memory for requests.
///
/// Read once. The bytes of an item are there until the next one is asked for. What the reader keeps of the items before
/// counts as well: it says so by ``keep(_:events:)``. Confined to the task that reads the body.
final class SubmissionItems: AsyncSequence, AsyncIteratorProtocol {
    private let limits: RequestBodyLimits
    private let memory: MemoryHold
    private var chunks: BodyChunks.AsyncIterator
    private var chunk = ByteBuffer()
    // Whether more may come out of the chunk.
    private var hasMore = false
    private var hasEnded = false
    // The last item, where only the end of the body shows that it is complete.
    private var lastItem: ItemSplitter.Item?
    private var decoder: RequestBodyDecoder
    private var splitter: ItemSplitter
    // What the reader keeps.
    private var keptBytes = 0
    private var eventBytes = 0

    /// Prepares for the body that a head announces.
    ///
    /// - Parameters:
    ///   - format: How the items stand in it; nil: as its Content-Type says.
    ///   - limits: What the body may cost.
    ///   - maximumItemBytes: The most bytes of an item; of a larger one only its place is known.
    ///   - memory: Where the bytes are counted, as long as this is there.
    /// - Throws: ``RequestError`` with the status 415, and ``RequestBodyError``.
    init(
        of request: Request, format: ItemSplitter.Format? = nil, limits: RequestBodyLimits, maximumItemBytes: Int,
        memory: MemoryBudget.Share
    ) throws {
        self.limits = limits
        self.memory = MemoryHold(of: memory)
        splitter = ItemSplitter(
            format: try format ?? ItemSplitter.Format(contentType: request.headers[.contentType]), maximumItemBytes: maximumItemBytes)
        decoder = try request.bodyDecoder(limits)
        chunks = request.chunks.makeAsyncIterator()
    }

    func makeAsyncIterator() -> SubmissionItems { self }

    /// Whether the body is one object and no list, as far as it has come.
    var isSingle: Bool { splitter.isSingle }

    /// How many bytes of the body have come, decoded.
    var decodedBytes: Int { decoder.decodedBytes }

    /// The next item; nil: there is none.
    ///
    /// - Throws: What ``buffered()`` and ``readMore()`` throw.
    func next() async throws -> ItemSplitter.Item? {
        repeat {
            if let item = try buffered() { return item }
        } while try await readMore()
        return nil
    }

    /// The next item, if it has come as a whole; nil: ``readMore()`` has to be called.
    ///
    /// - Throws: ``RequestError`` with the status 400.
    func buffered() throws -> ItemSplitter.Item? {
        guard !hasEnded else { return lastItem.take() }
        do throws(ItemSplitter.Failure) {
            return try splitter.next()
        } catch {
            throw Self.refusal(of: error)
        }
    }

    /// Reads a step of the body; false: there is no more of it.
    ///
    /// - Throws: ``RequestError`` with the status 400, 408, 413 or 503, or `CancellationError`.
    func readMore() async throws -> Bool {
        guard !hasEnded else { return lastItem != nil }
        do {
            try checkRatio()
            try makeRoom()
            guard try await readStep() else {
                hasEnded = true
                try decoder.finish()
                lastItem = try splitter.last()
                return lastItem != nil
            }
            try makeRoom()
            return true
        } catch let error as ItemSplitter.Failure {
            throw Self.refusal(of: error)
        } catch let error as RequestBodyError {
            throw RequestError(error)
        }
    }

    private static func refusal(of failure: ItemSplitter.Failure) -> RequestError {
        RequestError(status: .badRequest, detail: "The body is not a list of events: \(failure.message).")
    }

    /// Lends the bytes of the item that was given last to `use`.
    func withBytes<Result>(_ range: Range<Int>, _ use: (UnsafeRawBufferPointer) -> Result) -> Result {
        splitter.bytes.withUnsafeBytes { use(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// Takes note of what the reader keeps of the items so far.
    ///
    /// - Parameters:
    ///   - bytes: What it takes of the memory.
    ///   - events: The bytes of the items that became events.
    func keep(_ bytes: Int, events: Int = 0) {
        (keptBytes, eventBytes) = (bytes, events)
    }

    /// Makes room for so many bytes in addition to what is kept.
    ///
    /// - Throws: ``RequestError`` with the status 503 when there is no room.
    func makeRoom(for bytes: Int = 0) throws(RequestError) {
        guard memory.change(to: splitter.capacityBytes + keptBytes + bytes) else { throw .noMemory }
    }

    // MARK: Reading

    /// Decodes a step of the body; false: there is no more of it.
    private func readStep() async throws -> Bool {
        if !hasMore {
            guard let next = try await chunks.next() else { return false }
            chunk = next
        }
        let count = try chunk.withUnsafeReadableBytes { bytes throws(RequestBodyError) in
            var rest = bytes[...]
            hasMore = try decoder.step(&rest) { splitter.append($0) }
            return bytes.count - rest.count
        }
        chunk.moveReaderIndex(forwardBy: count)
        return true
    }

    /// Limits how much larger than its compressed form a body may be, without counting what became events, or may do so
    /// yet: equal rows compress very well, but so do endless empty lines, and items that are refused.
    private func checkRatio() throws(RequestBodyError) {
        guard !limits.limitsRatio, decoder.exceedsRatio(without: eventBytes + splitter.keptBytes) else { return }
        throw RequestBodyError(
            .suspiciousRatio,
            "The body decodes to more than \(limits.compressionRatio) times its size in content other than events: empty lines, or"
                + " items that are refused (server.limits.compression_ratio).")
    }
}
