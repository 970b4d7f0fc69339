package import AssetlogCore

/// What the body of a request may cost.
package struct RequestBodyLimits: Sendable {
    /// The most bytes after decompression.
    package var maximumBytes: Int
    /// How many times larger than its compressed form the body may be, beyond its first MiB.
    package var compressionRatio: Int
    /// Whether ``RequestBodyDecoder`` watches the ratio; else the caller does, who knows which bytes are worth their size.
    package var limitsRatio = true
    /// The sentence that refuses a larger body.
    package var excess: String

    /// Makes limits.
    ///
    /// - Parameters:
    ///   - maximumBytes: The most bytes after decompression.
    ///   - compressionRatio: How many times larger than its compressed form the body may be.
    ///   - excess: The sentence that refuses a larger body.
    package init(maximumBytes: Int, compressionRatio: Int, excess: String) {
        self.maximumBytes = maximumBytes
        self.compressionRatio = max(compressionRatio, 1)
        self.excess = excess
    }

    /// Makes the limits of a report.
    ///
    /// - Parameters:
    ///   - bytes: `server.limits.body_bytes`.
    ///   - compressionRatio: `server.limits.compression_ratio`.
    package static func report(bytes: Int, compressionRatio: Int) -> RequestBodyLimits {
        RequestBodyLimits(
            maximumBytes: bytes, compressionRatio: compressionRatio,
            excess: "The body is larger than the limit of \(bytes) bytes after decompression (server.limits.body_bytes);"
                + " nothing was recorded.")
    }

    /// Makes the limits of a report to a server.
    package static func report(_ limits: ServerLimits) -> RequestBodyLimits {
        .report(bytes: limits.bodyBytes, compressionRatio: limits.compressionRatio)
    }
}
