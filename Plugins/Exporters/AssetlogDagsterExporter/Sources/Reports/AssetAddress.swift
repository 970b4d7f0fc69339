#if Dagster
import AssetlogCore

/// How a report names its asset: in its path where that is sure to arrive as it is, else in its body.
///
/// Dagster decodes the path once and splits it at every slash, so a part that holds one can only be in the body. The other
/// characters that go there are those that something on the way (a proxy, the client library, a route's pattern) changes or
/// refuses: empty parts, dots, line ends and other control characters, backslashes, very long paths.
struct AssetAddress {
    /// The longest path of a key, in bytes; many proxies stop at 4 or 8 KiB for the whole line.
    static let longestPath = 2000
    /// The most characters that Dagster's tables have for a key in Python's JSON.
    static let longestKey = 512

    /// The parts, percent-encoded, with slashes between them; empty where the body names the asset.
    let path: String
    /// Whether the body must name it.
    var isInBody: Bool { path.isEmpty }

    init(_ key: AssetKey) {
        let parts = key.parts
        let path = parts.map(PercentCoding.encode).joined(separator: "/")
        let isPlain = parts.allSatisfy(Self.isPlain) && parts.first?.hasPrefix("[") == false
        self.path = isPlain && path.utf8.count <= Self.longestPath ? path : ""
    }

    private static func isPlain(_ part: String) -> Bool {
        guard !part.isEmpty, part != ".", part != ".." else { return false }
        return part.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
    }

    /// How many characters Python's `json.dumps` makes of a key, which is what Dagster's tables keep.
    static func pythonLength(of key: AssetKey) -> Int {
        let parts = key.parts
        let separators = max(0, parts.count - 1) * 2
        return parts.reduce(2 + separators) { length, part in
            part.unicodeScalars.reduce(length + 2) { $0 + pythonLength(of: $1) }
        }
    }

    private static func pythonLength(of scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "\"", "\\", "\n", "\r", "\t", "\u{8}", "\u{c}": 2
        case " "..."~": 1
        case "\u{10000}"...: 12
        default: 6
        }
    }
}
#endif
