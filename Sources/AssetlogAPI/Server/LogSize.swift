import AssetlogCore
import AssetlogObservation
import Synchronization

/// How much the log holds, asked of the storage at most once in some seconds, however many scrape.
final class LogSize: Sendable {
    /// The last answer, and how long it is good for.
    private final class Known: Sendable {
        private let lifetime: Duration
        private let state = Mutex<(statistics: StorageStatistics?, at: ContinuousClock.Instant?)>((nil, nil))

        init(lifetime: Duration) {
            self.lifetime = lifetime
        }

        var statistics: StorageStatistics? { state.withLock { $0.statistics } }

        var isFresh: Bool {
            state.withLock { state in state.at.map { ContinuousClock.now - $0 < lifetime } ?? false }
        }

        func set(_ statistics: StorageStatistics?) {
            state.withLock { $0 = (statistics, .now) }
        }
    }

    private let known: Known
    private let probe: StorageProbe<Void>

    init(storage: any Storage, timeout: Duration, lifetime: Duration = .seconds(5)) {
        let known = Known(lifetime: lifetime)
        self.known = known
        probe = StorageProbe(timeout: timeout) {
            // An earlier caller may have asked in the meantime.
            if !known.isFresh { known.set(try? await storage.statistics()) }
        }
    }

    /// Asks the storage, unless it was asked lately. What it can't tell is left out of the scrape.
    func refresh() async {
        guard !known.isFresh else { return }
        // The next who come don't wait for it again.
        if case .late = await probe.check() { known.set(nil) }
    }

    func register(in registry: MetricsRegistry) {
        func gauge(_ name: String, _ help: String, _ value: @escaping @Sendable (StorageStatistics) -> Int64) {
            registry.register(MetricFamily(name, .gauge, help: help)) { [known] in
                known.statistics.map { [MetricSample(.none, .integer(Int(value($0))))] } ?? []
            }
        }
        gauge("assetlog_log_head_sequence", "The sequence of the last event in the log.") { $0.head }
        gauge("assetlog_log_events", "Events in the log.") { $0.events }
    }
}
