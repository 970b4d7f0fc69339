/// A running exporter: it brings the events of the log to a destination, in order.
///
/// The log's consumer calls ``deliver(_:)`` for one batch after the other, remembers after each how far it came, and
/// starts again from there after a crash. So a batch may come twice: a destination that must not show an event twice
/// keeps the position itself, beside what it wrote, and passes over what it has. A sequence is a position only in one log and one
/// generation: an exporter that passes over events by their sequence keeps both with it, and tells by ``position()`` what it
/// relies on.
///
/// Life cycle: an ``ExporterPlugin`` checks the configuration purely, ``ExporterSetup/open`` does input and output but
/// starts no task, ``run()`` owns every background task, ``close()`` is idempotent.
public protocol Exporter: Sendable {
    /// Delivers a batch and returns when the destination has it durably.
    ///
    /// It is never called twice at once. After an error the same events come again, after a growing pause.
    func deliver(_ batch: ExportBatch) async throws

    /// The last event that the destination has, as far as the exporter knows that by itself.
    ///
    /// Asked before the first delivery and after each replay, never beside a delivery, and compared with the log. Where the log
    /// has another event there, or ends before it (a backup was restored), the consumer begins a new generation, so that the exporter
    /// passes over nothing. The default is nil: the exporter passes over nothing anyway, or nothing was delivered yet.
    func position() async throws -> DeliveredPosition?

    /// Does the exporter's background work until it is cancelled. The default does nothing.
    func run() async throws

    /// Ends the work and frees what the exporter holds. A second call does nothing; a delivery after it throws.
    func close() async
}

extension Exporter {
    /// Nil: it passes over nothing.
    public func position() async throws -> DeliveredPosition? { nil }

    /// Waits for its cancellation.
    public func run() async throws {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    }
}

/// The last event that a destination has.
public struct DeliveredPosition: Hashable, Sendable {
    /// The log of the event; nil: not known, because an older release delivered it.
    public var log: LogID?
    /// The generation in which it was delivered.
    public var generation: Int64
    /// Its place in the log.
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

/// Events for an exporter, in the order of the log.
public struct ExportBatch: Sendable {
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

/// Why an exporter could not deliver.
public struct ExportError: Error, Sendable, CustomStringConvertible {
    /// What was wrong, where, and what to do, in a sentence for the operator.
    public var message: String
    /// Whether the same batch may succeed later without anybody's help.
    public var isRetriable: Bool

    /// Makes an error.
    public init(_ message: String, isRetriable: Bool = true) {
        self.message = message
        self.isRetriable = isRetriable
    }

    /// The message.
    public var description: String { message }
}
