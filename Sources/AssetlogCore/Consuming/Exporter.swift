/// A running exporter: it brings the events of the log to a destination, in order.
///
/// The log's consumer calls ``deliver(_:)`` for one batch after the other, remembers after each how far it came, and
/// starts again from there after a crash. So a batch may come twice: a destination that must not show an event twice
/// keeps the position itself, with what it wrote, and passes over what it has. A sequence is a position only in one log and one
/// generation: an exporter that passes over events by their sequence keeps both with it, and tells by ``position()`` what it
/// relies on.
///
/// Life cycle: an ``ExporterPlugin`` checks the configuration purely, ``ExporterSetup/open`` does input and output but
/// starts no task, ``run()`` owns every background task, ``close()`` is idempotent.
public protocol Exporter: LogConsumer {
    /// Delivers a batch and returns when the destination has it durably.
    ///
    /// It is never called twice at once. After an error the same events come again, after a growing pause.
    func deliver(_ batch: ExportBatch) async throws

    /// Does the exporter's background work until it is cancelled. The default waits until it is cancelled.
    func run() async throws

    /// Ends the work and frees what the exporter holds. A second call does nothing; a delivery after it throws.
    func close() async
}

extension Exporter {
    /// Delivers the batch.
    public func consume(_ batch: ConsumerBatch) async throws { try await deliver(batch) }

    /// Waits for its cancellation.
    public func run() async throws {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    }
}

/// Why an exporter could not deliver.
public struct ExportError: Error, Sendable, CustomStringConvertible {
    /// What was wrong, where, and what to do, in a sentence for the operator.
    public var message: String
    /// Whether the same batch may succeed later without intervention.
    public var isRetriable: Bool

    /// Makes an error.
    public init(_ message: String, isRetriable: Bool = true) {
        self.message = message
        self.isRetriable = isRetriable
    }

    /// The message.
    public var description: String { message }
}
