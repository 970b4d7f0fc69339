#if !Gzip
extension ContentCoding {
    static let isGzipSupported = false
}

/// The stand-in of a build without the package trait Gzip: it passes on a body that is not encoded, and refuses others.
public final class ContentDecoder {
    /// Nil when the header names nothing to decode.
    ///
    /// - Throws: ``ContentCodingError`` for everything else.
    public init?(contentEncoding header: String, limits: GzipLimits = GzipLimits()) throws {
        guard try !ContentCoding.parse(header).isEmpty else { return nil }
    }

    /// Never called, because no decoder can be made.
    public func decode(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) throws(GzipError) {}

    /// Never called, because no decoder can be made.
    public func decode(_ input: UnsafeRawBufferPointer, body: (UnsafeRawBufferPointer) -> Void) throws(GzipError) {}

    /// Never called, because no decoder can be made.
    public func finish() throws(GzipError) {}
}
#endif
