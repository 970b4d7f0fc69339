import AssetlogCore
import Logging
import Synchronization

/// How the commits of a log go: what its health follows from, and the messages when a storage begins or ceases to fail.
/// State lives in a `Mutex`.
final class CommitHealth: Sendable {
    private struct Failing {
        /// A storage that could not be reached is taken to be back after so long without another failure.
        static let doubt = Duration.seconds(10)

        var since: ContinuousClock.Instant
        var last: ContinuousClock.Instant
        var reason: String
        var isUnavailable: Bool
        var wasAway: Bool

        /// Whether the next commit may succeed. A server that gets no reports, because it is not ready, would otherwise
        /// never be ready again.
        var mayBeOver: Bool { isUnavailable && (wasAway || last.duration(to: .now) > Self.doubt) }
    }

    private struct State {
        var failing: Failing?
        var isDraining = false
    }

    private let logger: Logger
    private let state = Mutex(State())

    init(logger: Logger) {
        self.logger = logger
    }

    /// How the log is doing, over a storage that is doing so.
    func health(over storage: StorageHealth) -> LogHealth {
        state.withLock { state in
            if state.isDraining { return .draining }
            if let problem = storage.problem {
                state.failing?.wasAway = true
                return .away(reason: problem)
            }
            guard let failing = state.failing, !failing.mayBeOver else { return .ready }
            return .failing(since: failing.since, reason: failing.reason)
        }
    }

    /// Says from now on that the log is draining.
    func drain() {
        state.withLock { $0.isDraining = true }
    }

    /// Notes a commit that shows that the storage can write.
    func succeeded() {
        let hasRecovered = state.withLock { state in
            defer { state.failing = nil }
            return state.failing != nil
        }
        if hasRecovered { logger.notice("The storage records events again.") }
    }

    /// Notes a commit of a number of events that failed, while the storage said that it is doing so.
    func failed(_ error: any Error, events: Int, over storage: StorageHealth) {
        let isNew = state.withLock { state in
            let since = state.failing?.since
            state.failing = Failing(
                since: since ?? .now, last: .now, reason: "\(error)",
                isUnavailable: (error as? StorageError)?.code == .unavailable, wasAway: !storage.isReady)
            return since == nil
        }
        // One message when it starts; a full disk would otherwise fill what is left of it with messages.
        guard isNew else { return }
        logger.error(
            "The storage fails to record events; reports are answered 503 until it records them again.",
            metadata: ["error": "\(error)", "events": "\(events)"])
    }
}
