#if Gzip
extension ContentCoding {
    static let isGzipSupported = true
}

/// Undoes the content codings of a request body piece by piece, with the same limits on each layer.
///
/// Not safe to use from two threads at once.
public final class ContentDecoder {
    private let outer: GzipDecoder
    /// Of a body that was compressed twice.
    private let inner: GzipDecoder?

    /// Makes a decoder for the value of a Content-Encoding header; nil when it names nothing to decode.
    ///
    /// - Parameter header: The value; of several headers the values, joined by commas.
    /// - Throws: ``ContentCodingError``, or ``GzipError`` with the code `outOfMemory`.
    public init?(contentEncoding header: String, limits: GzipLimits = GzipLimits()) throws {
        let codings = try ContentCoding.parse(header)
        guard !codings.isEmpty else { return nil }
        outer = try GzipDecoder(limits: limits)
        inner = codings.count > 1 ? try GzipDecoder(limits: limits) : nil
    }

    /// Decodes the next piece, and appends what comes out.
    ///
    /// - Throws: ``GzipError``; after that the decoder throws the same again.
    public func decode(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) throws(GzipError) {
        try decode(input) { output.append(contentsOf: $0) }
    }

    /// Decodes the next piece, and gives what comes out to a closure, in pieces of at most 64 KiB that live as long as the call.
    ///
    /// - Throws: ``GzipError``; after that the decoder throws the same again.
    public func decode(_ input: UnsafeRawBufferPointer, body: (UnsafeRawBufferPointer) -> Void) throws(GzipError) {
        guard let inner else { return try outer.decode(input, body: body) }
        var failure: GzipError?
        try outer.decode(input) { piece in
            guard failure == nil else { return }
            do throws(GzipError) { try inner.decode(piece, body: body) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Says that the body is at its end.
    ///
    /// - Throws: ``GzipError`` with the code `truncated` if the data is not complete.
    public func finish() throws(GzipError) {
        try outer.finish()
        try inner?.finish()
    }
}
#endif
