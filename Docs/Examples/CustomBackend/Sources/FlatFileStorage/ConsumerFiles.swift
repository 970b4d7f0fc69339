import AssetlogCore

/// The cursor of a consumer, as it stands in a file.
struct CursorEntry: Codable {
    private var consumer: String
    private var generation: Int64
    private var position: Int64
    private var log: String?
    private var event: String?

    init(_ cursor: ConsumerCursor) {
        consumer = cursor.consumer
        generation = cursor.generation
        position = cursor.position
        log = cursor.log?.description
        event = cursor.event?.description
    }

    var cursor: ConsumerCursor {
        ConsumerCursor(
            consumer: consumer, generation: generation, position: position, log: log.flatMap { LogID($0) },
            event: event.flatMap { EventID($0) })
    }
}

/// The dead letters and the pauses of all consumers, as they stand in a file.
struct UndeliveredEvents: Codable {
    /// By the consumer and the sequence.
    var letters: [String: [Int64: DeadLetterEntry]] = [:]
    /// Why a consumer is paused.
    var pauses: [String: String] = [:]
}

/// A dead letter, as it stands in a file.
struct DeadLetterEntry: Codable {
    private var sequence: Int64
    private var log: String
    private var event: String
    private var attempts: Int
    private var failedAt: Int64
    private var message: String
    private var answer: String
    private var isReplayRequested: Bool

    init(_ letter: DeadLetter) {
        sequence = letter.sequence
        log = letter.log.description
        event = letter.event.description
        attempts = letter.attempts
        failedAt = letter.failedAt.microseconds
        message = letter.message
        answer = letter.answer
        isReplayRequested = letter.isReplayRequested
    }

    /// The dead letter; nil where somebody changed the file.
    var letter: DeadLetter? {
        guard let log = LogID(log), let event = EventID(event) else { return nil }
        return DeadLetter(
            sequence: sequence, log: log, event: event, attempts: attempts, failedAt: Timestamp(microseconds: failedAt),
            message: message, answer: answer, isReplayRequested: isReplayRequested)
    }
}
