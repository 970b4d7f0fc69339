import AssetlogGzip

/// Decodes the body of a request as it comes in, within its limits, and counts it.
///
/// Not safe to use from two threads at once: copies share their state.
package struct RequestBodyDecoder {
    /// How many bytes came over the wire.
    package private(set) var receivedBytes = 0
    /// How many bytes they have become.
    package private(set) var decodedBytes = 0
    private let limits: RequestBodyLimits
    private let decoder: ContentDecoder?

    /// Prepares for the body that a head announces.
    ///
    /// - Parameters:
    ///   - codings: The values of the fields Content-Encoding.
    ///   - announcedBytes: What Content-Length says; nil: the body comes in chunks.
    ///   - limits: What the body may cost.
    /// - Throws: ``RequestBodyError`` with the status 413, 415 or 503, before the client sends a body that it holds back.
    package init(
        codings: [String], announcedBytes: Int?, limits: RequestBodyLimits
    ) throws(RequestBodyError) {
        self.limits = limits
        let gzip = GzipLimits(maximumBytes: limits.maximumBytes, maximumRatio: limits.compressionRatio)
        do {
            decoder =
                codings.isEmpty
                ? nil
                : try ContentDecoder(
                    contentEncoding: codings.joined(separator: ","), limits: gzip, limitsRatio: limits.limitsRatio)
        } catch {
            throw Self.refusal(of: error, limits)
        }
        // A compressed body over the limit is over it when it is decoded too, or it is not worth its coding.
        if let announcedBytes, announcedBytes > limits.maximumBytes { throw Self.tooLarge(limits) }
    }

    /// Prepares for another body of the same coding, after one that was decoded without an error.
    package mutating func reset() {
        (receivedBytes, decodedBytes) = (0, 0)
        decoder?.reset()
    }

    /// Decodes so much of a chunk that at most 64 KiB come out of a compressed one, and lends them to `use`.
    ///
    /// - Parameter rest: What is left of the chunk; it is empty in the end.
    /// - Returns: Whether more may come out of the same chunk: then it is to be called again.
    /// - Throws: ``RequestBodyError`` with the status 400, 413 or 503.
    package mutating func step(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ use: (UnsafeRawBufferPointer) -> Void
    ) throws(RequestBodyError) -> Bool {
        guard let decoder else {
            receivedBytes += rest.count
            decodedBytes += rest.count
            guard decodedBytes <= limits.maximumBytes else { throw Self.tooLarge(limits) }
            use(UnsafeRawBufferPointer(rebasing: rest))
            rest = rest[rest.endIndex...]
            return false
        }
        do throws(GzipError) {
            let (before, counted) = (rest.count, decodedBytes)
            var count = 0
            let hasMore = try decoder.decodeStep(&rest) { decoded in
                use(decoded)
                count += decoded.count
            }
            receivedBytes += before - rest.count
            decodedBytes = counted + count
            return hasMore
        } catch {
            throw Self.refusal(of: error, limits)
        }
    }

    /// Says that the body is at its end.
    ///
    /// - Throws: ``RequestBodyError`` with the status 400 when the compressed data is not.
    package func finish() throws(RequestBodyError) {
        // An empty body has no coding, whatever its header says.
        guard let decoder, receivedBytes > 0 else { return }
        do throws(GzipError) {
            try decoder.finish()
        } catch {
            throw Self.refusal(of: error, limits)
        }
    }

    /// Whether a compressed body has become larger than its ratio allows, not counting so many bytes of it.
    ///
    /// For a body whose ratio the decoder does not watch: see ``RequestBodyLimits/limitsRatio``.
    package func exceedsRatio(without bytes: Int) -> Bool {
        let others = decodedBytes - bytes
        return decoder != nil && others > Self.ratioCountsFrom && others / limits.compressionRatio > receivedBytes
    }

    // So much may be decoded before the ratio counts.
    private static let ratioCountsFrom = 1 << 20

    private static func tooLarge(_ limits: RequestBodyLimits) -> RequestBodyError {
        RequestBodyError(.tooLarge, limits.excess)
    }

    private static func refusal(of error: any Error, _ limits: RequestBodyLimits) -> RequestBodyError {
        switch error {
        case let error as ContentCodingError: RequestBodyError(.unsupportedCoding, error.message)
        case let error as GzipError: refusal(of: error, limits)
        default: RequestBodyError(.malformed, "The body could not be decoded: \(error)")
        }
    }

    private static func refusal(of error: GzipError, _ limits: RequestBodyLimits) -> RequestBodyError {
        switch error.code {
        case .tooLarge: tooLarge(limits)
        case .suspiciousRatio: RequestBodyError(.suspiciousRatio, error.message)
        case .outOfMemory: .noMemory
        default: RequestBodyError(.malformed, error.message)
        }
    }
}
