import AssetlogCore
import Logging
import Synchronization

/// Delivers the events of a window to an exporter: batches at the same time, order kept, failures retried, a destination that
/// fails left alone.
///
/// What comes next is decided by ``DeliveryWindow`` and ``DeliveryCircuit``; this type does it. State lives in a `Mutex`: the task
/// that reads the log, those that deliver, and who asks for a status meet there and wait for nothing inside it.
final class ExportEngine: WindowedConsumer {
    struct State {
        var window: DeliveryWindow
        var circuit: DeliveryCircuit
        var counts = ExporterCounts()
        var generation: Int64 = 0
        /// Counts how often the window was begun: what was under way before does not count.
        var epoch = 0
        /// How many batches were handed out whose results are not known yet.
        var underWay = 0
        /// Those of them that the exporter has, to be cancelled.
        var deliveries: [Int: BoundedDelivery] = [:]
        /// Tasks that wait until nothing is under way.
        var idleWaiters: [CheckedContinuation<Void, Never>] = []
        /// Whether the storage is being notified of dead letters.
        var isSettling = false
        /// Why nothing is delivered; nil: it is.
        var pause: String?
        /// What the storage said of it last; nil: it was not asked yet.
        var storedPause: ExporterPause?
        /// Why the exporter stopped for good; nil: it has not.
        var stop: String?
        /// What the last failure since the last progress said.
        var lastError: String?
        /// What the last attempt to tell the storage about dead letters said.
        var settlingFailures = 0
        var settleAfter: Duration = .zero
        var wasFull = false
        /// How many dead letters the storage has, when it was last asked.
        var deadLetters = 0
    }

    let name: String
    let exporter: any Exporter
    let log: any LogReader
    let store: any ConsumerStore
    let settings: ExporterSettings
    let consumerSettings: ConsumerSettings
    let clock: ConsumerClock
    let logger: Logger
    let state: Mutex<State>
    let bell = WakeUp()
    private let concurrency: Int

    init(
        name: String, exporter: any Exporter, log: any LogReader, store: any ConsumerStore, settings: ExporterSettings,
        consumerSettings: ConsumerSettings, clock: ConsumerClock, logger: Logger
    ) {
        self.name = name
        self.exporter = exporter
        (self.log, self.store) = (log, store)
        (self.settings, self.consumerSettings) = (settings, consumerSettings)
        (self.clock, self.logger) = (clock, logger)
        concurrency = exporter.order == .log ? 1 : max(1, settings.concurrency)
        state = Mutex(
            State(
                window: DeliveryWindow(settings: settings, order: exporter.order),
                circuit: DeliveryCircuit(threshold: settings.circuitFailures)))
    }

    // MARK: The window

    var hasRoom: Bool {
        state.withLock { state in
            state.wasFull = !state.window.hasRoom
            return !state.wasFull
        }
    }

    var isFull: Bool { state.withLock { $0.wasFull } }

    var progress: DeliveryWindow.Progress { state.withLock { $0.window.progress } }

    var finished: DeliveryWindow.Cursor { state.withLock { $0.window.finished } }

    func prepare() async throws {
        try await StartPosition(name: name, start: settings.start, log: log, store: store).prepare()
    }

    func begin(after cursor: DeliveryWindow.Cursor, of log: LogID, generation: Int64) {
        state.withLock { state in
            state.window.begin(after: cursor, of: log)
            state.generation = generation
        }
        bell.ring()
    }

    func consume(_ batch: ConsumerBatch) async throws {
        state.withLock { $0.window.admit(batch.events) }
        bell.ring()
    }

    func position() async throws -> DeliveredPosition? { try await exporter.position() }

    func abandon() async {
        let deliveries = state.withLock { state in
            state.epoch += 1
            state.window.begin(after: state.window.finished, of: nil)
            state.circuit = DeliveryCircuit(threshold: settings.circuitFailures)
            return Array(state.deliveries.values)
        }
        for delivery in deliveries { delivery.cancel() }
        await drain()
    }

    func drain() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.underWay > 0 { state.idleWaiters.append(continuation) }
                return state.underWay == 0
            }
            if isIdle { continuation.resume() }
        }
    }

    // MARK: Work

    private enum Step {
        case deliver(DeliveryWindow.Batch, ExportBatch, epoch: Int)
        case settle(DeliveryWindow.Settlement, epoch: Int)
        case wait(atMost: Duration)
    }

    /// Delivers until the task is cancelled; then what is under way ends within a bound.
    ///
    /// - Parameters:
    ///   - lease: The lease without which nothing is delivered.
    ///   - whenRoom: Called when the window has room again.
    ///   - whenResumed: Called when an operator resumed the exporter.
    func run(
        holding lease: ConsumerLease, whenRoom: @escaping @Sendable () -> Void, whenResumed: @escaping @Sendable () -> Void
    ) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.watchStore(whenResumed: whenResumed) }
            while !Task.isCancelled {
                switch next() {
                case .deliver(let batch, let events, let epoch):
                    group.addTask {
                        await self.perform(batch, events, epoch, lease)
                        self.announceProgress(whenRoom)
                    }
                case .settle(let settlement, let epoch):
                    group.addTask {
                        await self.settle(settlement, epoch)
                        self.announceProgress(whenRoom)
                    }
                case .wait(let span): await bell.wait(atMost: span, clock)
                }
            }
        }
    }

    private func next() -> Step {
        let now = clock.now()
        return state.withLock { state in
            var longest = consumerSettings.longestPause
            guard let log = state.window.log, state.stop == nil else { return .wait(atMost: longest) }
            if !state.isSettling, !state.window.settlement.isEmpty {
                guard now < state.settleAfter else {
                    state.isSettling = true
                    return .settle(state.window.settlement, epoch: state.epoch)
                }
                longest = min(longest, state.settleAfter - now)
            }
            guard state.pause == nil, state.underWay < concurrency else { return .wait(atMost: longest) }
            let isProbe: Bool
            switch state.circuit.permission(at: now) {
            case .batches: isProbe = false
            case .probe: isProbe = true
            case .nothing(let until): return .wait(atMost: until.map { min(longest, $0 - now) } ?? longest)
            }
            guard let batch = state.window.nextBatch(at: now, isProbe: isProbe) else {
                return .wait(atMost: state.window.nextDue.map { min(longest, max($0 - now, .zero)) } ?? longest)
            }
            state.circuit.began()
            state.underWay += 1
            let events = ExportBatch(log: log, generation: state.generation, events: batch.events)
            return .deliver(batch, events, epoch: state.epoch)
        }
    }

    private func perform(
        _ batch: DeliveryWindow.Batch, _ events: ExportBatch, _ epoch: Int, _ lease: ConsumerLease
    ) async {
        do {
            guard try await lease.confirm() else { return release(batch, epoch) }
            let results = ResultBox()
            guard let delivery = begin(batch, events, into: results, epoch) else { return release(batch, epoch) }
            try await lease.whileHeld(interrupt: delivery.cancel) { try await delivery.value() }
            complete(batch, results.value, epoch)
        } catch {
            // What fails because the lease was lost, or the server stops, is no failure.
            guard !Task.isCancelled, !lease.isLost, !(error is CancellationError) else { return release(batch, epoch) }
            fail(batch, error, epoch)
        }
    }

    private func begin(
        _ batch: DeliveryWindow.Batch, _ events: ExportBatch, into results: ResultBox, _ epoch: Int
    ) -> BoundedDelivery? {
        state.withLock { state in
            guard state.epoch == epoch else { return nil }
            let delivery = BoundedDelivery(grace: consumerSettings.stopGrace, clock: clock) { [exporter] in
                results.set(try await exporter.deliver(events))
            }
            state.deliveries[batch.id] = delivery
            return delivery
        }
    }

    private func announceProgress(_ whenRoom: () -> Void) {
        let hasRoom = state.withLock { state in
            guard state.wasFull, state.window.hasRoom else { return false }
            state.wasFull = false
            return true
        }
        if hasRoom { whenRoom() }
        bell.ring()
    }

    /// Lets an exporter that stopped, or a destination that is left alone, be tried at once.
    func restart() {
        state.withLock { state in
            state.stop = nil
            state.circuit = DeliveryCircuit(threshold: settings.circuitFailures)
            state.window.endPauses()
            state.settleAfter = .zero
        }
        bell.ring()
    }

    // MARK: Results

    private func release(_ batch: DeliveryWindow.Batch, _ epoch: Int) {
        let now = clock.now()
        end(batch, epoch) { state in
            state.window.release(batch)
            state.circuit.released(at: now)
        }
    }

    private func complete(_ batch: DeliveryWindow.Batch, _ results: [DeliveryResult], _ epoch: Int) {
        let now = clock.now()
        let recovered = end(batch, epoch) { state in
            let outcome = state.window.complete(batch, results, at: now, wallTime: .now(), pause: pause)
            state.counts.add(outcome)
            if outcome.hasProgress {
                let failures = state.circuit.failures
                state.circuit.succeeded()
                state.lastError = outcome.failure?.message
                return failures
            }
            state.circuit.failed(
                at: now, retryAfter: outcome.retryAfter.map { min($0, settings.longestRetryAfter) }, pause: pause)
            state.lastError = outcome.failure?.message ?? state.lastError
            return -state.circuit.failures
        }
        if let recovered { logCircuit(recovered) }
    }

    private func fail(_ batch: DeliveryWindow.Batch, _ error: any Error, _ epoch: Int) {
        guard (error as? any ClassifiedError)?.isRetriable ?? true else { return stop(batch, error, epoch) }
        let failure = DeliveryFailure("\(error)", isCounted: false)
        complete(batch, Array(repeating: .retry(failure), count: batch.events.count), epoch)
    }

    private func stop(_ batch: DeliveryWindow.Batch, _ error: any Error, _ epoch: Int) {
        end(batch, epoch) { state in
            state.window.release(batch)
            (state.stop, state.lastError) = ("\(error)", "\(error)")
            state.counts.failures += 1
        }
        logger.error(
            "An exporter failed permanently and was stopped. Fix the cause, then send SIGHUP to the server or resume the exporter.",
            metadata: ["error": "\(error)"])
    }

    /// Ends a batch; its results count unless the window was begun again since.
    @discardableResult
    private func end<Result: Sendable>(_ batch: DeliveryWindow.Batch, _ epoch: Int, _ body: (inout State) -> Result) -> Result? {
        let (result, waiters) = state.withLock { state in
            state.deliveries[batch.id] = nil
            state.underWay -= 1
            let result = state.epoch == epoch ? body(&state) : nil
            guard state.underWay == 0 else { return (result, [CheckedContinuation<Void, Never>]()) }
            defer { state.idleWaiters = [] }
            return (result, state.idleWaiters)
        }
        for waiter in waiters { waiter.resume() }
        return result
    }

    func pause(_ failures: Int) -> Duration {
        consumerSettings.pause(afterFailures: failures, jitter: Double.random(in: 0...1))
    }

    // Positive: so many failures have ended; negative: so many have come in a row.
    private func logCircuit(_ failures: Int) {
        let error = state.withLock { $0.lastError } ?? ""
        switch failures {
        case 1...: logger.notice("An exporter delivers again.", metadata: ["exporter.failures": "\(failures)"])
        case -1: logger.warning("An exporter's delivery failed; retrying.", metadata: ["error": "\(error)"])
        case -settings.circuitFailures:
            logger.warning(
                "An exporter's destination failed repeatedly; it is only probed until it takes an event again.",
                metadata: ["exporter.failures": "\(-failures)", "error": "\(error)"])
        default: break
        }
    }
}

/// The results of a delivery, on their way out of its task.
private final class ResultBox: Sendable {
    private let results = Mutex<[DeliveryResult]>([])

    var value: [DeliveryResult] { results.withLock { $0 } }

    func set(_ value: [DeliveryResult]) {
        results.withLock { $0 = value }
    }
}
