import AssetlogCore
import AssetlogObservation

/// Reads the time of a report as people and programs write it. Pure.
enum ReportTime {
    /// What is wrong with a time, to follow the flag.
    struct Problem: Error {
        var sentence: String
    }

    /// What servers take: an event from further ahead would hide those that follow it.
    private static let longestLead: Int64 = 600_000_000
    // 1980: earlier times come of a zero, or of seconds that were divided by a thousand.
    private static let earliest = Timestamp(microseconds: 315_532_800_000_000)

    /// Reads RFC 3339 in the forms that `date`, Python and PostgreSQL print, or seconds since 1970, with or without an `@`.
    ///
    /// - Throws: ``Problem`` also for times that a server would refuse.
    static func read(_ text: String, now: Timestamp) throws -> Timestamp {
        if let time = seconds(text.hasPrefix("@") ? text.dropFirst() : text[...]) { return try checked(time, text, now) }
        if let time = written(text) { return try checked(time, text, now) }
        let shown = LineText.quoted(String(text.prefix(100)))
        guard written("\(text)Z") == nil else {
            throw Problem(
                sentence: "\(shown) has no offset; add Z for UTC, or one such as +02:00, as `date -Iseconds` prints")
        }
        throw Problem(
            sentence: "must be a time such as 2026-11-23T19:00:00+01:00, with its offset, or seconds since 1970, not \(shown)")
    }

    private static func checked(_ time: Timestamp, _ text: String, _ now: Timestamp) throws -> Timestamp {
        let latest = now.advanced(by: longestLead)
        if time > latest {
            if let unit = unit(of: text, before: latest) {
                throw Problem(sentence: "\(text) looks like \(unit); give seconds, with decimals where they matter")
            }
            throw Problem(
                sentence: "\(time) is over 10 minutes ahead of this machine's clock, which servers refuse; check the time and its"
                    + " offset")
        }
        guard time >= earliest else { throw Problem(sentence: "\(time) is before 1980, which servers refuse") }
        return time
    }

    /// The unit in which a number that is too large for seconds is a likely time.
    private static func unit(of text: String, before latest: Timestamp) -> String? {
        guard let number = Int64(text) else { return nil }
        let units = [(Int64(1000), "milliseconds"), (1_000_000, "microseconds"), (1_000_000_000, "nanoseconds")]
        return units.first { divisor, _ in
            let (microseconds, isTooLarge) = (number / divisor).multipliedReportingOverflow(by: 1_000_000)
            let time = Timestamp(microseconds: microseconds)
            return !isTooLarge && time >= earliest && time <= latest
        }?.1
    }

    // Digits, and up to microseconds behind the point; more are cut.
    private static func seconds(_ text: Substring) -> Timestamp? {
        guard let match = text.wholeMatch(of: /([0-9]{1,19})(?:\.([0-9]+))?/) else { return nil }
        guard let whole = Int64(match.1) else { return Timestamp(microseconds: .max) }
        let digits = (match.2.map(String.init) ?? "").prefix(6)
        let micros = Int64(digits + String(repeating: "0", count: 6 - digits.count)) ?? 0
        let (product, overflow) = whole.multipliedReportingOverflow(by: 1_000_000)
        let (sum, isTooLarge) = product.addingReportingOverflow(micros)
        return Timestamp(microseconds: overflow || isTooLarge ? .max : sum)
    }

    // A comma before the decimals, no seconds, a blank before the offset, and an offset without its colon or its minutes are
    // what common programs print.
    private static func written(_ text: String) -> Timestamp? {
        let form =
            /([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)? ?(Z|z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)/
        guard let match = text.wholeMatch(of: form) else { return nil }
        let fraction = match.4.map { ".\($0)" } ?? ""
        return Timestamp("\(match.1)T\(match.2):\(match.3 ?? "00")\(fraction)\(offset(match.5))")
    }

    private static func offset(_ text: Substring) -> String {
        guard let sign = text.first, "+-".contains(sign) else { return "Z" }
        let digits = text.dropFirst().filter { $0 != ":" }
        return "\(sign)\(digits.prefix(2)):\(digits.count == 4 ? digits.suffix(2) : "00")"
    }
}
