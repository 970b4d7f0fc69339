/// The members of a range of partitions, as they came.
struct PartitionRangeMembers {
    /// The value whose member the range is, and where in it.
    let value: FieldValue
    let path: String
    private(set) var from: JSONValue?
    private(set) var to: JSONValue?
    private var every: JSONValue?
    private var timezone: JSONValue?

    init(_ value: FieldValue, at path: String) throws(SubmissionError) {
        self.value = value
        self.path = path
        var members = JSONMembers(value.json)
        while let (name, member) = members.next() {
            if name.equals("from") {
                from = member
            } else if name.equals("to") {
                to = member
            } else if name.equals("every") {
                every = member
            } else if name.equals("timezone") {
                timezone = member
            } else {
                throw value.refused(
                    "has a range with the member \(Quoted.text(name.text)); it takes from, to, every and timezone.",
                    at: path + JSONPointer.part(name.text))
            }
        }
    }

    /// The refusal of a member: `problem` begins with its name.
    func refused(_ problem: String, at member: String) -> SubmissionError {
        value.refused("has a range whose \(problem)", at: path + member)
    }

    /// How far apart the partitions are.
    func step() throws(SubmissionError) -> PartitionRange.Step {
        let list = PartitionRange.Step.list
        guard let every = every?.given else {
            throw value.refused("has a range without every; send \(list).", at: path + "/every")
        }
        guard let step = FieldValue(value.name, every).word(PartitionRange.Step.self, \.name) else {
            let shown = Quoted.value(every.json, every.kind)
            throw value.refused("has a range of every \(shown); it must be \(list).", at: path + "/every")
        }
        return step
    }

    /// The time zone, and its name; nil: UTC.
    func zone(reader: inout FieldReader) throws(SubmissionError) -> (name: String, rules: ZoneRules)? {
        guard let timezone = timezone?.given else { return nil }
        guard timezone.kind == .string else {
            let shown = Quoted.value(timezone.json, timezone.kind)
            throw refused("timezone is \(shown), not a name such as \"Europe/Berlin\".", at: "/timezone")
        }
        let name = String(decoding: reader.unescaped(timezone.json), as: UTF8.self)
        // As Dagster takes it. Every machine knows it.
        if name == "UTC" || name == "utc" { return nil }
        do throws(ZoneDatabase.Refusal) {
            return (name, try ZoneDatabase.system.rules(of: name))
        } catch {
            throw refused("timezone, \(Quoted.text(name)), \(Self.problem(error))", at: "/timezone")
        }
    }

    private static func problem(_ refusal: ZoneDatabase.Refusal) -> String {
        switch refusal {
        case .noData:
            "can't be looked up: this server has no time zone data. Install the package tzdata there, or send the keys instead"
                + " of a range."
        case .unknown(let guess?): "is not a known time zone. Did you mean \(guess)?"
        case .unknown(nil):
            "is not a known time zone; send a name of the IANA time zone database, such as \"Europe/Berlin\"."
        }
    }
}

/// Reads the ends of a range of partitions.
struct PartitionRangeEnds {
    let members: PartitionRangeMembers
    let step: PartitionRange.Step
    let zone: (name: String, rules: ZoneRules)?

    // What an end says.
    private struct End {
        var date: CivilDate
        /// The minute of the day; nil: the day as a whole.
        var minute: Int64?
        /// Seconds from UTC, which distinguishes two equal hours.
        var offset: Int64?
    }

    /// Where a range begins or ends, as ``PartitionRange`` counts.
    func ordinal(
        of end: JSONValue?, _ name: String, isLast: Bool, reader: inout FieldReader
    ) throws(SubmissionError) -> Int64 {
        guard let end = end?.given else {
            throw members.value.refused(
                "has a range without \(name); both ends belong to the range.", at: "\(members.path)/\(name)")
        }
        let shown = Quoted.value(end.json, end.kind)
        guard end.kind == .string else {
            throw members.refused("\(name) is \(shown), not a date.", at: "/\(name)")
        }
        guard let read = read(reader.unescaped(end.json)) else {
            let form = step == .hour ? "an hour such as \"2024-02-29-23:00\"" : "a date such as \"2024-02-29\""
            throw members.refused("\(name), \(shown), is not \(form).", at: "/\(name)")
        }
        switch step {
        case .hour:
            if let zone { return try instant(of: read, in: zone, "\(name), \(shown),", at: "/\(name)", isLast: isLast) }
            return read.date.days * 24 + (read.minute.map { $0 / 60 } ?? (isLast ? 23 : 0))
        case .day, .week: return read.date.days
        case .month:
            guard isLast || read.date.day == 1 else {
                throw members.value.refused(
                    "has a range of months whose from, \(shown), is not the first of a month.", at: members.path + "/from")
            }
            return read.date.year * 12 + read.date.month - 1
        }
    }

    // A date, or for hours also a key as Dagster makes it.
    private func read(_ text: UnsafeRawBufferPointer) -> End? {
        var text = TimeText(text)
        guard let date = text.date(), date.year > 0 else { return nil }
        var end = End(date: date)
        if step == .hour, !text.isAtEnd {
            guard text.skip("-"), let hour = text.number(2), hour < 24, text.skip(":"), let minute = text.number(2),
                // Hours of a zone may begin at any minute: some clocks are set by less than an hour.
                zone == nil ? minute == 0 : minute < 60
            else { return nil }
            end.minute = hour * 60 + minute
            if zone != nil, !text.isAtEnd {
                guard let offset = text.compactOffset() else { return nil }
                end.offset = offset
            }
        }
        return text.isAtEnd ? end : nil
    }

    private func instant(
        of end: End, in zone: (name: String, rules: ZoneRules), _ shown: String, at member: String, isLast: Bool
    ) throws(SubmissionError) -> Int64 {
        let midnight = end.date.days * 86_400
        guard let minute = end.minute else {
            // The whole day, however long it is.
            return isLast
                ? zone.rules.instant(of: midnight + 86_400) - 1 : zone.rules.instant(of: midnight)
        }
        let local = midnight + minute * 60
        let instants = zone.rules.instants(of: local)
        guard let first = instants.first else {
            throw members.refused(
                "\(shown) does not exist in \(zone.name): the clock was set forward over it. Send the hour before or after it.",
                at: member)
        }
        guard let offset = end.offset else { return first }
        guard instants.contains(local - offset) else {
            throw members.refused("\(shown) has an offset that \(zone.name) did not have then; leave it out.", at: member)
        }
        return local - offset
    }
}
