public import AssetlogCore
import AssetlogObservation
public import Logging

/// The running event log: a bounded queue, one writer thread, and group commit over a storage.
///
/// Events that arrive during a commit share the next one, which may wait a little for more; see ``Limits/gatheringTime`` and
/// ``Limits/turnaroundTime``. The caller that submitted an event is notified only after the storage has made it durable. The queue
/// lives in a `Monitor`; what follows from the commits has types of its own.
public final class EventLog: Sendable {
    /// The storage under the log.
    public let storage: any Storage
    /// How much may wait for a commit.
    public let limits: Limits
    let metrics = LogMetrics()
    private let commits: Monitor<CommitQueue>
    private let ended = OneShot<Void>()
    private let commitHealth: CommitHealth
    private let observers = CommitObservers()
    private let pacing: SlicePacing

    /// Makes a log over an open storage; ``start()`` lets it commit.
    public init(storage: any Storage, limits: Limits = .init(), logger: Logger) {
        self.storage = storage
        self.limits = limits
        commits = Monitor(CommitQueue(limits: limits))
        commitHealth = CommitHealth(logger: logger)
        pacing = SlicePacing(limits: limits)
    }

    /// Starts the writer's thread. A second call does nothing.
    public func start() {
        guard commits.withLock({ $0.start() }) else { return }
        startThread { self.write() }
    }

    /// How the log is doing.
    public var health: LogHealth { commitHealth.health(over: storage.health()) }

    /// What waits for a commit.
    public var queue: QueueDepth { commits.withLock { $0.depth } }

    /// The number of slices that wait for room in a commit.
    package var waitingSliceCount: Int { commits.withLock { $0.waitingSliceCount } }

    /// Reports from now on that the server is stopping, while events are still taken.
    public func announceDraining() {
        commitHealth.drain()
    }

    /// Stops accepting events, commits what is queued, ends the writer, and returns after that.
    public func drain() async {
        announceDraining()
        let wasIdle = commits.withLock { $0.drain() }
        if wasIdle { ended.set(()) } else { commits.signal() }
        await ended.value()
    }

    /// One element after every commit, merged while nobody looks; for consumers that wait for news.
    public func changes() -> AsyncStream<Void> { observers.changes() }

    /// Queues one event and returns at once; `listener` is notified with `completionToken` after the commit.
    ///
    /// - Parameter mayGather: Whether its commit may wait for others, because its client will not send the next one at once.
    package func submit(
        _ columns: EventColumns, completionToken: UInt, mayGather: Bool, for listener: any CommitListener
    ) -> EnqueueResult {
        let (result, isGathering) = commits.withLock { queue in
            (queue.add(columns, completionToken: completionToken, mayGather: mayGather, for: listener), queue.isGathering)
        }
        return enqueued(result, events: 1, wakesWriter: !isGathering)
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
    /// A caller that is cancelled hears the fate all the same once the slice is in a commit; before, nothing of it is recorded.
    /// - Returns: What became of the slice, by itself.
    /// - Throws: ``LogError``; `.full` when there is no room for the slice, `.failed` with the storage's error.
    public func append(_ slice: consuming EventBatch) async throws -> AppendOutcome {
        try await append(SliceWaiter(slice), waitingForRoom: false)
    }

    /// Waits for room instead of throwing `.full`, and otherwise does what ``append(_:)-(EventBatch)`` does.
    ///
    /// Callers get room in the order of their coming, and only so much in one commit that single reports keep theirs;
    /// see ``Limits/sliceEvents``. A large body is appended slice by slice, the next one when the last one returned,
    /// which is after the pause that the storage advised, or that others who report one by one need.
    public func appendWhenRoom(_ slice: consuming EventBatch) async throws -> AppendOutcome {
        try await appendWhenRoom(SliceWaiter(slice))
    }

    /// Begins what ``appendWhenRoom(_:)`` does, in a task of its own, so that the caller fills the next slice in the meantime.
    ///
    /// - Parameter isPart: Whether more of its last item follows in another slice.
    package func beginAppending(_ slice: consuming EventBatch, isPart: Bool = false) -> Task<AppendOutcome, any Error> {
        let waiter = SliceWaiter(slice)
        return Task { try await appendWhenRoom(waiter, isPart: isPart) }
    }

    private func appendWhenRoom(_ waiter: SliceWaiter, isPart: Bool = false) async throws -> AppendOutcome {
        let (start, hadReports) = (ContinuousClock.now, pacing.hasRecentReports)
        let outcome = try await append(waiter, waitingForRoom: true)
        // Asked twice, for reports can't be recent after a long commit.
        let isShared = hadReports || pacing.hasRecentReports
        let pause = max(outcome.advisedPause, isShared ? pacing.pause(afterBytes: waiter.bytes, isPart: isPart, since: start) : .zero)
        // A caller that is cancelled gets the outcome all the same.
        if pause > .zero { try? await Task.sleep(for: pause) }
        return outcome
    }

    private func append(_ waiter: SliceWaiter, waitingForRoom: Bool) async throws -> AppendOutcome {
        guard waiter.events > 0 else { return AppendOutcome() }
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

    private func enqueued(_ result: EnqueueResult, events: Int, wakesWriter: Bool = true) -> EnqueueResult {
        switch result {
        case .queued: if wakesWriter { commits.signal() }
        case .full: metrics.refusedAsFull.add(events)
        case .closed: metrics.refusedAsClosed.add(events)
        }
        return result
    }

    // MARK: The writer's thread

    private func write() {
        var committing = PendingCommit()
        var start = ContinuousClock.now
        while takeCommit(into: &committing, lastStart: start) {
            start = .now
            let result = Result { try storage.append(committing.batch) }
            note(result, of: committing.batch, in: .now - start)
            if committing.batch.count > committing.sliceEvents { pacing.committedReports() }
            committing.complete(result)
        }
        end()
    }

    private func takeCommit(into committing: inout PendingCommit, lastStart: ContinuousClock.Instant) -> Bool {
        if let wait = commits.withLock({ $0.finishCommit() }) { gather(wait, lastStart) }
        return commits.wait(while: { $0.mustWait }) { $0.takeCommit(into: &committing) }
    }

    private func gather(_ wait: CommitGathering.Wait, _ lastStart: ContinuousClock.Instant) {
        let time =
            switch wait {
            case .forPausingClients: limits.gatheringTime - (ContinuousClock.now - lastStart)
            case .forAnsweredClients: limits.turnaroundTime
            }
        commits.wait(while: { $0.isGathering }, atMost: time)
        commits.withLock { $0.endGathering() }
    }

    private func note(_ result: Result<AppendOutcome, any Error>, of batch: borrowing EventBatch, in duration: Duration) {
        switch result {
        case .success(let outcome):
            metrics.committed(batch, outcome, in: duration)
            // A commit of nothing but duplicates is no news, and does not show that the storage can write.
            guard outcome.sequences != nil else { return }
            commitHealth.succeeded()
            observers.notify()
        case .failure(let error):
            metrics.failed(in: duration)
            commitHealth.failed(error, events: batch.count, over: storage.health())
        }
    }

    private func end() {
        commits.withLock { $0.end() }
        observers.finish()
        ended.set(())
    }
}
