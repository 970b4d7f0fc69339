/// The value of the header field `Cookie` (RFC 6265, section 4.2).
package enum CookieHeader {
    /// How many cookies of one name are looked at: browsers send several where some were set for other paths or domains.
    package static let mostValues = 4

    /// The first few values of a cookie, in their order.
    package static func values(named name: String, in field: some StringProtocol) -> [String] {
        var values: [String] = []
        for pair in field.utf8.split(separator: UInt8(ascii: ";")) where values.count < mostValues {
            let pair = pair.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard pair.starts(with: name.utf8), let sign = pair.dropFirst(name.utf8.count).first, sign == UInt8(ascii: "=") else {
                continue
            }
            values.append(String(decoding: pair.dropFirst(name.utf8.count + 1), as: UTF8.self))
        }
        return values
    }
}
