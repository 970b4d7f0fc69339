/// A running exporter: it brings the events of the log to a destination.
///
/// The server calls ``deliver(_:)`` for batches of events that pass the exporter's filter, remembers how far it came, and starts
/// again from there after a crash. So an event may come twice: a destination that must not show an event twice recognizes it by its
/// identity, or the exporter keeps the position itself, with what it wrote, and passes over what it has. A sequence is a position
/// only in one log and one generation: an exporter that passes over events by their sequence delivers in the order of the
/// log, keeps both with it, and says by ``position()`` what it relies on.
///
/// Life cycle: an ``ExporterPlugin`` checks the configuration purely, ``ExporterSetup/open`` does input and output but
/// starts no task, ``run()`` owns every background task, ``close()`` is idempotent.
public protocol Exporter: Sendable {
    /// In which order the destination takes events. The default is that of the log.
    var order: DeliveryOrder { get }

    /// Delivers a batch and returns what became of each of its events, in their order, when the destination has those
    /// durably that it says were delivered.
    ///
    /// With the order of the log it is never called twice at once. With that of assets it may be, with batches that have no
    /// asset in common; the exporter keeps the order of each asset's events: after one that is to be retried, those of the same
    /// asset that follow in the batch are ``DeliveryResult/untried`` (``ConsumerBatch/deliverEach(_:)`` does that).
    ///
    /// An error stands for the whole batch: the same events come again, after a growing pause that counts as no attempt. An
    /// ``ExportError`` that is not retriable stops the exporter until it is restarted.
    @discardableResult
    func deliver(_ batch: ExportBatch) async throws -> [DeliveryResult]

    /// The last event that the destination has, for exporters that pass over what it has by sequence; see
    /// ``LogConsumer/position()``. The default is nil.
    func position() async throws -> DeliveredPosition?

    /// Tries, without an event that stays where that is possible, whether the destination takes events.
    ///
    /// - Parameter event: A made-up event, for destinations that can't be tried otherwise.
    /// - Returns: A sentence about the destination: what answered, and what it takes.
    /// - Throws: An error whose description says what was wrong and what to do.
    func test(with event: LoggedEvent) async throws -> String

    /// What would be sent for a batch, as text with secrets redacted: a request with its head, a row, a line. Nil: the exporter
    /// can't say.
    func preview(_ batch: ExportBatch) async throws -> String?

    /// Does the exporter's background work until it is cancelled. The default waits until it is cancelled.
    func run() async throws

    /// Ends the work and frees what the exporter holds. A second call does nothing; a delivery after it throws.
    func close() async
}

extension Exporter {
    /// The order of the log.
    public var order: DeliveryOrder { .log }

    /// Nil: it skips nothing by itself.
    public func position() async throws -> DeliveredPosition? { nil }

    /// Says that only a delivery can show it.
    public func test(with event: LoggedEvent) async throws -> String {
        "It was opened. Whether its destination takes events, only a delivery can show."
    }

    /// Nil.
    public func preview(_ batch: ExportBatch) async throws -> String? { nil }

    /// Waits for its cancellation.
    public func run() async throws {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    }
}

extension ConsumerBatch {
    /// The results of a batch of which every event had the same.
    public func results(_ result: DeliveryResult) -> [DeliveryResult] {
        Array(repeating: result, count: events.count)
    }

    /// Delivers the events one after the other, for destinations that take one in each request.
    ///
    /// After an event that is to be retried, those of its asset are not tried; after one whose failure is not counted, which
    /// says something about the destination and not about the event, none is.
    /// - Parameter deliver: Delivers one event. An error that it throws ends the batch.
    public func deliverEach(_ deliver: (LoggedEvent) async throws -> DeliveryResult) async rethrows -> [DeliveryResult] {
        var results: [DeliveryResult] = []
        results.reserveCapacity(events.count)
        var held: Set<AssetID> = []
        for event in events {
            guard !held.contains(AssetID(of: event)) else {
                results.append(.untried)
                continue
            }
            let result = try await deliver(event)
            results.append(result)
            guard case .retry(let failure) = result else { continue }
            held.insert(AssetID(of: event))
            if !failure.isCounted { break }
        }
        results += Array(repeating: .untried, count: events.count - results.count)
        return results
    }
}

/// An asset in its deployment: what the order of deliveries is kept for.
public struct AssetID: Hashable, Sendable {
    /// The deployment.
    public var deployment: String
    /// The asset's key, as its canonical JSON text.
    public var canonicalKey: String

    /// The asset of an event.
    public init(of event: LoggedEvent) {
        deployment = event.deployment
        canonicalKey = event.assetKey.canonical
    }

    /// Names an asset.
    public init(deployment: String, canonicalKey: String) {
        self.deployment = deployment
        self.canonicalKey = canonicalKey
    }

    // By their bytes: Swift's texts are equal when they only look alike.

    /// Whether both are the same asset, byte by byte.
    public static func == (left: AssetID, right: AssetID) -> Bool {
        left.canonicalKey.utf8.elementsEqual(right.canonicalKey.utf8) && left.deployment.utf8.elementsEqual(right.deployment.utf8)
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        for var text in [canonicalKey, deployment] { text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) } }
    }
}

/// Why an exporter could not deliver a whole batch.
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
