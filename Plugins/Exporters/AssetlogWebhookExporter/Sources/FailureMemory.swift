#if Webhook
import AssetlogCore

/// What is failing: assets, their partitions and checks whose last message was a failure.
///
/// It is bounded: of more than ``capacity`` failing things, those that failed longest ago are forgotten. It lives in memory.
struct FailureMemory {
    static let capacity = 10_000

    /// An asset or a check of it, with the partition, as a hash: a text of its parts could be kilobytes long.
    struct Subject: Hashable {
        private let hash: Int

        init(_ event: LoggedEvent) {
            var hasher = Hasher()
            hasher.combine(AssetID(of: event))
            hasher.combine(event.partition.map { Array($0.utf8) })
            hasher.combine(event.kind == .check ? Array(CheckDetails(event.details).name.utf8) : nil)
            hash = hasher.finalize()
        }
    }

    /// What an event means beside those before it.
    enum Occurrence: Hashable {
        case failure
        case recovery
        case other
    }

    private var lastFailures: [Subject: Int] = [:]
    private var clock = 0
    private let limit: Int

    init(limit: Int = capacity) {
        self.limit = max(2, limit)
    }

    /// What an event means.
    func occurrence(_ event: LoggedEvent) -> Occurrence {
        switch event.kind {
        case .materializationFailed: .failure
        case .check where !CheckDetails(event.details).passed: .failure
        case .check, .materialization: lastFailures[Subject(event)] == nil ? .other : .recovery
        default: .other
        }
    }

    /// Remembers what an event that was shown means for those after it.
    mutating func record(_ event: LoggedEvent, _ occurrence: Occurrence) {
        switch occurrence {
        case .failure:
            clock += 1
            lastFailures[Subject(event)] = clock
            if lastFailures.count > limit { forgetOldest() }
        case .recovery: lastFailures[Subject(event)] = nil
        case .other: break
        }
    }

    // Half of them at once, so that a failure costs little on average.
    private mutating func forgetOldest() {
        let border = lastFailures.values.sorted()[lastFailures.count / 2]
        lastFailures = lastFailures.filter { $0.value >= border }
    }
}
#endif
