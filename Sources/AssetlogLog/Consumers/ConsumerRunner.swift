public import AssetlogCore
public import Logging
import Synchronization

/// Reads the log for one consumer: in order, from its cursor, at its own speed.
///
/// Nothing here touches the path of a report, so a consumer that is slow, failing or stopped delays only itself. What
/// it does next is decided by a state machine; this type does it.
public final class ConsumerRunner: Sendable {
    private let consumer: any LogConsumer
    private let storage: any Storage
    private let changes: @Sendable () -> AsyncStream<Void>
    private let settings: ConsumerSettings
    private let clock: ConsumerClock
    private let logger: Logger
    private let bell = WakeUp()
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
    ///   - storage: Where the log and the cursor are.
    ///   - changes: Makes a stream with an element after every commit: `{ log.changes() }`.
    ///   - settings: How it reads, waits and retries.
    ///   - clock: What measures pauses.
    ///   - logger: Where failures are told.
    public init(
        name: String, consumer: any LogConsumer, storage: any Storage,
        changes: @escaping @Sendable () -> AsyncStream<Void>, settings: ConsumerSettings = .init(),
        clock: any Clock<Duration> = ContinuousClock(), logger: Logger
    ) {
        self.consumer = consumer
        self.storage = storage
        self.changes = changes
        self.settings = settings
        self.clock = ConsumerClock(clock)
        var logger = logger
        logger[metadataKey: "consumer.name"] = "\(name)"
        self.logger = logger
        shared = Mutex(Shared(status: ConsumerStateMachine(name: name, settings: settings).status))
    }

    /// How the consumer is doing.
    public var status: ConsumerStatus { shared.withLock { $0.status } }

    /// Lets a consumer that failed for good try again, from its cursor.
    public func restart() {
        shared.withLock { $0.restartWanted = true }
        bell.ring()
    }

    /// Works until the task is cancelled; then it finishes the delivery under way, within a bound, saves the cursor
    /// and returns.
    public func run() async {
        var machine = ConsumerStateMachine(name: status.name, settings: settings)
        let listener = Task { [bell, changes] in
            for await _ in changes() { bell.ring() }
        }
        defer { listener.cancel() }
        var page = EventPage(events: [], next: 0)
        var action = machine.start()
        while !Task.isCancelled {
            action = await perform(action, &machine, &page)
            shared.withLock { $0.status = machine.status }
        }
        await saveAtEnd(&machine)
        machine.ended()
        shared.withLock { $0.status = machine.status }
    }

    // MARK: Actions

    private func perform(
        _ action: ConsumerStateMachine.Action, _ machine: inout ConsumerStateMachine, _ page: inout EventPage
    ) async -> ConsumerStateMachine.Action {
        do {
            switch action {
            case .readCursor:
                return machine.cursorRead(try await storage.cursor(of: machine.cursor.consumer), at: clock.now())
            case .readPage(let position):
                page = try await read(after: position)
                return machine.pageRead(count: page.events.count, next: page.next, at: clock.now())
            case .deliver:
                let batch = ConsumerBatch(generation: machine.cursor.generation, events: page.events)
                try await finishing(within: settings.stopGrace, on: clock) { [consumer] in
                    try await consumer.consume(batch)
                }
                tellRecovery(from: machine.status.failures)
                return machine.delivered(at: clock.now())
            case .save(let cursor):
                return machine.saved(try await save(cursor), at: clock.now())
            case .lookAtCursor:
                let cursor = try await storage.cursor(of: machine.cursor.consumer)
                return machine.cursorSeen(cursor, head: try await head(), at: clock.now())
            case .waitForNews(let longest):
                await wait(atMost: longest)
                return machine.woken(at: clock.now())
            case .waitForHelp:
                await wait(atMost: settings.pollInterval)
                return takeRestart() ? machine.restarted() : machine.woken(at: clock.now())
            case .pause(let failures):
                let jitter = Double.random(in: 0...1)
                try? await clock.sleep(settings.pause(afterFailures: failures, jitter: jitter))
                return machine.paused(at: clock.now())
            }
        } catch {
            guard !Task.isCancelled else { return action }
            return fail(error, during: action, &machine)
        }
    }

    private func read(after position: Int64) async throws -> EventPage {
        try await storage.events(
            EventQuery(
                order: .ascending(after: position), limit: settings.batchEvents, maximumBytes: settings.batchBytes))
    }

    private func head() async throws -> Int64 {
        let last = try await storage.events(EventQuery(order: .descending(before: nil), limit: 1))
        return last.events.first?.sequence ?? 0
    }

    // In a task of its own: a storage may give up when it sees a cancellation, and a delivery's cursor is worth keeping.
    private func save(_ cursor: ConsumerCursor) async throws -> Bool {
        try await Task { [storage] in try await storage.advance(cursor) }.value
    }

    private func saveAtEnd(_ machine: inout ConsumerStateMachine) async {
        guard machine.hasUnsavedPosition else { return }
        do {
            _ = try await save(machine.cursor)
        } catch {
            logger.warning(
                "The position of a consumer could not be saved; some events will be delivered again.",
                metadata: ["consumer.position": "\(machine.cursor.position)", "error": "\(error)"])
        }
    }

    private func wait(atMost longest: Duration) async {
        let timer = Task { [bell, clock] in
            try await clock.sleep(longest)
            bell.ring()
        }
        await bell.wait()
        timer.cancel()
    }

    private func takeRestart() -> Bool {
        shared.withLock { shared in
            defer { shared.restartWanted = false }
            return shared.restartWanted
        }
    }

    // MARK: Telling

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
                "A consumer failed for good and is stopped; remove the cause, then restart or replay it.",
                metadata: metadata)
        case .retrying where machine.status.failures == 1:
            logger.warning("A consumer failed and will try again.", metadata: metadata)
        default:
            logger.debug("A consumer failed again.", metadata: metadata)
        }
        return next
    }

    private func tellRecovery(from failures: Int) {
        guard failures > 0 else { return }
        logger.notice("A consumer works again.", metadata: ["consumer.failures": "\(failures)"])
    }
}
