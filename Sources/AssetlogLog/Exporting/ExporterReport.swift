import AssetlogCore

/// How an exporter is doing.
public struct ExporterReport: Hashable, Sendable {
    /// How its consumer is doing; the phase takes the deliveries into account.
    public var consumer: ConsumerStatus
    /// Why it is paused; nil: it is not.
    public var pause: String?
    /// How the circuit stands: `closed`, `open` or `half_open`.
    public var circuit: String
    /// For how long the oldest event that was not delivered has been in the log, in seconds; 0 when there is none.
    public var lagSeconds: Double
    /// How many events were read and are not finished.
    public var waiting: Int
    /// How many dead letters the storage has of it.
    public var deadLetters: Int
    /// What it has done since the server started.
    public var counts: ExporterCounts
}

/// What an exporter has done since the server started.
public struct ExporterCounts: Hashable, Sendable {
    /// Events that the destination has.
    public var delivered = 0
    /// Events that the destination can't express, by reason.
    public var skipped: [String: Int] = [:]
    /// Deliveries of an event, or of a whole batch, that failed.
    public var failures = 0
    /// Events that became dead letters.
    public var dead = 0
}
