/// An address that a page may link to: http or https with a host. Everything else, such as `javascript:`, makes none.
struct WebAddress {
    /// The address in ASCII, for an attribute that is escaped.
    let href: String

    /// The longest address in bytes.
    static let limit = 2048

    init?(_ text: String) {
        guard text.utf8.count <= Self.limit, let host = Self.host(of: text), let first = host.first,
            first.isASCIILetterOrDigit || first == UInt8(ascii: "[") || first >= 0x80
        else { return nil }
        var href: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            // Browsers leave some of these out or take them for others, so that an address is not what it seems.
            case ...0x20, 0x7f, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"),
                UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                return nil
            case 0x80...: href.append(contentsOf: [UInt8(ascii: "%"), Self.digit(byte >> 4), Self.digit(byte & 0xf)])
            default: href.append(byte)
            }
        }
        self.href = String(decoding: href, as: UTF8.self)
    }

    /// The beginning of a link to it. Sites do not learn where the reader came from, and search engines do not follow.
    var start: HTML { "<a href=\"\(href)\" rel=\"noopener noreferrer nofollow\">" }

    // What follows the scheme.
    private static func host(of text: String) -> Substring.UTF8View? {
        for scheme in ["https://", "http://"] {
            let start = text.utf8.prefix(scheme.utf8.count)
            // Letters of a scheme differ in this bit; no other character becomes one of "http" by it.
            if start.count == scheme.utf8.count,
                zip(start, scheme.utf8).allSatisfy({ $0 == $1 || $0.isASCIILetterOrDigit && $0 | 0x20 == $1 })
            {
                return Substring(text).utf8.dropFirst(scheme.utf8.count)
            }
        }
        return nil
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10 }
}

extension UInt8 {
    var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
    }
}
