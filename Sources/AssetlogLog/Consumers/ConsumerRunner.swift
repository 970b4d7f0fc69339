public import AssetlogCore
public import Logging
import Synchronization

/// Reads the log for one consumer: in order, from its cursor, at its own speed.
///
/// Nothing here touches the path of a report, so a consumer that is slow, failing or stopped delays only itself. What
/// it does next is decided by a state machine; this type does it.
public final class ConsumerRunner: Sendable {
    private let consumer: any LogConsumer
    private let windowed: (any WindowedConsumer)?
    private let log: any LogReader
    private let cursors: any ConsumerStore
    private let changes: @Sendable () -> AsyncStream<Void>
    private let settings: ConsumerSettings
    private let clock: ConsumerClock
    private let logger: Logger
    private let bell = WakeUp()
    let lease: ConsumerLease
    private let cursorReader: CursorReader
    private let shared: Mutex<Shared>

    private struct Shared {
        var status: ConsumerStatus
        var restartWanted = false
    }

    /// Makes a runner; ``run()`` starts it.
    ///
    /// - Parameters:
    ///   - name: The consumer's name, which is the name of its cursor: unique in a server.
    ///   - consumer: What takes the events.
    ///   - log: What it reads.
    ///   - cursors: Where its cursor is kept.
    ///   - changes: Makes a stream with an element after every commit: `{ log.changes() }`.
    ///   - settings: How it reads, waits and retries.
    ///   - clock: What measures pauses.
    ///   - logger: Logs failures.
    public init(
        name: String, consumer: any LogConsumer, log: any LogReader, cursors: any ConsumerStore,
        changes: @escaping @Sendable () -> AsyncStream<Void>, settings: ConsumerSettings = .init(),
        clock: any Clock<Duration> = ContinuousClock(), logger: Logger
    ) {
        self.consumer = consumer
        windowed = consumer as? any WindowedConsumer
        (self.log, self.cursors) = (log, cursors)
        self.changes = changes
        self.settings = settings
        self.clock = ConsumerClock(clock)
        lease = ConsumerLease(on: name, store: cursors, settings: settings)
        var logger = logger
        logger[metadataKey: "consumer.name"] = "\(name)"
        self.logger = logger
        cursorReader = CursorReader(
            log: log, cursors: cursors, consumer: consumer, clock: self.clock, doubt: settings.firstPause, logger: logger)
        shared = Mutex(Shared(status: ConsumerStateMachine(name: name, settings: settings).status))
    }

    /// How the consumer is doing.
    public var status: ConsumerStatus { shared.withLock { $0.status } }

    /// Looks at once whether there is something to do.
    func wakeUp() {
        bell.ring()
    }

    /// Lets a consumer that failed for good try again, from its cursor.
    public func restart() {
        shared.withLock { $0.restartWanted = true }
        bell.ring()
    }

    /// Works until the task is cancelled; then it finishes the delivery under way, within a bound, saves the cursor,
    /// gives the lease back and returns.
    ///
    /// On a storage that several servers share it works only while it has the lease on the consumer. When it loses the
    /// lease, a delivery under way is cancelled, and another server may begin with the same events before it has ended:
    /// so a batch may come to two servers, as it may come twice after a crash.
    public func run() async {
        var machine = ConsumerStateMachine(name: status.name, settings: settings)
        let listener = Task { await listen() }
        defer { listener.cancel() }
        // Not a child: the lease is needed until the delivery under way has ended.
        let renewer = Task { [lease] in await lease.run() }
        var page = EventPage()
        var action = machine.start()
        while !Task.isCancelled {
            let phase = machine.status.phase
            action = await perform(action, &machine, &page)
            machine.finished(windowed?.progress)
            if machine.holdsLease, lease.isLost {
                await windowed?.abandon()
                action = machine.leaseLost()
            }
            logTakeover(phase, machine.status)
            shared.withLock { $0.status = machine.status }
        }
        await windowed?.drain()
        machine.finished(windowed?.progress)
        // Also without the lease: where another server has it, the storage refuses the move.
        await saveAtEnd(&machine)
        renewer.cancel()
        await renewer.value
        await giveLeaseBack()
        machine.ended()
        shared.withLock { $0.status = machine.status }
    }

    /// Rings the bell after every commit, but not for a consumer without room, which calls back when it has some: thousands of
    /// commits a second would wake it for nothing.
    private func listen() async {
        for await _ in changes() {
            while windowed?.isFull ?? false, !Task.isCancelled { try? await clock.sleep(.milliseconds(100)) }
            bell.ring()
        }
    }

    // MARK: Actions

    private func perform(
        _ action: ConsumerStateMachine.Action, _ machine: inout ConsumerStateMachine, _ page: inout EventPage
    ) async -> ConsumerStateMachine.Action {
        do {
            switch action {
            case .takeLease:
                return machine.leaseTaken(try await lease.take(), at: clock.now())
            case .standBy(let span):
                try? await clock.sleep(span)
                return machine.woken(at: clock.now())
            case .readCursor:
                return try await readCursor(&machine)
            case .readPage where windowed?.hasRoom == false:
                return machine.full(at: clock.now())
            case .readPage(let position):
                page = try await log.page(after: position, limit: settings.batchEvents, maximumBytes: settings.batchBytes)
                let next = if case .ascending(let after)? = page.continuation { after } else { position }
                let last = page.events.last.flatMap { $0.sequence == next ? $0.id : nil }
                return machine.pageRead(count: page.events.count, next: next, last: last, at: clock.now())
            case .deliver:
                guard try await lease.confirm() else { return action }
                try await deliver(machine.cursor, page.events)
                logRecovery(from: machine.status.failures)
                return machine.delivered(at: clock.now())
            case .save(let cursor):
                let cursor = cursor.moved(to: windowed?.finished)
                return machine.saved(try await save(cursor), cursor, at: clock.now())
            case .lookAtCursor:
                let cursor = try await cursors.cursor(of: machine.cursor.consumer)
                return machine.cursorSeen(cursor, head: try await log.head(), at: clock.now())
            case .waitForNews(let longest):
                await wait(atMost: longest)
                return machine.woken(at: clock.now())
            case .waitForHelp:
                await wait(atMost: settings.pollInterval)
                return takeRestart() ? machine.restarted() : machine.woken(at: clock.now())
            case .pause(let failures):
                await pause(settings.pause(afterFailures: failures, jitter: Double.random(in: 0...1)))
                return machine.paused(at: clock.now())
            }
        } catch {
            // What fails because the lease was lost is no failure.
            guard !Task.isCancelled, !(machine.holdsLease && lease.isLost) else { return action }
            return fail(error, during: action, &machine)
        }
    }

    private func readCursor(_ machine: inout ConsumerStateMachine) async throws -> ConsumerStateMachine.Action {
        await windowed?.abandon()
        machine.rewind(to: windowed?.finished)
        try await windowed?.prepare()
        let (cursor, identity) = try await cursorReader.read(machine.cursor)
        let action = machine.cursorRead(cursor, of: identity, at: clock.now())
        windowed?.begin(
            after: DeliveryWindow.Cursor(
                sequence: machine.cursor.position, event: machine.cursor.event, ahead: machine.cursor.ahead),
            of: identity, generation: machine.cursor.generation)
        return action
    }

    private func deliver(_ cursor: ConsumerCursor, _ events: [LoggedEvent]) async throws {
        // The cursor has one since it was read.
        guard let identity = cursor.log else { throw StorageError(.unavailable, "The log has no identity yet.") }
        let batch = ConsumerBatch(log: identity, generation: cursor.generation, events: events)
        // A delivery is awaited though it was cancelled: the consumer gets no second one at the same time.
        let delivery = BoundedDelivery(grace: settings.stopGrace, clock: clock) { [consumer] in
            try await consumer.consume(batch)
        }
        try await lease.whileHeld(interrupt: delivery.cancel) { try await delivery.value() }
    }

    // In a task of its own: a storage may give up when it sees a cancellation, and a delivery's cursor is worth keeping.
    private func save(_ cursor: ConsumerCursor) async throws -> Bool {
        try await Task { [cursors] in try await cursors.advance(cursor) }.value
    }

    private func saveAtEnd(_ machine: inout ConsumerStateMachine) async {
        guard machine.hasUnsavedPosition else { return }
        do {
            _ = try await save(machine.finishedCursor.moved(to: windowed?.finished))
        } catch {
            logger.warning(
                "The position of a consumer could not be saved; some events will be delivered again.",
                metadata: ["consumer.position": "\(machine.cursor.position)", "error": "\(error)"])
        }
    }

    private func giveLeaseBack() async {
        do {
            try await Task { [lease] in try await lease.giveBack() }.value
        } catch {
            logger.warning(
                "A consumer's lease could not be released; another server takes over when it expires.",
                metadata: ["error": "\(error)"])
        }
    }

    private func wait(atMost longest: Duration) async {
        await lease.whileHeld(interrupt: bell.ring) { await bell.wait(atMost: longest, clock) }
    }

    private func pause(_ span: Duration) async {
        let timer = Task { [clock] in try await clock.sleep(span) }
        await lease.whileHeld(interrupt: timer.cancel) {
            await withTaskCancellationHandler {
                _ = await timer.result
            } onCancel: {
                timer.cancel()
            }
        }
    }

    private func takeRestart() -> Bool {
        shared.withLock { shared in
            defer { shared.restartWanted = false }
            return shared.restartWanted
        }
    }

    // MARK: Logging

    private func fail(
        _ error: any Error, during action: ConsumerStateMachine.Action, _ machine: inout ConsumerStateMachine
    ) -> ConsumerStateMachine.Action {
        let isRetriable = (error as? any ClassifiedError)?.isRetriable ?? true
        let next = machine.failed("\(error)", isRetriable: isRetriable)
        let metadata: Logger.Metadata = [
            "consumer.position": "\(machine.cursor.position)", "consumer.failures": "\(machine.status.failures)",
            "error": "\(error)",
        ]
        switch machine.status.phase {
        case .stopped where action == .deliver:
            _ = takeRestart()  // one that was asked for before this failure
            logger.error(
                "A consumer failed permanently and was stopped. Fix the cause, then send SIGHUP to the server or replay the consumer.",
                metadata: metadata)
        case .stopped where action.isReading:
            _ = takeRestart()
            logger.error(
                "A consumer was stopped by damage in the log. Restore the log, or replay the consumer from a later event.",
                metadata: metadata)
        case .retrying where machine.status.failures == 1:
            logger.warning("A consumer failed; retrying.", metadata: metadata)
        default:
            logger.debug("A consumer failed again.", metadata: metadata)
        }
        return next
    }

    private func logTakeover(_ old: ConsumerStatus.Phase, _ status: ConsumerStatus) {
        guard old != status.phase else { return }
        switch (old, status.phase) {
        case (.standingBy, .catchingUp):
            logger.notice(
                "A consumer now runs on this server.", metadata: ["consumer.position": "\(status.position)"])
        case (.starting, .standingBy):
            logger.info("A consumer is standing by; another server runs it.")
        case (_, .standingBy):
            logger.notice("A consumer is standing by; another server took its lease, or it could not be renewed in time.")
        default: break
        }
    }

    private func logRecovery(from failures: Int) {
        guard failures > 0 else { return }
        logger.notice("A consumer works again.", metadata: ["consumer.failures": "\(failures)"])
    }
}

extension ConsumerCursor {
    /// The cursor with what was finished since it was made; nil, or less than it says: the cursor as it is.
    fileprivate func moved(to finished: DeliveryWindow.Cursor?) -> ConsumerCursor {
        guard let finished, finished.sequence >= position else { return self }
        var cursor = self
        (cursor.position, cursor.event, cursor.ahead) = (finished.sequence, finished.event, finished.ahead)
        return cursor
    }
}

extension ConsumerStateMachine.Action {
    fileprivate var isReading: Bool {
        if case .readPage = self { true } else { false }
    }
}
