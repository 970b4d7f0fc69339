import AssetlogBody
import AssetlogCore

/// Makes the content of the fast path's bodies out of chunks and compressed data, in memory that is used again.
///
/// Confined to its event loop.
final class FastPathBodies {
    /// So much is kept for the next body.
    private static let keptBytes = 64 << 10

    private let limits: RequestBodyLimits
    private let memory: MemoryBudget.Share
    private var decoder: RequestBodyDecoder?
    private var gathered: [UInt8] = []
    private var decoded: [UInt8] = []

    /// - Parameter memory: Where decompressed bodies are counted, beyond what is kept.
    init(limits: RequestBodyLimits, memory: MemoryBudget.Share) {
        self.limits = limits
        self.memory = memory
    }

    /// Lends the content of a body.
    ///
    /// - Parameters:
    ///   - body: All its bytes as they came.
    ///   - chunks: Where in them the content is; nil: all of it is content.
    /// - Throws: ``RequestBodyError`` of a compressed body.
    func withContent<Result>(
        of body: UnsafeRawBufferPointer, chunks: [Range<Int>]?, isGzip: Bool, _ use: (UnsafeRawBufferPointer) -> Result
    ) throws(RequestBodyError) -> Result {
        guard let chunks else { return try withContent(body, isGzip: isGzip, use) }
        if chunks.count == 1 { return try withContent(UnsafeRawBufferPointer(rebasing: body[chunks[0]]), isGzip: isGzip, use) }
        gathered.removeAll(keepingCapacity: true)
        for chunk in chunks { gathered.append(contentsOf: body[chunk]) }
        return try gathered.withUnsafeBufferPointer { bytes throws(RequestBodyError) in
            try withContent(UnsafeRawBufferPointer(bytes), isGzip: isGzip, use)
        }
    }

    private func withContent<Result>(
        _ content: UnsafeRawBufferPointer, isGzip: Bool, _ use: (UnsafeRawBufferPointer) -> Result
    ) throws(RequestBodyError) -> Result {
        guard isGzip else { return use(content) }
        let hold = MemoryHold(of: memory)
        defer {
            withExtendedLifetime(hold) { decoded.removeAll(keepingCapacity: decoded.capacity <= Self.keptBytes) }
        }
        do throws(RequestBodyError) {
            try decode(content, hold)
        } catch {
            // What it has read of this body must not matter to the next one.
            decoder = nil
            throw error
        }
        return decoded.withUnsafeBytes(use)
    }

    private func decode(_ content: UnsafeRawBufferPointer, _ hold: MemoryHold) throws(RequestBodyError) {
        if decoder == nil {
            decoder = try RequestBodyDecoder(codings: ["gzip"], announcedBytes: nil, limits: limits)
        } else {
            decoder?.reset()
        }
        var rest = content[...]
        var hasMore = true
        while hasMore {
            hasMore = try decoder?.step(&rest) { decoded.append(contentsOf: $0) } ?? false
            guard decoded.capacity <= Self.keptBytes || hold.change(to: decoded.capacity) else { throw .noMemory }
        }
        try decoder?.finish()
    }
}
