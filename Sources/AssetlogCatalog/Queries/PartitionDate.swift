import AssetlogCore

/// A partition's name that is a date: how it is written, and which number it has among the dates that are written so.
struct PartitionDate: Hashable, Sendable {
    /// The ways to write a date.
    enum Form: UInt8, Hashable, Sendable, CaseIterable {
        /// `2026`, numbered by years.
        case year
        /// `2026-11`, numbered by months.
        case month
        /// `2026-11-30`, numbered by days.
        case day
        /// `2026-11-30-06:00`, as Dagster writes hours, numbered by minutes.
        case minute
        /// `2026-11-30T06:00`, numbered by minutes.
        case minuteAfterT
    }

    var form: Form
    var number: Int64

    init(form: Form, number: Int64) {
        self.form = form
        self.number = number
    }

    /// Reads the bytes of a name; nil: it is no date in one of the forms.
    init?(_ text: UnsafeRawBufferPointer) {
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for index in range {
                let digit = text[index] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                value = value * 10 + Int64(digit)
            }
            return value
        }
        func has(_ character: Unicode.Scalar, at index: Int) -> Bool { text[index] == UInt8(ascii: character) }
        guard text.count >= 4, let year = number(0..<4), year > 0 else { return nil }
        if text.count == 4 {
            self.init(form: .year, number: year)
            return
        }
        guard text.count >= 7, has("-", at: 4), let month = number(5..<7), (1...12).contains(month) else { return nil }
        if text.count == 7 {
            self.init(form: .month, number: year * 12 + month - 1)
            return
        }
        guard text.count >= 10, has("-", at: 7), let day = number(8..<10),
            let days = CivilDate(year: year, month: month, day: day)?.days
        else { return nil }
        if text.count == 10 {
            self.init(form: .day, number: days)
            return
        }
        guard text.count == 16, has("-", at: 10) || has("T", at: 10), has(":", at: 13), let hour = number(11..<13),
            let minute = number(14..<16), hour < 24, minute < 60
        else { return nil }
        self.init(form: has("T", at: 10) ? .minuteAfterT : .minute, number: days * 1440 + hour * 60 + minute)
    }

    /// The name.
    var name: String {
        switch form {
        case .year: return Self.padded(number, 4)
        case .month: return Self.padded(number / 12, 4) + "-" + Self.padded(number % 12 + 1, 2)
        case .day: return CivilDate(days: number).text
        case .minute, .minuteAfterT:
            let (day, minute) = number.quotientAndRemainder(flooring: 1440)
            return CivilDate(days: day).text + (form == .minute ? "-" : "T") + Self.padded(minute / 60, 2) + ":"
                + Self.padded(minute % 60, 2)
        }
    }

    fileprivate static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// How far apart consecutive dates of a form are, given the greatest number that divides all their distances.
    ///
    /// - Parameter count: How many dates there are: two alone are far apart by chance.
    static func step(_ form: Form, dividing distance: Int64, count: Int) -> Int64 {
        let steps: [Int64]
        switch form {
        case .year, .month: steps = []
        case .day: steps = count > 2 ? [7] : []
        case .minute, .minuteAfterT: steps = (count > 2 ? [7 * 1440, 1440] : []) + [60, 30, 15, 10, 5]
        }
        return steps.first { distance % $0 == 0 } ?? 1
    }
}

extension CivilDate {
    /// The date as it is written.
    var text: String { "\(PartitionDate.padded(year, 4))-\(PartitionDate.padded(month, 2))-\(PartitionDate.padded(day, 2))" }
}
