import AssetlogCore

/// The path of a request, split at its slashes and percent-decoded part by part.
package struct RequestPath: Hashable, Sendable {
    /// The text between the slashes: `[""]` for `/`, `["api", "v1"]` for `/api/v1`.
    package var segments: [String]

    package init(segments: [String]) {
        self.segments = segments
    }

    /// Reads the path of a request line; a slash that is percent-encoded does not separate.
    package init(_ text: String) {
        let withoutFirst = text.utf8.first == UInt8(ascii: "/") ? text.dropFirst() : text[...]
        segments = withoutFirst.split(separator: "/", omittingEmptySubsequences: false)
            .map { PercentCoding.decode($0) }
    }

    /// The path with everything escaped but the characters that never need it.
    package var encoded: String {
        segments.map { "/" + PercentCoding.encode($0) }.joined()
    }
}
