/// Events for a consumer, in the order of the log.
public struct ConsumerBatch: Hashable, Sendable {
    /// The log of the events. The sequences of another log say nothing about what was delivered from this one: all of its
    /// events are to be delivered, as in a new generation.
    public var log: LogID
    /// Counts the replays of this consumer. Within one log and generation sequences never go back, except that a batch may
    /// come again; a new generation starts anywhere, and its events are to be delivered even if they were before.
    public var generation: Int64
    /// The events; at least one.
    public var events: [LoggedEvent]

    /// Makes a batch.
    public init(log: LogID, generation: Int64, events: [LoggedEvent]) {
        self.log = log
        self.generation = generation
        self.events = events
    }
}

/// The events of a delivery.
public typealias ExportBatch = ConsumerBatch
