#if SQLite
/// Tells which events stand out of the order of time, from the log's first event on.
///
/// Most events are reported in the order in which they happened, give or take the clocks of the machines. These are
/// found by their sequence; what stands out is a *stray*, and is found by its timestamp. An event that is dated ahead
/// of the server's clock is a stray as well, or all that follow would be strays until its time has come.
struct TimeOrder {
    /// How many microseconds an event may be behind the latest one before it, or ahead of the server's clock.
    ///
    /// Larger, and reads look at more events; smaller, and the index of more events costs more.
    static let tolerance: Int64 = 10_000_000

    /// The greatest timestamp of those in order.
    private(set) var highest: Int64 = .min

    init(highest: Int64 = .min) {
        self.highest = highest
    }

    /// Whether the next event of the log is a stray.
    mutating func isStray(timestamp: Int64, receivedAt: Int64) -> Bool {
        guard timestamp >= Self.earlier(highest), Self.earlier(timestamp) <= receivedAt else { return true }
        highest = max(highest, timestamp)
        return false
    }

    /// The time that is the tolerance before another one.
    static func earlier(_ time: Int64) -> Int64 {
        let (earlier, overflow) = time.subtractingReportingOverflow(tolerance)
        return overflow ? .min : earlier
    }

    /// The time that is the tolerance after another one.
    static func later(_ time: Int64) -> Int64 {
        let (later, overflow) = time.addingReportingOverflow(tolerance)
        return overflow ? .max : later
    }
}
#endif
