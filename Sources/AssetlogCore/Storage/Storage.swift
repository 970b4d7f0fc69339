/// A running storage: it keeps the event log and the cursors of its consumers.
///
/// Life cycle: a ``StoragePlugin`` checks the configuration purely, ``StorageSetup/open`` does input and output but
/// starts no task, ``run()`` owns every background task, ``close()`` is idempotent. `AssetlogTesting` holds the
/// conformance suite that every storage passes.
public protocol Storage: ConsumerStore, LogReader {
    /// Appends the events of a batch in their order, after every event that is in the log already.
    ///
    /// Inserts every event except these, which ``EventBatch/plan(_:)`` finds: one whose identity the client chose
    /// and which an event of the same deployment has already (it is a duplicate or a conflict), and the events of a
    /// group that holds a conflict, or that may be inserted as a whole only and holds duplicates. What is inserted is
    /// inserted all or nothing, with consecutive sequences. An event whose identity the server made is not checked for
    /// duplicates, but counts as one when another event is checked.
    ///
    /// Returns only when the events are durable, so that they outlive a crash of the process and of the machine; a duplicate is
    /// one only of a durable event. The log calls it from its writer's own thread, never twice at once, and it may
    /// block. After an error none of the batch is in the log, or the storage can't know (a lost connection):
    /// ``StorageError/outcome`` says which; the log answers such reports 5xx. The batch is borrowed until it returns.
    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome

    /// Finds an event by its identity, which is unique in a deployment.
    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent?

    /// How the storage is now, without waiting: whether an append would reach it. Readiness asks this.
    ///
    /// The default is ready. A storage that can be away says so from ``StorageSetup/open`` on, before any call failed;
    /// its calls then throw ``StorageError`` with the code `unavailable`, within a bounded time.
    func health() -> StorageHealth

    /// Does the storage's background work until it is cancelled. The default waits until it is cancelled.
    func run() async throws

    /// The storage as one that can remove events; nil: it can't. The default is itself, where it conforms to ``RetainingStorage``.
    var retaining: (any RetainingStorage)? { get }
}

extension Storage {
    /// Itself, where it can remove events.
    public var retaining: (any RetainingStorage)? { self as? any RetainingStorage }

    /// The sequence of an event that was recorded and is known: it is in the log, or was removed from it not long ago.
    public func recordedSequence(of id: EventID, deployment: String) async throws -> Int64? {
        if let event = try await event(id, deployment: deployment) { return event.sequence }
        return try await retaining?.sequenceOfRemoved(id, deployment: deployment)
    }

    /// Ready.
    public func health() -> StorageHealth { .ready }

    /// Waits for its cancellation.
    public func run() async throws {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    }
}

/// What a storage holds.
public struct StorageStatistics: Hashable, Sendable {
    /// The number of events in the log.
    public var events: Int64
    /// The greatest sequence in the log; 0 when it is empty.
    public var head: Int64

    /// Makes statistics.
    public init(events: Int64, head: Int64) {
        self.events = events
        self.head = head
    }
}

/// How far a consumer has read the log.
public struct ConsumerCursor: Hashable, Sendable {
    /// The consumer's name.
    public var consumer: String
    /// Counts the replays: what a consumer did in an older generation does not count for this one.
    public var generation: Int64
    /// The last sequence that was consumed; 0 before the first.
    public var position: Int64
    /// The log that the position belongs to; nil: not known, as of a new cursor and after a replay.
    public var log: LogID?
    /// The identity of the event at the position; nil: not known.
    public var event: EventID?
    /// What was consumed beyond the position already, so that it does not come again.
    public var ahead: ConsumedAhead

    /// Makes a cursor.
    public init(
        consumer: String, generation: Int64 = 0, position: Int64 = 0, log: LogID? = nil, event: EventID? = nil,
        ahead: ConsumedAhead = ConsumedAhead()
    ) {
        self.consumer = consumer
        self.generation = generation
        self.position = position
        self.log = log
        self.event = event
        self.ahead = ahead
    }
}

/// Why a call of a storage failed.
public struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Hashable, Sendable {
        private enum Value: Hashable { case closed, full, inUse, tooNew, damaged, unavailable }
        private let value: Value
        /// The storage was closed before.
        public static let closed = Code(value: .closed)
        /// There is no space left for another event.
        public static let full = Code(value: .full)
        /// Another server works on the same data.
        public static let inUse = Code(value: .inUse)
        /// A newer release wrote the data.
        public static let tooNew = Code(value: .tooNew)
        /// The data can't be read, or is not what was written. Where it is one event, ``StorageError/sequence`` names it.
        public static let damaged = Code(value: .damaged)
        /// The storage can't be reached now; later it may work.
        public static let unavailable = Code(value: .unavailable)
    }

    /// The kind of refusal; two errors are of one kind when it is equal.
    public var code: Code
    /// What was wrong, where, and what to do, in a sentence for the operator.
    public var message: String
    /// The event that is damaged or missing, by its sequence; nil: the error is about none alone.
    public var sequence: Int64?
    /// Whether the events of the append that threw it are in the log. Clients learn it: say ``RecordOutcome/notRecorded``
    /// only when nothing can have been recorded, not now and not by a recovery.
    public var outcome: RecordOutcome

    /// Makes an error.
    public init(_ code: Code, _ message: String, sequence: Int64? = nil, outcome: RecordOutcome = .unknown) {
        self.code = code
        self.message = message
        self.sequence = sequence
        self.outcome = outcome
    }

    /// The message.
    public var description: String { message }
}
