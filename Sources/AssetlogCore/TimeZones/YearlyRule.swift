/// A rule by which clocks change twice each year, as POSIX writes it: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct YearlyRule: Sendable {
    /// A day of each year.
    enum Day: Hashable {
        /// From 1; 29 February is never counted.
        case julian(Int64)
        /// From 0; 29 February is counted.
        case ordinal(Int64)
        /// A weekday (0 is Sunday) of a week of a month; the fifth is the last.
        case weekday(Int64, week: Int64, month: Int64)
    }

    // Seconds from UTC in winter and in summer, which in Ireland's rule change places.
    private var offset: Int64
    private var summerOffset: Int64
    private var start: Day
    private var startTime: Int64
    private var end: Day
    private var endTime: Int64

    /// Reads a rule; nil for one without changes, and for what is none.
    init?(_ text: some Sequence<UInt8>) {
        var text = RuleText(text)
        guard text.skipName(), let west = text.time(), text.skipName() else { return nil }
        offset = -west
        summerOffset = text.next == UInt8(ascii: ",") ? offset + 3600 : -(text.time() ?? west)
        guard text.skip(","), let start = text.day(), let startTime = text.timeOfDay(),
            text.skip(","), let end = text.day(), let endTime = text.timeOfDay(), text.isAtEnd
        else { return nil }
        (self.start, self.startTime, self.end, self.endTime) = (start, startTime, end, endTime)
    }

    /// The changes of a year, in order.
    func changes(in year: Int64) -> [ZoneRules.Change] {
        // Each is given in the local time before it.
        let changes = [
            ZoneRules.Change(instant: start.days(in: year) * 86_400 + startTime - offset, offset: summerOffset),
            ZoneRules.Change(instant: end.days(in: year) * 86_400 + endTime - summerOffset, offset: offset),
        ]
        return changes[0].instant <= changes[1].instant ? changes : changes.reversed()
    }
}

extension YearlyRule.Day {
    /// The days from 1970-01-01 to this day of a year.
    fileprivate func days(in year: Int64) -> Int64 {
        let newYear = CivilDate.days(toMonth: 1, of: year)
        switch self {
        case .julian(let number):
            let isLeap = CivilDate.days(toMonth: 1, of: year + 1) - newYear == 366
            return newYear + number - 1 + (isLeap && number >= 60 ? 1 : 0)
        case .ordinal(let number): return newYear + number
        case .weekday(let weekday, let week, let month):
            let first = CivilDate.days(toMonth: month, of: year)
            // 1970-01-01 was a Thursday.
            let skipped = (weekday - first - 4).quotientAndRemainder(flooring: 7).1
            let day = first + skipped + (week - 1) * 7
            let next = CivilDate.days(toMonth: month % 12 + 1, of: month == 12 ? year + 1 : year)
            return day < next ? day : day - 7
        }
    }
}

extension CivilDate {
    /// The days from 1970-01-01 to the first of a month.
    fileprivate static func days(toMonth month: Int64, of year: Int64) -> Int64 {
        CivilDate(year: year, month: month, day: 1)?.days ?? 0
    }
}

/// Reads the pieces of a rule.
private struct RuleText {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: some Sequence<UInt8>) {
        bytes = Array(text)
    }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }
    var isAtEnd: Bool { position == bytes.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Skips the name of a zone: letters, or anything in angle brackets.
    mutating func skipName() -> Bool {
        let start = position
        if skip("<") {
            while let byte = next, byte != UInt8(ascii: ">") { position += 1 }
            return skip(">")
        }
        while let byte = next, (UInt8(ascii: "A")...UInt8(ascii: "z")).contains(byte) { position += 1 }
        return position > start
    }

    mutating func number(atMost limit: Int64) -> Int64? {
        let start = position
        var value: Int64 = 0
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), value <= limit {
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            position += 1
        }
        return position > start && value <= limit ? value : nil
    }

    /// Reads `[+-]hh[:mm[:ss]]`, in seconds.
    mutating func time() -> Int64? {
        let isNegative = skip("-")
        if !isNegative { _ = skip("+") }
        guard let hours = number(atMost: 167) else { return nil }
        var seconds = hours * 3600
        for unit: Int64 in [60, 1] where skip(":") {
            guard let value = number(atMost: 59) else { return nil }
            seconds += value * unit
        }
        return isNegative ? -seconds : seconds
    }

    /// Reads the time after a day: `/2:30`, or nothing for two o'clock.
    mutating func timeOfDay() -> Int64? { skip("/") ? time() : 7200 }

    mutating func day() -> YearlyRule.Day? {
        if skip("J") { return number(atMost: 365).map { .julian($0) } }
        guard skip("M") else { return number(atMost: 365).map { .ordinal($0) } }
        guard let month = number(atMost: 12), month > 0, skip("."), let week = number(atMost: 5), week > 0, skip("."),
            let weekday = number(atMost: 6)
        else { return nil }
        return .weekday(weekday, week: week, month: month)
    }
}
