#if Gzip
internal import CZlib

/// Compresses data to gzip (RFC 1952) piece by piece.
///
/// After ``finish(into:)`` it is ready for another member, which may follow the first in the same file.
/// Not safe to use from two threads at once.
public final class GzipCompressor {
    private static let stepSize = 32_768
    private static let windowBits: Int32 = 15 + 16
    /// On the heap because zlib's state points back at it.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Makes a compressor.
    ///
    /// - Parameter level: From 1, the fastest, to 9, the smallest; others are brought into that range.
    /// - Throws: ``GzipError`` with the code `outOfMemory`.
    public init(level: Int = 6) throws(GzipError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = deflateInit2_(
            stream, Int32(min(9, max(1, level))), Z_DEFLATED, Self.windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        if status != Z_OK { throw GzipError(.outOfMemory, "zlib can't start compressing: status \(status).") }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses bytes, and appends what is ready; zlib keeps the rest back for a better ratio.
    public func compress(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            deflate(piece, Z_NO_FLUSH, into: &output)
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Appends everything that was held back, so that a reader of the output sees all bytes up to here.
    public func flush(into output: inout [UInt8]) {
        deflate(UnsafeRawBufferPointer(start: nil, count: 0), Z_SYNC_FLUSH, into: &output)
    }

    /// Appends the end of the member.
    public func finish(into output: inout [UInt8]) {
        deflate(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH, into: &output)
        deflateReset(stream)
    }

    private func deflate(_ bytes: UnsafeRawBufferPointer, _ flush: Int32, into output: inout [UInt8]) {
        // zlib only reads through next_in; its type lacks the const.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(clamping: bytes.count)
        withUnsafeTemporaryAllocation(byteCount: Self.stepSize, alignment: 16) { step in
            repeat {
                stream.pointee.next_out = step.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(step.count)
                // It cannot fail: the state is valid, and there is room. Z_BUF_ERROR says that there was nothing to do.
                _ = CZlib.deflate(stream, flush)
                output.append(contentsOf: step[..<(step.count - Int(stream.pointee.avail_out))])
            } while stream.pointee.avail_out == 0
        }
    }
}
#endif
