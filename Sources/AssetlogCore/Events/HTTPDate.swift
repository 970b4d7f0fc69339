/// The form of a date in HTTP header fields (RFC 9110, section 5.6.7).
package enum HTTPDate {
    /// The text of a time: `Mon, 23 Nov 2026 19:00:00 GMT`. Fractions of a second are dropped.
    package static func text(of time: Timestamp) -> String {
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let iso = Array(time.description.utf8)
        func text(_ range: Range<Int>) -> String { String(decoding: iso[range], as: UTF8.self) }
        let (day, _) = time.microseconds.flooredQuotientAndRemainder(dividingBy: 86_400_000_000)
        let weekday = Int(day.flooredQuotientAndRemainder(dividingBy: 7).remainder)
        return "\(weekdays[weekday]), \(text(8..<10)) \(months[(Int(text(5..<7)) ?? 1) - 1]) \(text(0..<4))"
            + " \(text(11..<19)) GMT"
    }
}

extension Int64 {
    /// The quotient rounded down, and a remainder that is never negative.
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
