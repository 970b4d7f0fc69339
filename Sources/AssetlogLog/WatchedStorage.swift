public import AssetlogCore
public import AssetlogObservation
public import Logging
import Synchronization

/// A storage that tells of the damage that its readers meet: it counts it, and logs it once for each event.
///
/// The reader gets the error as it is. Everything else passes through.
public final class WatchedStorage: ForwardingStorage {
    /// The storage that is watched.
    public let inner: any Storage
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

    public func events(_ query: EventQuery) async throws -> EventPage {
        try await watching { try await inner.events(query) }
    }

    public func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        try await watching { try await inner.event(id, deployment: deployment) }
    }

    public func statistics() async throws -> StorageStatistics { try await watching { try await inner.statistics() } }

    public func logID() async throws -> LogID { try await watching { try await inner.logID() } }
}
