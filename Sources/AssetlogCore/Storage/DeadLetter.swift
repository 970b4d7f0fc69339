/// An event that a consumer's destination did not take, kept until an operator replays or discards it.
public struct DeadLetter: Hashable, Sendable {
    /// How many dead letters a consumer has at most; an exporter that would have more pauses instead.
    public static let maximumCount = 10_000

    /// The sequence of the event in its log; a consumer has at most one dead letter for each.
    public var sequence: Int64
    /// The log that the sequence belongs to.
    public var log: LogID
    /// The identity of the event.
    public var event: EventID
    /// How often it was tried.
    public var attempts: Int
    /// When it was given up.
    public var failedAt: Timestamp
    /// Why, in a sentence for the operator.
    public var message: String
    /// What the destination answered last: at most ``DeliveryFailure/maximumAnswerBytes``.
    public var answer: String
    /// Whether an operator asked for it to be delivered again; the exporter removes it when it was.
    public var isReplayRequested: Bool

    /// Makes a dead letter.
    public init(
        sequence: Int64, log: LogID, event: EventID, attempts: Int, failedAt: Timestamp, message: String, answer: String = "",
        isReplayRequested: Bool = false
    ) {
        self.sequence = sequence
        self.log = log
        self.event = event
        self.attempts = attempts
        self.failedAt = failedAt
        self.message = message
        self.answer = answer
        self.isReplayRequested = isReplayRequested
    }
}
