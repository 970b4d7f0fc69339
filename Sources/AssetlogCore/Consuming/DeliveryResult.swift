/// What became of one event of a delivery.
public enum DeliveryResult: Hashable, Sendable {
    /// The destination has it durably.
    case delivered
    /// The destination can't express it, so nothing was sent; the reason is a constant phrase, counted by itself in the metrics.
    case skipped(reason: String)
    /// It was not delivered, or nobody knows whether it was; it comes again.
    case retry(DeliveryFailure)
    /// The destination will never take it: it becomes a dead letter.
    case rejected(DeliveryFailure)
    /// It was not tried, because an earlier event of its asset, or the destination as a whole, failed; it comes again.
    case untried
}

/// Why an event was not delivered.
public struct DeliveryFailure: Hashable, Sendable {
    /// The most bytes of an answer that are kept.
    public static let maximumAnswerBytes = 4096

    /// What was wrong, where, and what to do, in a sentence for the operator; without secrets.
    public var message: String
    /// What the destination answered: at most ``maximumAnswerBytes``; empty where it answered nothing.
    public var answer: String
    /// How long the destination asks to be left alone; nil: the exporter's own backoff decides.
    public var retryAfter: Duration?
    /// Whether the failure counts towards `maximum_attempts`. One that says nothing about the event (the destination can't be
    /// reached, did not answer in time, answered 429, 502, 503 or 504) does not: it opens the circuit instead.
    public var isCounted: Bool

    /// Makes a failure; an answer that is too long is cut at a character.
    public init(_ message: String, answer: String = "", retryAfter: Duration? = nil, isCounted: Bool = true) {
        self.message = message
        self.answer = answer.prefix(bytes: Self.maximumAnswerBytes)
        self.retryAfter = retryAfter
        self.isCounted = isCounted
    }

    /// The statuses of HTTP that say nothing about the request: too many of them, or a proxy without its server.
    public static func isTemporary(status: Int) -> Bool { [429, 502, 503, 504].contains(status) }
}
