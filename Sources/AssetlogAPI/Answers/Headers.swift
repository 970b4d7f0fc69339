import AssetlogCore
import HTTPTypes

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension HTTPField.Name {
    // Names that HTTPTypes does not list; the literals are valid, so the fallback is never taken.
    static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .server
    static let assetlogAnswer = HTTPField.Name(AnswerField.name) ?? .server
    static let assetlogTimestamp = HTTPField.Name(TimestampField.name) ?? .server
}

/// The form of a date in HTTP headers (RFC 9110, section 5.6.7).
enum HTTPDate {
    /// The present time: `Mon, 23 Nov 2026 19:00:00 GMT`.
    static func now() -> String {
        text(of: time(nil))
    }

    /// A time in seconds since 1970.
    static func text(of seconds: time_t) -> String {
        var seconds = seconds
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil, days.indices.contains(Int(parts.tm_wday)),
            months.indices.contains(Int(parts.tm_mon))
        else { return "Thu, 01 Jan 1970 00:00:00 GMT" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(1900 + parts.tm_year)"
            + " \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
