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

        static let list = WordList.text(allCases.map { "\"\($0.name)\"" }, "or")
    }

    private let step: Step
    // Hours or days since 1970-01-01, or months since the year 0; in a time zone seconds since 1970-01-01.
    private let first: Int64
    // How much later the next one is.
    private let stride: Int64
    // Of hours that are not in UTC. Longer partitions have the same keys everywhere.
    private let zone: ZoneRules?
    /// The number of partitions, at least 1.
    let count: Int

    /// Reads `{"from": …, "to": …, "every": …, "timezone": …}`; `path` leads to the object in its field.
    ///
    /// Hours take dates too, of which they cover the whole day. Weeks are counted from `from`, as Dagster counts them
    /// from the first day of its definition (a Sunday, unless it has an offset). Months begin on the first.
    init(_ value: FieldValue, at path: String, reader: inout FieldReader) throws(SubmissionError) {
        let members = try PartitionRangeMembers(value, at: path)
        let step = try members.step()
        let zone = try members.zone(reader: &reader)
        self.step = step
        self.zone = step == .hour ? zone?.rules : nil
        let ends = PartitionRangeEnds(members: members, step: step, zone: zone)
        first = try ends.ordinal(of: members.from, "from", isLast: false, reader: &reader)
        let last = try ends.ordinal(of: members.to, "to", isLast: true, reader: &reader)
        guard first <= last else {
            throw value.refused("has a range whose from lies after its to.", at: path + "/from")
        }
        stride = step == .week ? 7 : self.zone == nil ? 1 : 3600
        count = Int((last - first) / stride) + 1
    }

    /// Appends the key of the partition at `index`.
    func appendKey(at index: Int, to output: inout ByteScratch) {
        let ordinal = first + Int64(index) * stride
        switch step {
        case .day, .week: Self.append(CivilDate(days: ordinal), to: &output)
        case .hour:
            guard let zone else { return Self.append(seconds: ordinal * 3600, to: &output) }
            let (time, offset, isRepeated) = zone.local(at: ordinal)
            Self.append(seconds: time, to: &output)
            // Dagster distinguishes the second of two equal hours by its offset.
            if isRepeated { Self.append(offset: offset, to: &output) }
        case .month:
            Self.append(ordinal / 12, digits: 4, to: &output)
            output.append(UInt8(ascii: "-"))
            Self.append(ordinal % 12 + 1, digits: 2, to: &output)
            output.append("-01")
        }
    }

    private static func append(seconds: Int64, to output: inout ByteScratch) {
        let (day, second) = seconds.quotientAndRemainder(flooring: 86_400)
        append(CivilDate(days: day), to: &output)
        output.append(UInt8(ascii: "-"))
        append(second / 3600, digits: 2, to: &output)
        output.append(UInt8(ascii: ":"))
        append(second / 60 % 60, digits: 2, to: &output)
    }

    private static func append(offset: Int64, to output: inout ByteScratch) {
        output.append(UInt8(ascii: offset < 0 ? "-" : "+"))
        append(abs(offset) / 3600, digits: 2, to: &output)
        append(abs(offset) / 60 % 60, digits: 2, to: &output)
        if offset % 60 != 0 { append(abs(offset) % 60, digits: 2, to: &output) }
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
