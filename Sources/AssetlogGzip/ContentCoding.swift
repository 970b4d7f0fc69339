/// A coding that a request's header Content-Encoding names (RFC 9110, section 8.4).
public struct ContentCoding: Hashable, Sendable {
    private enum Value: Hashable { case gzip, deflate }
    private let value: Value
    /// gzip (RFC 1952), also named `x-gzip`.
    public static let gzip = ContentCoding(value: .gzip)
    /// deflate: the zlib format (RFC 1950), or without its wrapping (RFC 1951), which some clients send under this name.
    public static let deflate = ContentCoding(value: .deflate)

    /// The most codings that one body may be wrapped in.
    public static let maximumLayers = 2
    private static let maximumElements = 16

    /// Reads the value of the header, in any case; `identity` and empty elements count for nothing.
    ///
    /// - Parameter header: The value; of several headers the values, joined by commas.
    /// - Returns: The codings in the order in which they are decoded, which is from right to left; empty: the body is as it is.
    /// - Throws: ``ContentCodingError``.
    public static func parse(_ header: String) throws(ContentCodingError) -> [ContentCoding] {
        var codings: [ContentCoding] = []
        for (index, element) in header.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .enumerated()
        {
            guard index < maximumElements else { throw .tooMany() }
            let name = String(Substring(element)).trimmingBlanks().lowercased()
            switch name {
            case "", "identity": continue
            case "gzip" where isGzipSupported, "x-gzip" where isGzipSupported: codings.append(.gzip)
            case "deflate" where isGzipSupported: codings.append(.deflate)
            default: throw .unsupported(name)
            }
            guard codings.count <= maximumLayers else { throw .tooMany() }
        }
        return codings.reversed()
    }

    /// What a server of this build says in `Accept-Encoding` when it refuses a coding: `gzip, deflate, identity`.
    public static var supported: String { isGzipSupported ? "gzip, deflate, identity" : "identity" }
}

/// Why a request's Content-Encoding is refused; the answer is 415.
public struct ContentCodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Hashable, Sendable {
        private enum Value: Hashable { case unsupported, tooMany }
        private let value: Value
        /// A coding that this build does not know.
        public static let unsupported = Code(value: .unsupported)
        /// More codings than a body may be wrapped in.
        public static let tooMany = Code(value: .tooMany)
    }

    /// The kind of failure.
    public let code: Code
    /// A sentence about what is wrong and what to do.
    public let message: String
    /// The message.
    public var description: String { message }

    static func unsupported(_ name: String) -> ContentCodingError {
        let isToken = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
        let shown = isToken && name.utf8.count <= 40 ? "\"\(name)\"" : "with this value"
        let known =
            ContentCoding.isGzipSupported
            ? "gzip, deflate, or no Content-Encoding" : "no Content-Encoding (this build has no gzip)"
        return ContentCodingError(
            code: .unsupported, message: "Content-Encoding \(shown) is not supported. Use \(known).")
    }

    static func tooMany() -> ContentCodingError {
        ContentCodingError(
            code: .tooMany,
            message: "Content-Encoding names too many codings; at most \(ContentCoding.maximumLayers) are decoded."
                + " Compress the body once.")
    }
}

extension String {
    func trimmingBlanks() -> Substring {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let start = firstIndex(where: { !isBlank($0) }), let end = lastIndex(where: { !isBlank($0) }) else {
            return ""
        }
        return self[start...end]
    }
}
