public import AssetlogCore
import AssetlogMetrics
public import Logging
import Synchronization

/// The running event log: a bounded queue, one writer thread, and group commit over a storage.
///
/// Events that arrive during a commit share the next one; there is no timer. Whoever submitted an event hears of it
/// only after the storage has made it durable. State lives behind one lock (the queue) and in the writer's thread.
public final class EventLog: @unchecked Sendable {
    // Sendable: everything mutable is read and written under `monitor`, or is a `Mutex`.

    /// How much may wait for a commit.
    public struct Limits: Hashable, Sendable {
        /// The greatest number of events, waiting and in the commit under way.
        public var queuedEvents: Int
        /// The greatest number of bytes of their columns.
        public var queuedBytes: Int

        /// Makes limits.
        public init(queuedEvents: Int = 65_536, queuedBytes: Int = 64 << 20) {
            self.queuedEvents = queuedEvents
            self.queuedBytes = queuedBytes
        }
    }

    /// The events of one commit, and who waits for them.
    private struct Generation {
        struct Waiting {
            let listener: any CommitListener
            var tickets: ContiguousArray<UInt> = []
        }

        var batch = EventBatch(capacity: 64 << 10)
        var waiting: [Waiting] = []

        mutating func add(_ ticket: UInt, for listener: any CommitListener) {
            for index in waiting.indices where waiting[index].listener === listener {
                waiting[index].tickets.append(ticket)
                return
            }
            waiting.append(Waiting(listener: listener, tickets: [ticket]))
        }
    }

    private enum Phase { case idle, running, draining, ended }

    /// The storage under the log.
    public let storage: any Storage
    /// How much may wait for a commit.
    public let limits: Limits
    let metrics = LogMetrics()
    private let logger: Logger
    private let monitor = Monitor()
    private var phase = Phase.idle
    private var filling = Generation()
    private var isWriterAsleep = false
    private var committingEvents = 0
    private var committingBytes = 0
    private let state = Mutex(SharedState())

    private struct SharedState {
        var failing: (since: ContinuousClock.Instant, reason: String)?
        var isDraining = false
        var hasEnded = false
        var endWaiters: [CheckedContinuation<Void, Never>] = []
        var observers: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextObserver = 0
    }

    /// Makes a log over an open storage; ``start()`` lets it commit.
    public init(storage: any Storage, limits: Limits = .init(), logger: Logger) {
        self.storage = storage
        self.limits = limits
        self.logger = logger
    }

    /// Starts the writer's thread. A second call does nothing.
    public func start() {
        monitor.lock()
        defer { monitor.unlock() }
        guard phase == .idle else { return }
        phase = .running
        startThread { self.write() }
    }

    /// How the log is doing.
    public var health: LogHealth {
        state.withLock { state in
            if state.isDraining { return .draining }
            return state.failing.map { .failing(since: $0.since, reason: $0.reason) } ?? .ready
        }
    }

    /// What waits for a commit.
    public var queue: QueueDepth {
        monitor.lock()
        defer { monitor.unlock() }
        return QueueDepth(
            events: filling.batch.count + committingEvents, bytes: filling.batch.byteCount + committingBytes)
    }

    /// Tells from now on that the server is stopping, while events are still taken.
    public func announceDraining() {
        state.withLock { $0.isDraining = true }
    }

    /// Takes no event any more, commits what is queued, ends the writer, and returns after that.
    public func drain() async {
        announceDraining()
        let hadStarted = beginDraining()
        guard hadStarted else { return }
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.endWaiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func beginDraining() -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        switch phase {
        case .idle:
            phase = .ended
            return false
        case .running:
            phase = .draining
            monitor.signal()
            return true
        case .draining, .ended: return true
        }
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

    /// Queues one event and returns at once; `listener` hears of `ticket` after the commit.
    package func submit(
        _ columns: borrowing EventColumns, ticket: UInt, for listener: any CommitListener
    ) -> Admission {
        monitor.lock()
        defer { monitor.unlock() }
        guard phase == .running || phase == .idle else { return refuse(.closed, events: 1) }
        guard hasRoom(events: 1, bytes: columns.details.count + columns.assetKey.count) else {
            return refuse(.full, events: 1)
        }
        filling.batch.append(columns)
        filling.add(ticket, for: listener)
        wakeWriter()
        return .queued
    }

    /// Queues events that are committed together, in their order, and returns when they are durable.
    ///
    /// - Returns: The sequences of the commit, which may hold events of others too.
    /// - Throws: ``LogError``; `.failed` carries the storage's error.
    public func append(_ events: [Event]) async throws -> ClosedRange<Int64> {
        guard !events.isEmpty else { throw LogError(.failed) }
        let waiter = CommitWaiter()
        return try await withCheckedThrowingContinuation { continuation in
            waiter.continuation.withLock { $0 = continuation }
            switch submit(events, for: waiter) {
            case .queued: break
            case .full: waiter.resume(throwing: LogError(.full))
            case .closed: waiter.resume(throwing: LogError(.closed))
            }
        }
    }

    private func submit(_ events: [Event], for waiter: CommitWaiter) -> Admission {
        monitor.lock()
        defer { monitor.unlock() }
        guard phase == .running || phase == .idle else { return refuse(.closed, events: events.count) }
        guard hasRoom(events: events.count, bytes: events.reduce(0) { $0 + $1.details.count }) else {
            return refuse(.full, events: events.count)
        }
        for event in events { filling.batch.append(event) }
        filling.add(0, for: waiter)
        wakeWriter()
        return .queued
    }

    // An empty queue takes anything, so that an event larger than the bound is not refused for ever.
    private func hasRoom(events: Int, bytes: Int) -> Bool {
        let queuedEvents = filling.batch.count + committingEvents
        let queuedBytes = filling.batch.byteCount + committingBytes
        return queuedEvents == 0 || (queuedEvents + events <= limits.queuedEvents && queuedBytes + bytes <= limits.queuedBytes)
    }

    private func refuse(_ admission: Admission, events: Int) -> Admission {
        if case .full = admission { metrics.refusedAsFull.add(events) } else { metrics.refusedAsClosed.add(events) }
        return admission
    }

    private func wakeWriter() {
        if isWriterAsleep { monitor.signal() }
    }

    // MARK: The writer's thread

    private func write() {
        var committing = Generation()
        while takeGeneration(into: &committing) {
            let outcome: CommitSettlement.Outcome
            let start = ContinuousClock.now
            do {
                outcome = .committed(try storage.append(committing.batch))
                metrics.committed(committing.batch, in: ContinuousClock.now - start)
                noteSuccess()
            } catch {
                outcome = .failed(error)
                metrics.failed(in: ContinuousClock.now - start)
                noteFailure(error, events: committing.batch.count)
            }
            for waiting in committing.waiting {
                waiting.listener.settled(CommitSettlement(tickets: waiting.tickets, outcome: outcome))
            }
            committing.waiting.removeAll(keepingCapacity: true)
            // A rare huge commit must not keep its memory for ever.
            if committing.batch.byteCount > 16 << 20 { committing.batch = EventBatch(capacity: 64 << 10) }
            committing.batch.removeAll()
        }
        end()
    }

    private func takeGeneration(into committing: inout Generation) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        committingEvents = 0
        committingBytes = 0
        while filling.batch.isEmpty {
            if phase != .running { return false }
            isWriterAsleep = true
            monitor.wait()
            isWriterAsleep = false
        }
        swap(&filling, &committing)
        committingEvents = committing.batch.count
        committingBytes = committing.batch.byteCount
        return true
    }

    private func noteSuccess() {
        let (hasRecovered, observers) = state.withLock { state in
            defer { state.failing = nil }
            return (state.failing != nil, state.observers.isEmpty ? [] : Array(state.observers.values))
        }
        if hasRecovered { logger.notice("The storage takes events again.") }
        for observer in observers { observer.yield() }
    }

    private func noteFailure(_ error: any Error, events: Int) {
        let isNew = state.withLock { state in
            let isNew = state.failing == nil
            state.failing = (state.failing?.since ?? .now, "\(error)")
            return isNew
        }
        // One message when it starts; a full disk would otherwise fill what is left of it with messages.
        guard isNew else { return }
        logger.error(
            "The storage refuses events; reports are answered 503 until it takes them again.",
            metadata: ["error": "\(error)", "events": "\(events)"])
    }

    private func end() {
        monitor.lock()
        phase = .ended
        monitor.unlock()
        let (waiters, observers) = state.withLock { state in
            state.hasEnded = true
            defer { state.endWaiters = [] }
            return (state.endWaiters, Array(state.observers.values))
        }
        for observer in observers { observer.finish() }
        for waiter in waiters { waiter.resume() }
    }
}

/// One caller of ``EventLog/append(_:)`` that waits for its commit.
private final class CommitWaiter: CommitListener {
    let continuation = Mutex<CheckedContinuation<ClosedRange<Int64>, any Error>?>(nil)

    func settled(_ settlement: consuming CommitSettlement) {
        switch settlement.outcome {
        case .committed(let sequences): take()?.resume(returning: sequences)
        case .failed(let error): resume(throwing: LogError(.failed, cause: error))
        }
    }

    func resume(throwing error: LogError) {
        take()?.resume(throwing: error)
    }

    private func take() -> CheckedContinuation<ClosedRange<Int64>, any Error>? {
        continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
    }
}
