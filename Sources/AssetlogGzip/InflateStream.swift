#if Gzip
internal import CZlib

/// zlib's state of one gzip member, or of deflate data, and the memory for a step of output.
final class InflateStream {
    /// What is around the compressed data. The number is zlib's: 15 bits are the largest window that the format allows, 16
    /// more ask for the wrapping of gzip, and below zero there is none.
    enum Wrapping: Int32 { case gzip = 31, zlib = 15, raw = -15 }

    enum Failure: Equatable {
        case memory
        /// zlib's words.
        case data(String)
    }

    enum End: Equatable { case more, memberEnded, failed(Failure) }

    struct Result {
        var consumed: Int
        var produced: Int
        var end: End
    }

    /// On the heap because zlib's state points back at it.
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableRawBufferPointer

    init(stepSize: Int) throws(GzipError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(byteCount: stepSize, alignment: 16)
        let status = inflateInit2_(
            stream, Wrapping.gzip.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        if status != Z_OK { throw GzipError(.outOfMemory, "zlib can't start: \(Self.text(status, stream)).") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    /// Prepares for another member.
    func reset() { inflateReset(stream) }

    /// Prepares for data in another wrapping.
    func reset(_ wrapping: Wrapping) { inflateReset2(stream, wrapping.rawValue) }

    /// Decodes until the input or the room is used up, or the member ends.
    func inflate(
        _ input: Slice<UnsafeRawBufferPointer>, room: Int, _ body: (UnsafeRawBufferPointer) -> Void
    ) -> Result {
        let piece = UnsafeRawBufferPointer(rebasing: input)
        let available = UInt32(clamping: piece.count)
        let space = UInt32(clamping: min(room, output.count))
        // zlib only reads through next_in; its type lacks the const.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: piece.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = available
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = space
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        let produced = Int(space - stream.pointee.avail_out)
        if produced > 0 { body(UnsafeRawBufferPointer(rebasing: output[..<produced])) }
        return Result(
            consumed: Int(available - stream.pointee.avail_in), produced: produced, end: end(status))
    }

    private func end(_ status: Int32) -> End {
        switch status {
        // Z_BUF_ERROR: there was nothing to do, which is no error.
        case Z_OK, Z_BUF_ERROR: .more
        case Z_STREAM_END: .memberEnded
        case Z_MEM_ERROR: .failed(.memory)
        default: .failed(.data(Self.text(status, stream)))
        }
    }

    private static func text(_ status: Int32, _ stream: UnsafeMutablePointer<z_stream>) -> String {
        if let message = stream.pointee.msg { return String(cString: message) }
        return zError(status).map { String(cString: $0) } ?? "status \(status)"
    }
}
#endif
