import AssetlogCore

/// The value of the header `Retry-After` (RFC 9110, section 10.2.3).
enum RetryAfter {
    /// How long to wait: seconds, or a date as `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else.
    static func pause(_ value: String, now: Timestamp) -> Duration? {
        if !value.isEmpty, value.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            // More than fits is as good as never; the policy caps it.
            return .seconds(Int64(value) ?? 1 << 40)
        }
        guard let date = date(value) else { return nil }
        return .microseconds(max(0, date.microseconds - now.microseconds))
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func date(_ value: String) -> Timestamp? {
        let words = value.split(separator: " ")
        guard words.count == 6, words[0].hasSuffix(","), words[5] == "GMT", let month = months.firstIndex(of: String(words[2]))
        else { return nil }
        let number = month + 1
        return Timestamp("\(words[3])-\(number < 10 ? "0" : "")\(number)-\(words[1])T\(words[4])Z")
    }
}
