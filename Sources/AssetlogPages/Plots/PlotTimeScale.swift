import AssetlogCore

/// The axis of the times of a plot, with marks at round times of UTC.
struct PlotTimeScale {
    private static let wantedSteps = 5.0
    private static let second = 1_000_000.0
    private static let day = 86_400.0
    // Steps in seconds. Seconds to days divide their next greater unit, so that marks are at its beginning too.
    private static let steps: [Double] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, day, 2 * day, 7 * day, 14 * day,
    ]
    private static let monthSteps: [Int64] = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000]

    // Microseconds, as doubles: their differences do not overflow.
    private let low: Double
    private let high: Double

    /// Takes the first and the last time; what is beyond the years that pages show counts as their end.
    init(_ first: Timestamp, _ last: Timestamp) {
        let times = [first, last].map { Double(min(max($0.microseconds, ShownTime.range.lowerBound), ShownTime.range.upperBound)) }
        let (low, high) = (times.min() ?? 0, times.max() ?? 0)
        // One moment is in the middle of two hours, a few moments are in ten seconds.
        let pad = low == high ? 3600 * Self.second : high - low < 10 * Self.second ? 5 * Self.second : 0
        (self.low, self.high) = (low - pad, high + pad)
    }

    /// Where a time is: 0 at the beginning of the axis, 1 at its end.
    func position(of time: Timestamp) -> Double { min(1, max(0, (Double(time.microseconds) - low) / (high - low))) }

    /// The marks.
    var ticks: [PlotTick] {
        let span = (high - low) / Self.second
        if let step = Self.steps.first(where: { span / $0 <= Self.wantedSteps }) { return ticks(every: step) }
        let months = span / Self.day / 30.4
        return ticks(everyMonths: Self.monthSteps.first { months / Double($0) <= Self.wantedSteps } ?? 12_000)
    }

    private func ticks(every step: Double) -> [PlotTick] {
        let length = step * Self.second
        let (first, last) = (Int64((low / length).rounded(.up)), Int64((high / length).rounded(.down)))
        guard first <= last else { return [] }
        return (first...last).compactMap { tick(at: $0 * Int64(length)) { Self.label($0, step: step) } }
    }

    private func ticks(everyMonths step: Int64) -> [PlotTick] {
        var ticks: [PlotTick] = []
        let start = CivilDate(days: Int64(low / Self.second / Self.day))
        // Months since the year 0.
        var month = (start.year * 12 + start.month - 1) / step * step
        while let date = CivilDate(year: month / 12, month: month % 12 + 1, day: 1) {
            let time = date.days * 86_400 * 1_000_000
            if Double(time) > high { break }
            if let tick = tick(at: time, { Self.monthLabel($0, step: step) }) { ticks.append(tick) }
            month += step
        }
        return ticks
    }

    private func tick(at time: Int64, _ label: (String) -> String) -> PlotTick? {
        guard Double(time) >= low, Double(time) <= high else { return nil }
        let timestamp = Timestamp(microseconds: time)
        return PlotTick(position: position(of: timestamp), label: label(timestamp.description))
    }

    // `time` is `2026-11-23T19:00:00.000000Z`.
    private static func label(_ time: String, step: Double) -> String {
        let (date, clock) = (time.prefix(10), time.dropFirst(11).prefix(step < 60 ? 8 : 5))
        return step >= day || time.dropFirst(11).hasPrefix("00:00:00") ? String(date) : String(clock)
    }

    private static func monthLabel(_ time: String, step: Int64) -> String { String(time.prefix(step < 12 ? 7 : 4)) }
}
