#if !Gzip
extension ContentCoding {
    static let isGzipSupported = false
}

/// The stand-in of a build without the package trait Gzip: it passes on a body that is not encoded, and refuses others.
public final class ContentDecoder {
    /// Nil when the header names nothing to decode.
    ///
    /// - Throws: ``ContentCodingError`` for everything else.
    public init?(
        contentEncoding header: String, limits: GzipLimits = GzipLimits(), limitsRatio: Bool = true
    ) throws {
        guard try !ContentCoding.parse(header).isEmpty else { return nil }
    }

    /// Never called, because no decoder can be made.
    public func decode(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) throws(GzipError) {}

    /// Never called, because no decoder can be made.
    public func decode(_ input: UnsafeRawBufferPointer, body: (UnsafeRawBufferPointer) -> Void) throws(GzipError) {}

    /// Never called, because no decoder can be made.
    public func decodeStep(
        _ rest: inout Slice<UnsafeRawBufferPointer>, body: (UnsafeRawBufferPointer) -> Void
    ) throws(GzipError) -> Bool { false }

    /// Never called, because no decoder can be made.
    public func reset() {}

    /// Never called, because no decoder can be made.
    public func finish() throws(GzipError) {}
}

/// The stand-in of a build without the package trait Gzip: every answer is sent as it is.
public final class ContentEncoder {
    /// The coding of the answers that are compressed.
    public static let coding = "gzip"
    /// Whether answers can be compressed at all.
    public static let isAvailable = false

    /// Nil, whatever the header says.
    public init?(acceptEncoding header: String) throws(GzipError) { return nil }

    /// Never called, because no encoder can be made.
    public func encode(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {}

    /// Never called, because no encoder can be made.
    public func finish(into output: inout [UInt8]) {}
}
#endif
