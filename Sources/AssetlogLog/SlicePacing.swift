import Synchronization

/// How long a sender of slices pauses after each, so that others who report one by one get their turn. State lives in a
/// `Mutex`.
final class SlicePacing: Sendable {
    private let limits: EventLog.Limits
    /// When single reports were committed last.
    private let lastReports = Mutex<ContinuousClock.Instant?>(nil)

    init(limits: EventLog.Limits) {
        self.limits = limits
    }

    /// Notes a commit that held single reports.
    func committedReports() {
        lastReports.withLock { $0 = .now }
    }

    /// Whether a client reports event by event at the moment.
    var hasRecentReports: Bool {
        guard let last = lastReports.withLock({ $0 }) else { return false }
        return ContinuousClock.now - last < .milliseconds(200)
    }

    /// The pause after a slice of so many bytes, while others report one by one.
    ///
    /// A single item may become more than a commit's share, and be one commit all the same; it keeps single reports waiting for
    /// as long, so that it may do so for a tenth of the time only. One in parts keeps them waiting for much less, and may more often.
    func pause(afterBytes bytes: Int, isPart: Bool, since start: ContinuousClock.Instant) -> Duration {
        guard isPart || bytes > limits.sliceBytes else { return limits.slicePause }
        return min(limits.slicePause + (ContinuousClock.now - start) * (isPart ? 5 : 10), .seconds(5))
    }
}
