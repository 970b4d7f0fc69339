public import AssetlogCore

/// Something that lives on the log: an exporter, the catalog, the live stream, the rules.
///
/// A ``ConsumerRunner`` reads the log for it, in order, and remembers in the storage how far it came. What it made of
/// the events can be thrown away and made again: a replay starts a new generation from any sequence.
public protocol LogConsumer: Sendable {
    /// Takes a batch and returns when it needs it no more, because its effect is as durable as it has to be.
    ///
    /// It is never called twice at once. After a crash, or an error, the same events come again, perhaps in batches of
    /// another size. An error that conforms to ``ClassifiedError`` and is not retriable stops this consumer.
    func consume(_ batch: ConsumerBatch) async throws

    /// The last event whose effect lasts, as far as the consumer knows that by itself; see ``Exporter/position()``.
    ///
    /// The default is nil.
    func position() async throws -> DeliveredPosition?
}

extension LogConsumer {
    /// Nil: it keeps no place of its own.
    public func position() async throws -> DeliveredPosition? { nil }
}

/// Events for a consumer, in the order of the log.
public struct ConsumerBatch: Hashable, Sendable {
    /// The log of the events; sequences of another one say nothing about this one.
    public var log: LogID
    /// Counts the replays of this consumer; see ``ConsumerCursor/generation``.
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

/// An error that knows whether trying again can help; every other error is taken for one that passes.
public protocol ClassifiedError: Error {
    /// Whether the same call may succeed later without anybody's help.
    var isRetriable: Bool { get }
}

extension ExportError: ClassifiedError {}

extension StorageError: ClassifiedError {
    /// Whether the call may succeed later; what is damaged stays so until somebody restores it.
    public var isRetriable: Bool { code != .damaged }
}

/// An exporter as a consumer of the log.
public struct ExporterConsumer: LogConsumer {
    private let exporter: any Exporter

    /// Makes a consumer that hands every batch to `exporter`.
    public init(_ exporter: any Exporter) {
        self.exporter = exporter
    }

    /// Delivers the batch.
    public func consume(_ batch: ConsumerBatch) async throws {
        try await exporter.deliver(ExportBatch(log: batch.log, generation: batch.generation, events: batch.events))
    }

    /// What the exporter says.
    public func position() async throws -> DeliveredPosition? { try await exporter.position() }
}
