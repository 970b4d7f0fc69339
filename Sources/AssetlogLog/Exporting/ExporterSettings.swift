public import AssetlogCore

/// How events are handed to an exporter.
public struct ExporterSettings: Hashable, Sendable {
    /// Which events it delivers.
    public var filter: ExportFilter
    /// Where it begins when the log has never seen it.
    public var start: ExportStart
    /// At most so many events in a batch; at least 1.
    public var batchSize: Int
    /// A batch ends before the event that would make it larger than so many bytes of columns; one event is always taken.
    public var batchBytes: Int
    /// How many batches may be under way at once; at least 1.
    public var concurrency: Int
    /// After so many counted failures an event becomes a dead letter; at least 1.
    public var maximumAttempts: Int
    /// At most so many events may lie between the first that is not delivered and the last that was read; at least 1.
    public var windowEvents: Int
    /// Reading pauses while the events that are not delivered hold at least so many bytes of columns.
    public var windowBytes: Int
    /// After so many deliveries in a row without any progress the circuit opens.
    public var circuitFailures: Int
    /// The longest time that a destination's `Retry-After` is obeyed.
    public var longestRetryAfter: Duration

    /// Makes settings; the defaults are those of the configuration.
    public init(
        filter: ExportFilter = ExportFilter(), start: ExportStart = .end, batchSize: Int = 500, batchBytes: Int = 1 << 20,
        concurrency: Int = 1, maximumAttempts: Int = 12, windowEvents: Int = 10_000, windowBytes: Int = 8 << 20,
        circuitFailures: Int = 5, longestRetryAfter: Duration = .seconds(3600)
    ) {
        self.filter = filter
        self.start = start
        self.batchSize = batchSize
        self.batchBytes = batchBytes
        self.concurrency = concurrency
        self.maximumAttempts = maximumAttempts
        self.windowEvents = windowEvents
        self.windowBytes = windowBytes
        self.circuitFailures = circuitFailures
        self.longestRetryAfter = longestRetryAfter
    }

    /// The most events of a batch whose first one has failed so often: ever fewer, so that an event that can't be delivered is
    /// soon tried alone, and does not use up the attempts of others.
    func batchSize(afterAttempts attempts: Int) -> Int {
        max(1, batchSize >> min(2 * attempts, Int.bitWidth - 2))
    }
}
