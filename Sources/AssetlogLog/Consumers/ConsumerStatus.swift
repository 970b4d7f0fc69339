/// How a consumer is doing.
public struct ConsumerStatus: Hashable, Sendable {
    /// What a consumer is at.
    public enum Phase: String, Hashable, Sendable {
        /// It has not read its cursor yet.
        case starting
        /// Another server on the same storage runs it; this one takes over when that one ends.
        case standingBy = "standing by"
        /// It reads what is behind the end of the log.
        case catchingUp = "catching up"
        /// It has delivered all there is and waits for more.
        case following
        /// Something failed; it pauses and tries again.
        case retrying
        /// An operator paused it, or it has too many dead letters; it reads ahead a little and delivers nothing.
        case paused
        /// Something failed for good; it waits for a replay, ``ConsumerRunner/restart()`` or a new start of the server.
        case stopped
        /// The runner has returned.
        case ended
    }

    /// The consumer's name.
    public var name: String
    /// What it is at.
    public var phase: Phase
    /// The generation of its cursor.
    public var generation: Int64
    /// The last sequence that was delivered; 0 before the first.
    public var position: Int64
    /// The end of the log when it was last looked at, a second ago or so.
    public var head: Int64
    /// How many failures there were since the last success.
    public var failures: Int
    /// What the last of them said; nil after a success.
    public var lastError: String?

    /// Makes a status.
    public init(
        name: String, phase: Phase, generation: Int64, position: Int64, head: Int64, failures: Int, lastError: String? = nil
    ) {
        self.name = name
        self.phase = phase
        self.generation = generation
        self.position = position
        self.head = head
        self.failures = failures
        self.lastError = lastError
    }

    /// How far the consumer is behind the head, in sequences; 0 when it has delivered all there is.
    public var lag: Int64 { max(0, head - position) }
}
