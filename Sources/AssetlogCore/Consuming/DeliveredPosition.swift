/// The last event that a consumer, or its destination, has.
public struct DeliveredPosition: Hashable, Sendable {
    /// The log of the event; nil: not known, because an older release delivered it.
    public var log: LogID?
    /// The generation in which it was delivered.
    public var generation: Int64
    /// Its sequence in the log.
    public var sequence: Int64
    /// Its identity; nil: not known.
    public var event: EventID?

    /// Makes a position.
    public init(log: LogID?, generation: Int64, sequence: Int64, event: EventID?) {
        self.log = log
        self.generation = generation
        self.sequence = sequence
        self.event = event
    }
}
