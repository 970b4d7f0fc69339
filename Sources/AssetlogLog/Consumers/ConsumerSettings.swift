import AssetlogCore

/// How a consumer reads, waits and retries.
public struct ConsumerSettings: Hashable, Sendable {
    /// At most so many events in a batch; at least 1.
    public var batchEvents: Int
    /// A batch ends after the event that reaches so many bytes of columns.
    public var batchBytes: Int
    /// How long it waits for news before it looks by itself, for what another process did.
    public var pollInterval: Duration
    /// How long a position may be known only in memory; after a crash so much is delivered again.
    public var saveInterval: Duration
    /// The pause after the first failure; each further one doubles it.
    public var firstPause: Duration
    /// The longest pause after a failure.
    public var longestPause: Duration
    /// How long a delivery that is under way may take when the server stops.
    public var stopGrace: Duration
    /// How long a lease on the consumer lasts that is not renewed; storages that several servers share give leases.
    public var leaseDuration: Duration
    /// How often the lease is renewed, and asked for while another server has it. A server that dies is followed after
    /// at most ``leaseDuration`` and this.
    public var leaseInterval: Duration

    /// Makes settings; the defaults suit a server.
    public init(
        batchEvents: Int = 500, batchBytes: Int = 4 << 20, pollInterval: Duration = .seconds(1),
        saveInterval: Duration = .seconds(1), firstPause: Duration = .milliseconds(250),
        longestPause: Duration = .seconds(30), stopGrace: Duration = .seconds(5),
        leaseDuration: Duration = .seconds(4), leaseInterval: Duration = .milliseconds(750)
    ) {
        self.batchEvents = batchEvents
        self.batchBytes = batchBytes
        self.pollInterval = pollInterval
        self.saveInterval = saveInterval
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.stopGrace = stopGrace
        self.leaseDuration = leaseDuration
        self.leaseInterval = leaseInterval
    }

    /// The pause after a number of failures in a row: twice as long each time, up to the longest, then jittered.
    ///
    /// - Parameters:
    ///   - failures: How many failures there were in a row; at least 1.
    ///   - jitter: From 0 to 1; the pause is between half and all of its nominal length, so that consumers that failed
    ///     together don't come back together.
    func pause(afterFailures failures: Int, jitter: Double) -> Duration {
        Backoff(first: firstPause, longest: longestPause)
            .pause(afterFailures: max(failures, 1), jitter: 0.5, random: jitter)
    }
}
