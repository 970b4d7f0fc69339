/// Time partitions from one to another, both included, with the keys that Dagster gives them.
struct PartitionRange {
    /// How far apart the partitions are.
    enum Step: CaseIterable {
        case hour, day, week, month

        var name: StaticString {
            switch self {
            case .hour: "hour"
            case .day: "day"
            case .week: "week"
            case .month: "month"
            }
        }

        static let list = Quoted.list(allCases.map { "\"\($0.name)\"" })
    }

    private let step: Step
    // Hours or days since 1970-01-01, or months since the year 0.
    private let first: Int64
    /// The number of partitions, at least 1.
    let count: Int

    /// Reads `{"from": …, "to": …, "every": …}`; `path` leads to the object in its field.
    ///
    /// Hours take dates too, of which they cover the whole day. Weeks are counted from `from`, as Dagster counts them
    /// from the first day of its definition (a Sunday, unless it has an offset). Months begin on the first.
    init(_ value: FieldValue, at path: String, reader: inout FieldReader) throws(SubmissionError) {
        var (from, to, every): (JSONValue?, JSONValue?, JSONValue?)
        var members = JSONMembers(value.json)
        while let (name, member) = members.next() {
            if name.equals("from") {
                from = member
            } else if name.equals("to") {
                to = member
            } else if name.equals("every") {
                every = member
            } else {
                throw value.refused(
                    "has a range with the member \(Quoted.text(name.text)); it takes from, to and every.",
                    at: path + JSONPointer.part(name.text))
            }
        }
        let step = try Self.step(value, every, at: path)
        self.step = step
        first = try Self.end(value, from, "from", step, isLast: false, at: path, reader: &reader)
        let last = try Self.end(value, to, "to", step, isLast: true, at: path, reader: &reader)
        guard first <= last else {
            throw value.refused("has a range whose from lies after its to.", at: path + "/from")
        }
        count = Int((last - first) / (step == .week ? 7 : 1)) + 1
    }

    private static func step(_ value: FieldValue, _ every: JSONValue?, at path: String) throws(SubmissionError) -> Step {
        guard let every = every?.given else {
            throw value.refused("has a range without every; send \(Step.list).", at: path + "/every")
        }
        guard let step = FieldValue(value.name, every).word(Step.self, \.name) else {
            let shown = Quoted.value(every.json, every.kind)
            throw value.refused("has a range of every \(shown); it must be \(Step.list).", at: path + "/every")
        }
        return step
    }

    private static func end(
        _ value: FieldValue, _ end: JSONValue?, _ name: String, _ step: Step, isLast: Bool, at path: String,
        reader: inout FieldReader
    ) throws(SubmissionError) -> Int64 {
        let path = "\(path)/\(name)"
        guard let end = end?.given else {
            throw value.refused("has a range without \(name); both ends belong to the range.", at: path)
        }
        let shown = Quoted.value(end.json, end.kind)
        guard end.kind == .string else {
            throw value.refused("has a range whose \(name) is \(shown), not a date.", at: path)
        }
        var text = TimeText(reader.unescaped(end.json))
        let date = text.date()
        var hour: Int64 = isLast ? 23 : 0
        if step == .hour, !text.isAtEnd {
            hour = text.skip("-") ? text.number(2) ?? -1 : -1
            if !text.skip(":") || text.number(2) != 0 { hour = -1 }
        }
        guard let date, date.year > 0, (0..<24).contains(hour), text.isAtEnd else {
            let form = step == .hour ? "an hour such as \"2024-02-29-23:00\"" : "a date such as \"2024-02-29\""
            throw value.refused("has a range whose \(name), \(shown), is not \(form).", at: path)
        }
        switch step {
        case .hour: return date.days * 24 + hour
        case .day, .week: return date.days
        case .month:
            guard isLast || date.day == 1 else {
                throw value.refused(
                    "has a range of months whose from, \(shown), is not the first of a month.", at: path)
            }
            return date.year * 12 + date.month - 1
        }
    }

    /// Appends the key of the partition at `index`.
    func appendKey(at index: Int, to output: inout ByteScratch) {
        let place = first + Int64(index) * (step == .week ? 7 : 1)
        switch step {
        case .day, .week: Self.append(CivilDate(days: place), to: &output)
        case .hour:
            let (day, hour) = place.quotientAndRemainder(flooring: 24)
            Self.append(CivilDate(days: day), to: &output)
            output.append(UInt8(ascii: "-"))
            Self.append(hour, digits: 2, to: &output)
            output.append(":00")
        case .month:
            Self.append(place / 12, digits: 4, to: &output)
            output.append(UInt8(ascii: "-"))
            Self.append(place % 12 + 1, digits: 2, to: &output)
            output.append("-01")
        }
    }

    private static func append(_ date: CivilDate, to output: inout ByteScratch) {
        append(date.year, digits: 4, to: &output)
        output.append(UInt8(ascii: "-"))
        append(date.month, digits: 2, to: &output)
        output.append(UInt8(ascii: "-"))
        append(date.day, digits: 2, to: &output)
    }

    private static func append(_ number: Int64, digits: Int, to output: inout ByteScratch) {
        var divisor: Int64 = digits == 4 ? 1000 : 10
        while divisor > 0 {
            output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}
