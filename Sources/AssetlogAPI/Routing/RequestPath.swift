/// The path of a request, split at its slashes and percent-decoded part by part.
struct RequestPath: Hashable, Sendable {
    /// The text between the slashes: `[""]` for `/`, `["api", "v1"]` for `/api/v1`.
    var segments: [String]

    init(segments: [String]) {
        self.segments = segments
    }

    /// Reads the path of a request line; a slash that is percent-encoded does not separate.
    init(_ text: String) {
        let withoutFirst = text.utf8.first == UInt8(ascii: "/") ? text.dropFirst() : text[...]
        segments = withoutFirst.split(separator: "/", omittingEmptySubsequences: false)
            .map { PercentCoding.decode($0) }
    }

    /// The path with everything escaped but the characters that never need it.
    var encoded: String {
        segments.map { "/" + PercentCoding.encode($0) }.joined()
    }
}

/// Percent-encoding (RFC 3986, section 2.1).
enum PercentCoding {
    /// Decodes what is encoded, leaves broken escapes as they are, and replaces what is not UTF-8 by U+FFFD.
    static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "%"), position + 2 < bytes.count, let high = digit(bytes[position + 1]),
                let low = digit(bytes[position + 2])
            {
                decoded.append(high << 4 | low)
                position += 3
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                position += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    /// Encodes everything but letters, digits and `-._~`.
    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default:
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xf)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
