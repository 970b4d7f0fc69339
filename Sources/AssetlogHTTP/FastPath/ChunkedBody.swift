/// Finds the end of a body in chunks that has the plainest form: sizes without extensions, and no trailer fields.
///
/// As with ``FastPathRequestParser``, whatever is not plainly that is left to the HTTP/1 handler's parser, from the first byte
/// of the request. It goes on where it stopped, so that a body which comes byte by byte is not read again and again. A pure
/// function of bytes (RFC 9112, section 7.1).
struct ChunkedBody {
    enum Result: Equatable {
        case complete
        /// All bytes so far fit; more are needed.
        case incomplete
        /// For the HTTP/1 handler.
        case other
    }

    /// Each size has at most so many digits.
    private static let maximumDigits = 8
    /// A body of more chunks is left to the HTTP/1 handler: what is kept of each would add up, uncounted, for all connections.
    static let maximumChunks = 64

    private let maximumBytes: Int
    /// Where the content is, from the first byte of the body.
    private(set) var chunks: [Range<Int>] = []
    /// The number of bytes of the body with all that is around its chunks, once it is complete.
    private(set) var byteCount = 0
    /// The number of bytes of the content.
    private(set) var contentBytes = 0
    // Where the size of the next chunk begins.
    private var position = 0

    /// - Parameter maximumBytes: The most bytes of the content, and as much again of what is around it.
    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// Prepares for another body.
    mutating func reset() {
        chunks.removeAll(keepingCapacity: true)
        (byteCount, contentBytes, position) = (0, 0, 0)
    }

    /// Reads on, in the body as far as it has come.
    mutating func advance(in body: UnsafeRawBufferPointer) -> Result {
        while true {
            var index = position
            var size = 0
            while index < body.count, let digit = Self.value(body[index]) {
                guard index - position < Self.maximumDigits else { return .other }
                size = size << 4 | digit
                index += 1
            }
            guard index < body.count else { return .incomplete }
            guard index > position else { return .other }
            guard let data = Self.lineEnd(at: index, in: body) else { return .other }
            guard data <= body.count else { return .incomplete }
            guard contentBytes + size <= maximumBytes, data - contentBytes <= maximumBytes else { return .other }
            guard let next = Self.lineEnd(at: data + size, in: body) else { return .other }
            guard next <= body.count else { return .incomplete }
            guard size > 0 else {
                byteCount = next
                return .complete
            }
            guard chunks.count < Self.maximumChunks else { return .other }
            chunks.append(data..<data + size)
            contentBytes += size
            position = next
        }
    }

    /// The position after the line end that stands at an index, which is behind the end of the bytes while it has not come;
    /// nil: something else stands there.
    private static func lineEnd(at index: Int, in body: UnsafeRawBufferPointer) -> Int? {
        if index < body.count, body[index] != 0x0d { return nil }
        if index + 1 < body.count, body[index + 1] != 0x0a { return nil }
        return index + 2
    }

    private static func value(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte - 0x30)
        case 0x41...0x46: Int(byte - 0x37)
        case 0x61...0x66: Int(byte - 0x57)
        default: nil
        }
    }
}
