/// A day of the calendar, from the name of a partition: `2026-11-23`.
struct CalendarDay: Hashable, Comparable {
    let year: Int
    let month: Int
    let day: Int

    /// Reads a name; nil: it is no day.
    init?(_ name: String) {
        let bytes = Array(name.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]), let day = Self.number(bytes[8..<10]),
            (1...12).contains(month), (1...Self.length(of: month, in: year)).contains(day)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    private init(_ year: Int, _ month: Int, _ day: Int) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    static func < (left: CalendarDay, right: CalendarDay) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    /// The name that a partition of the day has.
    var name: String { "\(Self.text(year, 4))-\(Self.text(month, 2))-\(Self.text(day, 2))" }

    /// The month in words: `November 2026`.
    var monthTitle: String { "\(Self.months[month - 1]) \(year)" }

    /// All days of its month.
    var daysOfMonth: [CalendarDay] {
        (1...Self.length(of: month, in: year)).map { CalendarDay(year, month, $0) }
    }

    /// The first day of the month before.
    var monthBefore: CalendarDay { month == 1 ? CalendarDay(year - 1, 12, 1) : CalendarDay(year, month - 1, 1) }

    /// The first day of the month.
    var firstOfMonth: CalendarDay { CalendarDay(year, month, 1) }

    /// 1 for Monday to 7 for Sunday.
    var weekday: Int {
        // Zeller's congruence, with January and February as months of the year before. Weekdays repeat after 400 years, so none is
        // negative.
        let (shiftedMonth, shiftedYear) = month < 3 ? (month + 12, year + 399) : (month, year + 400)
        let (century, rest) = (shiftedYear / 100, shiftedYear % 100)
        let saturdayBased = (day + 13 * (shiftedMonth + 1) / 5 + rest + rest / 4 + century / 4 + 5 * century) % 7
        return (saturdayBased + 5) % 7 + 1
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]

    private static func length(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        digits.reduce(0) { number, digit in
            number.flatMap { (0x30...0x39).contains(digit) ? $0 * 10 + Int(digit - 0x30) : nil }
        }
    }

    private static func text(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
