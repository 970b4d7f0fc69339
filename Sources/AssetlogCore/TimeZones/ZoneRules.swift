/// The offsets from UTC that a time zone has had, has and will have by its present rule.
struct ZoneRules: Sendable {
    /// A change of the offset.
    struct Change: Hashable {
        /// When it happens, in seconds since 1970-01-01 UTC.
        var instant: Int64
        /// The seconds from UTC to local time after it.
        var offset: Int64
    }

    /// A span of time without a change.
    struct Period {
        /// Its first second; `Int64.min` for the first period.
        var start: Int64
        /// The seconds from UTC to local time.
        var offset: Int64
        /// The offset before it.
        var previous: Int64
    }

    private let first: Int64
    private let changes: [Change]
    private let rule: YearlyRule?

    /// No offset from UTC is as large as this, in seconds.
    private static let reach: Int64 = 26 * 3600

    /// - Parameters:
    ///   - first: The offset before all changes.
    ///   - changes: The changes in order.
    ///   - rule: What holds after them; nil: the last offset stays.
    init(first: Int64, changes: [Change], rule: YearlyRule?) {
        self.first = first
        self.changes = changes
        self.rule = rule
    }

    /// The period that an instant lies in.
    func period(at instant: Int64) -> Period {
        if let rule, instant >= changes.last?.instant ?? .min, let period = period(by: rule, at: instant) { return period }
        // The number of changes up to the instant.
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].instant <= instant { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return Period(start: .min, offset: first, previous: first) }
        let change = changes[low - 1]
        return Period(
            start: change.instant, offset: change.offset, previous: low > 1 ? changes[low - 2].offset : first)
    }

    private func period(by rule: YearlyRule, at instant: Int64) -> Period? {
        let year = CivilDate(days: instant.quotientAndRemainder(flooring: 86_400).0).year
        let end = changes.last
        var period: Period?
        var previous = end?.offset ?? first
        for change in (year - 1...year + 1).flatMap(rule.changes(in:)) where change.instant > end?.instant ?? .min {
            guard change.instant <= instant else { break }
            period = Period(start: change.instant, offset: change.offset, previous: previous)
            previous = change.offset
        }
        return period
    }

    /// The instants at which clocks show a local time: none when they skip it, two when they are set back over it.
    ///
    /// - Parameter local: The local time as if it were UTC, in seconds since 1970-01-01.
    func instants(of local: Int64) -> [Int64] {
        let offsets = Set(periods(around: local).map(\.offset))
        return offsets.map { local - $0 }.filter { $0 + period(at: $0).offset == local }.sorted()
    }

    /// The first instant at which clocks show a local time; one that they skip is counted on from before.
    func instant(of local: Int64) -> Int64 {
        if let first = instants(of: local).first { return first }
        let skipping = periods(around: local).first { $0.start + $0.previous <= local && local < $0.start + $0.offset }
        return local - (skipping?.previous ?? period(at: local).offset)
    }

    /// The local time at an instant, and the offset; `isRepeated` when clocks have shown it before.
    func local(at instant: Int64) -> (time: Int64, offset: Int64, isRepeated: Bool) {
        let period = period(at: instant)
        let repeated = period.previous - period.offset
        return (
            instant + period.offset, period.offset, repeated > 0 && instant - period.start < repeated
        )
    }

    // The periods in which a local time may lie, the last one first.
    private func periods(around local: Int64) -> [Period] {
        var periods = [period(at: local + Self.reach)]
        while let period = periods.last, period.start > local - Self.reach { periods.append(self.period(at: period.start - 1)) }
        return periods
    }
}
