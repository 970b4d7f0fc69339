public import AssetlogCore
public import AssetlogObservation
public import Logging
import Synchronization

/// A storage that tells of the damage that its readers meet: it counts it, and logs it once for each event.
///
/// The reader gets the error as it is. Everything else passes through.
public final class WatchedStorage: Storage {
    private let inner: any Storage
    private let logger: Logger
    private let damaged = Counter()
    private let logged = Mutex<Set<String>>([])

    /// So many different messages are logged; a log that is damaged everywhere would fill the disk with them.
    private static let longestList = 100

    /// Watches a storage.
    public init(_ inner: any Storage, logger: Logger) {
        self.inner = inner
        self.logger = logger
    }

    /// Adds the family of the reads that met damage.
    public func register(in registry: MetricsRegistry) {
        registry.register(
            MetricFamily(
                "assetlog_log_damaged_reads", .counter,
                help: "Reads that failed because an event is damaged or missing in the log."), damaged)
    }

    private func watching<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as StorageError where error.code == .damaged {
            note(error)
            throw error
        }
    }

    private func note(_ error: StorageError) {
        damaged.add()
        let key = error.sequence.map { "\($0)" } ?? error.message
        let isNew = logged.withLock { $0.count < Self.longestList && $0.insert(key).inserted }
        guard isNew else { return }
        var metadata: Logger.Metadata = ["error": "\(error)"]
        if let sequence = error.sequence { metadata["sequence"] = "\(sequence)" }
        logger.error("The log is damaged; reads of the damaged part fail.", metadata: metadata)
    }

    // MARK: What is watched

    public func events(_ query: EventQuery) async throws -> EventPage {
        try await watching { try await inner.events(query) }
    }

    public func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        try await watching { try await inner.event(id, deployment: deployment) }
    }

    public func statistics() async throws -> StorageStatistics { try await watching { try await inner.statistics() } }

    public func logID() async throws -> LogID { try await watching { try await inner.logID() } }

    // MARK: What passes through

    public func append(_ batch: EventBatch) throws -> AppendOutcome { try inner.append(batch) }

    public func health() -> StorageHealth { inner.health() }

    public func run() async throws { try await inner.run() }

    public func cursors() async throws -> [ConsumerCursor] { try await inner.cursors() }

    public func cursor(of consumer: String) async throws -> ConsumerCursor { try await inner.cursor(of: consumer) }

    public func advance(_ cursor: ConsumerCursor) async throws -> Bool { try await inner.advance(cursor) }

    public func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
        try await inner.replay(consumer, after: position)
    }

    public func lease(_ consumer: String, for duration: Duration) async throws -> Bool {
        try await inner.lease(consumer, for: duration)
    }

    public func endLease(_ consumer: String) async throws { try await inner.endLease(consumer) }

    public func deadLetters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] {
        try await inner.deadLetters(of: consumer, after: sequence, limit: limit)
    }

    public func requestedDeadLetters(of consumer: String, limit: Int) async throws -> [DeadLetter] {
        try await inner.requestedDeadLetters(of: consumer, limit: limit)
    }

    public func deadLetterCount(of consumer: String) async throws -> Int { try await inner.deadLetterCount(of: consumer) }

    public func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws {
        try await inner.keepDeadLetters(letters, of: consumer)
    }

    public func removeDeadLetters(of consumer: String, _ sequences: [Int64]?) async throws -> Int {
        try await inner.removeDeadLetters(of: consumer, sequences)
    }

    public func setPause(of consumer: String, _ reason: String?) async throws { try await inner.setPause(of: consumer, reason) }

    public func pause(of consumer: String) async throws -> String? { try await inner.pause(of: consumer) }

    public func close() async { await inner.close() }
}
