#if Gzip
/// Compresses an answer for a client that accepts that.
///
/// Not safe to use from two threads at once.
public final class ContentEncoder {
    /// The coding of the answers that are compressed.
    public static let coding = "gzip"
    /// Whether answers can be compressed at all.
    public static let isAvailable = true
    // Answers repeat the names of their fields, so that higher levels cost much and save little.
    private static let level = 3

    private let compressor: GzipCompressor

    /// Makes an encoder; nil when the client prefers the answer as it is.
    ///
    /// - Parameter header: The value of the header Accept-Encoding; of several headers the values, joined by commas.
    /// - Throws: ``GzipError`` with the code `outOfMemory`.
    public init?(acceptEncoding header: String) throws(GzipError) {
        guard AcceptedCodings(header).prefersGzip else { return nil }
        compressor = try GzipCompressor(level: Self.level)
    }

    /// Compresses bytes, and appends what is ready.
    public func encode(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        compressor.compress(bytes, into: &output)
    }

    /// Appends the rest. After that the encoder must not be used any more.
    public func finish(into output: inout [UInt8]) {
        compressor.finish(into: &output)
    }
}
#endif
