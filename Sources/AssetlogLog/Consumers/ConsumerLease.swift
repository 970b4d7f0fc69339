import AssetlogCore
import Synchronization

/// Holds the lease on a consumer for a runner: takes it, renews it alongside the runner's work, and tells when it is lost.
///
/// It is lost when the storage says so, and when it has ended while a renewal fails or hangs. Time is that of the
/// process's monotonic clock, counted from before each request, so that a lease ends here before it ends in the storage.
/// A process that did not run for long (a busy machine, a suspended one) asks first: nobody else may have come.
final class ConsumerLease: Sendable {
    private struct State {
        /// Counts how often the lease was taken: what was asked for an earlier one does not count.
        var term = 0
        /// Until when the lease is ours; nil: we have none.
        var end: ContinuousClock.Instant?
        var isLost = false
        /// Whether a renewal waits for its answer.
        var isAsking = false
        /// Stop what must not continue without the lease.
        var interrupts: [Int: @Sendable () -> Void] = [:]
        var nextInterrupt = 0

        /// What is known when the lease is taken again; what goes on without it is told to stop all the same.
        var nextTerm: State {
            State(term: term + 1, interrupts: interrupts, nextInterrupt: nextInterrupt)
        }
    }

    private let consumer: String
    private let store: any ConsumerStore
    private let settings: ConsumerSettings
    private let clock = ContinuousClock()
    private let state = Mutex(State())

    init(on consumer: String, store: any ConsumerStore, settings: ConsumerSettings) {
        self.consumer = consumer
        self.store = store
        self.settings = settings
    }

    /// Asks for the lease, and forgets that an earlier one was lost.
    func take() async throws -> Bool {
        state.withLock { $0 = $0.nextTerm }
        let end = clock.now + settings.leaseDuration
        guard try await store.lease(consumer, for: settings.leaseDuration) else { return false }
        state.withLock { $0.end = end }
        return true
    }

    /// Whether the lease that was taken is ours no more.
    var isLost: Bool { state.withLock { $0.isLost } }

    /// Makes sure that the lease is ours before something begins: asks the storage if it may have ended.
    func confirm() async throws -> Bool {
        guard state.withLock({ $0.end.map { $0 <= clock.now } ?? false }) else { return !isLost }
        await renew()
        return !isLost
    }

    /// Does something that is interrupted when the lease is lost.
    func whileHeld<Result>(
        interrupt: @escaping @Sendable () -> Void, _ body: () async throws -> Result
    ) async rethrows -> Result {
        let (isLost, number) = state.withLock { state in
            state.nextInterrupt += 1
            state.interrupts[state.nextInterrupt] = interrupt
            return (state.isLost, state.nextInterrupt)
        }
        defer { state.withLock { $0.interrupts[number] = nil } }
        if isLost { interrupt() }
        return try await body()
    }

    /// Renews the lease whenever there is one, until it is cancelled.
    func run() async {
        await withTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    try? await self.clock.sleep(for: self.settings.leaseInterval)
                    await self.renew()
                }
            }
            // Beside the renewals, because one of them may hang.
            group.addTask {
                while !Task.isCancelled {
                    try? await self.clock.sleep(for: self.settings.leaseInterval / 4)
                    self.lose { $0.isAsking }
                }
            }
        }
    }

    /// Gives the lease back, if there is one; to be called after ``run()`` has ended.
    func giveBack() async throws {
        let isHeld = state.withLock { state in
            defer { state = state.nextTerm }
            return state.end != nil && !state.isLost
        }
        if isHeld { try await store.endLease(consumer) }
    }

    private func renew() async {
        let held = state.withLock { state in
            guard state.end != nil, !state.isLost else { return nil as Int? }
            state.isAsking = true
            return state.term
        }
        guard let term = held else { return }
        let end = clock.now + settings.leaseDuration
        do {
            settle(try await store.lease(consumer, for: settings.leaseDuration), of: term, until: end)
        } catch {
            // It may still be ours: until its end it is asked for again.
            lose { $0.term == term }
            state.withLock { if $0.term == term { $0.isAsking = false } }
        }
    }

    /// Takes over what a renewal said, unless the lease that it renewed has gone in the meantime.
    private func settle(_ isOurs: Bool, of term: Int, until end: ContinuousClock.Instant) {
        let interrupts: [@Sendable () -> Void] = state.withLock { state in
            guard state.term == term, !state.isLost else { return [] }
            state.isAsking = false
            guard !isOurs else {
                state.end = end
                return []
            }
            state.isLost = true
            return Array(state.interrupts.values)
        }
        for interrupt in interrupts { interrupt() }
    }

    /// Loses a lease that has ended, on a condition.
    private func lose(if condition: (State) -> Bool) {
        let interrupts: [@Sendable () -> Void] = state.withLock { state in
            guard let end = state.end, !state.isLost, clock.now >= end, condition(state) else { return [] }
            state.isLost = true
            return Array(state.interrupts.values)
        }
        for interrupt in interrupts { interrupt() }
    }
}
