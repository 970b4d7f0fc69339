internal import AssetlogGzip

extension OutboundRequest {
    /// Whether this build can compress requests: it has the package trait Gzip.
    public static var canCompress: Bool { BodyCompressor.isAvailable }

    /// Compresses the body with gzip and says so in the head, if the body has at least so many bytes.
    ///
    /// - Throws: ``DeliveryError`` with the code `unavailable` in a build without gzip, or `failed` when there is no memory.
    public mutating func compress(minimumBytes: Int = 1024) throws(DeliveryError) {
        guard body.count >= max(1, minimumBytes) else { return }
        body = try BodyCompressor.compress(body)
        headers.append(Header("Content-Encoding", "gzip"))
    }
}

#if Gzip
private enum BodyCompressor {
    static let isAvailable = true

    static func compress(_ body: [UInt8]) throws(DeliveryError) -> [UInt8] {
        do throws(GzipError) {
            // What is sent once is not worth the time that a higher level takes.
            let compressor = try GzipCompressor(level: 2)
            var output: [UInt8] = []
            output.reserveCapacity(body.count / 4)
            body.withUnsafeBytes { compressor.compress($0, into: &output) }
            compressor.finish(into: &output)
            return output
        } catch {
            throw DeliveryError(.failed, "the body of a request can't be compressed: \(error)")
        }
    }
}
#else
private enum BodyCompressor {
    static let isAvailable = false

    static func compress(_ body: [UInt8]) throws(DeliveryError) -> [UInt8] {
        throw DeliveryError(.unavailable, "this build compresses nothing; build it with the package trait Gzip, which needs zlib")
    }
}
#endif
