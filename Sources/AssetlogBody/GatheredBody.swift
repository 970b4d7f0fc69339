package import AssetlogCore

/// The body of a request that is kept as a whole: decoded as it comes in, within its limits and the memory for requests.
///
/// Confined to the event loop or the task that reads the body.
package final class GatheredBody {
    /// What was decoded so far.
    package private(set) var bytes: [UInt8] = []
    private let memory: MemoryHold
    private var decoder: RequestBodyDecoder

    /// Prepares for the body that a head announces.
    ///
    /// - Parameters:
    ///   - codings: The values of the fields Content-Encoding.
    ///   - announcedBytes: What Content-Length says; nil: the body comes in chunks.
    ///   - limits: What the body may cost.
    ///   - memory: Where its bytes are counted, as long as it is there.
    /// - Throws: ``RequestBodyError`` with the status 413, 415 or 503.
    package init(
        codings: [String], announcedBytes: Int?, limits: RequestBodyLimits, memory: MemoryBudget.Share
    ) throws(RequestBodyError) {
        self.memory = MemoryHold(of: memory)
        decoder = try RequestBodyDecoder(codings: codings, announcedBytes: announcedBytes, limits: limits)
    }

    /// Decodes the next chunk.
    ///
    /// - Throws: ``RequestBodyError`` with the status 400, 413 or 503.
    package func append(_ chunk: UnsafeRawBufferPointer) throws(RequestBodyError) {
        var rest = chunk[...]
        while try decoder.step(&rest, { bytes.append(contentsOf: $0) }) {}
        // Its capacity, because an array that grows takes more than it holds.
        guard memory.change(to: bytes.capacity) else { throw .noMemory }
    }

    /// Says that the body is at its end.
    ///
    /// - Throws: ``RequestBodyError`` with the status 400 when the compressed data is not.
    package func finish() throws(RequestBodyError) {
        try decoder.finish()
    }
}
