public import AssetlogCore
import AssetlogObservation
public import Logging
import Synchronization

/// The running event log: a bounded queue, one writer thread, and group commit over a storage.
///
/// Events that arrive during a commit share the next one; there is no timer. The caller that submitted an event is notified
/// only after the storage has made it durable. The queue lives in a `Monitor`, the rest in a `Mutex`.
public final class EventLog: Sendable {
    /// How much may wait for a commit.
    public struct Limits: Hashable, Sendable {
        /// The greatest number of events, waiting and in the commit under way.
        public var queuedEvents: Int
        /// The greatest number of bytes of their columns.
        public var queuedBytes: Int
        /// So many events of slices that wait for room share one commit, so that single reports don't wait long for it.
        public var sliceEvents: Int
        /// So many bytes of slices that wait for room share one commit.
        public var sliceBytes: Int
        /// How long a sender of slices pauses after each of them while others report one by one: the processors that it
        /// leaves to them count more than the wait for its commits.
        public var slicePause: Duration

        /// Makes limits.
        public init(
            queuedEvents: Int = 65_536, queuedBytes: Int = 64 << 20, sliceEvents: Int = 2048, sliceBytes: Int = 4 << 20,
            slicePause: Duration = .milliseconds(5)
        ) {
            self.queuedEvents = queuedEvents
            self.queuedBytes = queuedBytes
            self.sliceEvents = sliceEvents
            self.sliceBytes = sliceBytes
            self.slicePause = slicePause
        }
    }

    /// The storage under the log.
    public let storage: any Storage
    /// How much may wait for a commit.
    public let limits: Limits
    let metrics = LogMetrics()
    private let logger: Logger
    private let commits: Monitor<CommitQueue>
    private let ended = OneShot<Void>()
    private let state = Mutex(SharedState())

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

    private struct SharedState {
        /// When single reports were committed last.
        var lastReports: ContinuousClock.Instant?
        var failing: Failing?
        var isDraining = false
        var observers: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextObserver = 0
    }

    /// Makes a log over an open storage; ``start()`` lets it commit.
    public init(storage: any Storage, limits: Limits = .init(), logger: Logger) {
        self.storage = storage
        self.limits = limits
        self.logger = logger
        commits = Monitor(CommitQueue(limits: limits))
    }

    /// Starts the writer's thread. A second call does nothing.
    public func start() {
        guard commits.withLock({ $0.start() }) else { return }
        startThread { self.write() }
    }

    /// How the log is doing.
    public var health: LogHealth {
        let storageHealth = storage.health()
        return state.withLock { state in
            if state.isDraining { return .draining }
            if let problem = storageHealth.problem {
                state.failing?.wasAway = true
                return .away(reason: problem)
            }
            guard let failing = state.failing, !failing.mayBeOver else { return .ready }
            return .failing(since: failing.since, reason: failing.reason)
        }
    }

    /// What waits for a commit.
    public var queue: QueueDepth { commits.withLock { $0.depth } }

    /// The number of slices that wait for room in a commit.
    package var waitingSliceCount: Int { commits.withLock { $0.waitingSliceCount } }

    /// Reports from now on that the server is stopping, while events are still taken.
    public func announceDraining() {
        state.withLock { $0.isDraining = true }
    }

    /// Stops accepting events, commits what is queued, ends the writer, and returns after that.
    public func drain() async {
        announceDraining()
        let wasIdle = commits.withLock { $0.drain() }
        if wasIdle { ended.set(()) } else { commits.signal() }
        await ended.value()
    }

    /// One element after every commit, merged while nobody looks; for consumers that wait for news.
    public func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let observer = state.withLock { state in
            defer { state.nextObserver += 1 }
            state.observers[state.nextObserver] = continuation
            return state.nextObserver
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.observers.removeValue(forKey: observer) }
        }
        return stream
    }

    /// Queues one event and returns at once; `listener` is notified with `completionToken` after the commit.
    package func submit(
        _ columns: EventColumns, completionToken: UInt, for listener: any CommitListener
    ) -> EnqueueResult {
        let result = commits.withLock { $0.add(columns, completionToken: completionToken, for: listener) }
        return enqueued(result, events: 1)
    }

    /// Queues events that are committed together, in their order, and returns when they are durable.
    ///
    /// - Throws: ``LogError``; `.failed` carries the storage's error.
    public func append(_ events: [Event]) async throws -> ClosedRange<Int64> {
        guard let sequences = try await append(EventBatch(events)).sequences else { throw LogError(.failed) }
        return sequences
    }

    /// Queues a slice that is committed as one, and returns when its fate is durable.
    ///
    /// The slice must not be changed until then. A caller that is cancelled hears the fate all the same once the slice
    /// is in a commit; before, nothing of it is recorded.
    /// - Returns: What became of the slice, by itself.
    /// - Throws: ``LogError``; `.full` when there is no room for the slice, `.failed` with the storage's error.
    public func append(_ slice: EventBatch) async throws -> AppendOutcome {
        try await append(slice, waitingForRoom: false)
    }

    /// Waits for room instead of throwing `.full`, and otherwise does what ``append(_:)-(EventBatch)`` does.
    ///
    /// Callers get room in the order of their coming, and only so much in one commit that single reports keep theirs;
    /// see ``Limits/sliceEvents``. A large body is appended slice by slice, the next one when the last one returned,
    /// which is after the pause that the storage advised, or that others who report one by one need.
    public func appendWhenRoom(_ slice: EventBatch) async throws -> AppendOutcome {
        let (start, hadReports) = (ContinuousClock.now, hasRecentReports)
        let outcome = try await append(slice, waitingForRoom: true)
        // Asked twice, for reports can't be recent after a long commit.
        let pause = max(outcome.advisedPause, hadReports || hasRecentReports ? pause(after: slice, since: start) : .zero)
        // A caller that is cancelled gets the outcome all the same.
        if pause > .zero { try? await Task.sleep(for: pause) }
        return outcome
    }

    /// The pause after a slice, while others report one by one.
    ///
    /// A single item may become more than a commit's share, and is one commit all the same; it keeps single reports waiting for
    /// as long, so that it may do so for a tenth of the time only.
    private func pause(after slice: EventBatch, since start: ContinuousClock.Instant) -> Duration {
        guard slice.byteCount > limits.sliceBytes else { return limits.slicePause }
        return min(limits.slicePause + (ContinuousClock.now - start) * 10, .seconds(5))
    }

    /// Whether a client reports event by event at the moment.
    private var hasRecentReports: Bool {
        guard let last = state.withLock({ $0.lastReports }) else { return false }
        return ContinuousClock.now - last < .milliseconds(200)
    }

    private func append(_ slice: EventBatch, waitingForRoom: Bool) async throws -> AppendOutcome {
        guard !slice.isEmpty else { return AppendOutcome() }
        let waiter = SliceWaiter(slice)
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            switch submit(waiter, waitingForRoom: waitingForRoom) {
            case .queued: return try await waiter.value()
            case .full: throw LogError(.full)
            case .closed: throw LogError(.closed)
            }
        } onCancel: {
            waiter.withdraw()
        }
    }

    private func submit(_ waiter: SliceWaiter, waitingForRoom: Bool) -> EnqueueResult {
        enqueued(commits.withLock { $0.add(waiter, waitingForRoom: waitingForRoom) }, events: waiter.events)
    }

    private func enqueued(_ result: EnqueueResult, events: Int) -> EnqueueResult {
        switch result {
        case .queued: commits.signal()
        case .full: metrics.refusedAsFull.add(events)
        case .closed: metrics.refusedAsClosed.add(events)
        }
        return result
    }

    // MARK: The writer's thread

    private func write() {
        var committing = PendingCommit()
        while takeCommit(into: &committing) {
            let start = ContinuousClock.now
            let result = Result { try storage.append(committing.batch) }
            note(result, of: committing.batch, in: ContinuousClock.now - start)
            if committing.batch.count > committing.sliceEvents { state.withLock { $0.lastReports = ContinuousClock.now } }
            committing.complete(result)
        }
        end()
    }

    private func takeCommit(into committing: inout PendingCommit) -> Bool {
        commits.withLock { $0.finishCommit() }
        return commits.wait(while: { $0.mustWait }) { $0.takeCommit(into: &committing) }
    }

    private func note(_ result: Result<AppendOutcome, any Error>, of batch: EventBatch, in duration: Duration) {
        switch result {
        case .success(let outcome):
            metrics.committed(batch, outcome, in: duration)
            // A commit of nothing but duplicates is no news, and does not show that the storage can write.
            if outcome.sequences != nil { noteSuccess() }
        case .failure(let error):
            metrics.failed(in: duration)
            noteFailure(error, events: batch.count)
        }
    }

    private func noteSuccess() {
        let (hasRecovered, observers) = state.withLock { state in
            defer { state.failing = nil }
            return (state.failing != nil, state.observers.isEmpty ? [] : Array(state.observers.values))
        }
        if hasRecovered { logger.notice("The storage accepts events again.") }
        for observer in observers { observer.yield() }
    }

    private func noteFailure(_ error: any Error, events: Int) {
        let wasAway = !storage.health().isReady
        let isNew = state.withLock { state in
            let isNew = state.failing == nil
            state.failing = Failing(
                since: state.failing?.since ?? .now, last: .now, reason: "\(error)",
                isUnavailable: (error as? StorageError)?.code == .unavailable, wasAway: wasAway)
            return isNew
        }
        // One message when it starts; a full disk would otherwise fill what is left of it with messages.
        guard isNew else { return }
        logger.error(
            "The storage refuses events; reports are answered 503 until it accepts them again.",
            metadata: ["error": "\(error)", "events": "\(events)"])
    }

    private func end() {
        commits.withLock { $0.end() }
        for observer in state.withLock({ $0.observers.values }) { observer.finish() }
        ended.set(())
    }
}
