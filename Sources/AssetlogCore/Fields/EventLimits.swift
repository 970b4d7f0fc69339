/// The limits of what a client may submit.
public struct EventLimits: Hashable, Sendable {
    /// The most bytes of one item; more is refused with 413.
    public var maximumItemBytes: Int
    /// How far ahead of the server's clock a `timestamp` may lie.
    ///
    /// "Latest" means greatest timestamp, so an event from the future hides all that follow until then. Ten minutes
    /// suffice for clocks that drift, and are less than what a wrong time zone makes: half an hour at the least.
    public var maximumFuture: Duration
    /// The earliest `timestamp`. The default, 1980, is later than what comes of a zero, and of seconds that were
    /// divided by a thousand once too often.
    public var earliest: Timestamp
    /// The most events that one item may become.
    public var maximumPartitions: Int
    /// The most bytes of the columns of all events that one item may become; more is refused with 413.
    public var maximumExpandedBytes: Int

    /// Makes limits; see the properties for why the defaults are what they are.
    public init(
        maximumItemBytes: Int = 8 << 20, maximumFuture: Duration = .seconds(600),
        earliest: Timestamp = Timestamp(microseconds: 315_532_800_000_000), maximumPartitions: Int = 10_000,
        maximumExpandedBytes: Int = 16 << 20
    ) {
        self.maximumItemBytes = maximumItemBytes
        self.maximumFuture = maximumFuture
        self.earliest = earliest
        self.maximumPartitions = maximumPartitions
        self.maximumExpandedBytes = maximumExpandedBytes
    }

    /// The latest `timestamp` of what is received at a time.
    func latest(at receivedAt: Timestamp) -> Timestamp {
        let (seconds, attoseconds) = maximumFuture.components
        let (ahead, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (latest, tooLate) = receivedAt.microseconds.addingReportingOverflow(ahead + attoseconds / 1_000_000_000_000)
        return Timestamp(microseconds: overflow || tooLate ? .max : latest)
    }
}
