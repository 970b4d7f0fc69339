/// A time span as people write it: a number with a unit, or several of them in a row.
package enum TimeSpan {
    /// The units, for sentences.
    package static let units = "s, m, h, d, w or y"

    private static let seconds: [String: Int64] = [
        "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
        "h": 3600, "hour": 3600, "hours": 3600, "d": 86_400, "day": 86_400, "days": 86_400, "w": 604_800, "week": 604_800,
        "weeks": 604_800, "y": 31_536_000, "year": 31_536_000, "years": 31_536_000,
    ]

    /// The longest span that is read; in nanoseconds it still fits into 64 bits.
    package static let longest = Duration.seconds(36_525 * 86_400)

    /// Reads `250ms`, `90s`, `1h30m`, `7 days`, `2w` or `1y` (365 days), in either case; a plain `0` is nothing.
    ///
    /// A month is no unit, because `m` is a minute and a month has no fixed length.
    /// - Returns: Nil for anything else, and for more than a hundred years.
    package static func read(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        var rest = Substring(text.lowercased())
        var sum = Duration.zero
        repeat {
            guard let part = nextPart(&rest) else { return nil }
            sum += part
            guard sum <= longest else { return nil }
        } while !rest.isEmpty
        return sum
    }

    /// Writes a time span with the largest unit, at most a day, that divides it: `250ms`, `75s`, `5m`, `365d`.
    ///
    /// What ``read(_:)`` can't give, such as less than a millisecond, is written as Swift describes it.
    package static func text(_ span: Duration) -> String {
        let (seconds, attoseconds) = span.components
        let (milliseconds, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
        guard span >= .zero, span <= longest, rest == 0 else { return "\(span)" }
        guard milliseconds == 0 else { return "\(seconds * 1000 + milliseconds)ms" }
        let units: [(seconds: Int64, name: String)] = [(86_400, "d"), (3600, "h"), (60, "m")]
        guard seconds != 0, let unit = units.first(where: { seconds.isMultiple(of: $0.seconds) }) else { return "\(seconds)s" }
        return "\(seconds / unit.seconds)\(unit.name)"
    }

    private static func nextPart(_ rest: inout Substring) -> Duration? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count).drop { $0 == " " }
        let unit = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest.dropFirst(unit.count).drop { $0 == " " }
        guard let number = Int64(digits) else { return nil }
        if unit == "ms" { return .milliseconds(number) }
        guard let (product, overflow) = seconds[String(unit)].map(number.multipliedReportingOverflow), !overflow else { return nil }
        return .seconds(product)
    }
}
