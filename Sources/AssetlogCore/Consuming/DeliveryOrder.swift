/// In which order an exporter's destination takes events.
public enum DeliveryOrder: Hashable, Sendable {
    /// In the order of the log, one batch after the other; an event that fails holds up all that follow.
    case log
    /// In the order of the log for each asset; batches of different assets may be delivered at the same time, and an event
    /// that fails holds up only those of its asset.
    case asset
}

/// How events are handed to the exporters of a plugin, where their configuration does not say.
public struct DeliveryDefaults: Hashable, Sendable {
    /// How many events a batch has at most (`batch_size`).
    public var batchSize: Int
    /// How many batches may be under way at once (`concurrency`); always 1 where the order is that of the log.
    public var concurrency: Int
    /// Where an exporter begins that this log has never seen (`start`).
    public var start: ExportStart

    /// Makes defaults.
    public init(batchSize: Int = 500, concurrency: Int = 1, start: ExportStart = .end) {
        self.batchSize = batchSize
        self.concurrency = concurrency
        self.start = start
    }
}

/// Where an exporter begins that the log has never seen.
public enum ExportStart: Hashable, Sendable {
    /// With the first event of the log.
    case beginning
    /// With what is recorded from now on.
    case end
    /// With the first event that was received at this time or later.
    case time(Timestamp)
    /// With this sequence.
    case sequence(Int64)
}
