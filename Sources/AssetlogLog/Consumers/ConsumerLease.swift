import AssetlogCore
import Synchronization

/// Holds the lease on a consumer for a runner: takes it, renews it beside the runner's work, and tells when it is lost.
///
/// It is lost when the storage says so, and when no renewal succeeded for its whole duration. Time is that of the
/// process's monotonic clock, counted from before each request, so that a lease ends here before it ends in the storage.
final class ConsumerLease: Sendable {
    private struct State {
        /// Until when the lease is ours; nil: we have none.
        var end: ContinuousClock.Instant?
        var isLost = false
        /// Stops what must not go on without the lease.
        var interrupt: (@Sendable () -> Void)?
    }

    private let consumer: String
    private let storage: any Storage
    private let settings: ConsumerSettings
    private let clock = ContinuousClock()
    private let state = Mutex(State())

    init(on consumer: String, storage: any Storage, settings: ConsumerSettings) {
        self.consumer = consumer
        self.storage = storage
        self.settings = settings
    }

    /// Asks for the lease, and forgets that an earlier one was lost.
    func take() async throws -> Bool {
        state.withLock { $0 = State() }
        let end = clock.now + settings.leaseDuration
        guard try await storage.lease(consumer, for: settings.leaseDuration) else { return false }
        state.withLock { $0.end = end }
        return true
    }

    /// Whether the lease that was taken is ours no more.
    var isLost: Bool {
        loseAtEnd()
        return state.withLock { $0.isLost }
    }

    /// Does something that is interrupted when the lease is lost.
    func whileHeld<Result>(
        interrupt: @escaping @Sendable () -> Void, _ body: () async throws -> Result
    ) async rethrows -> Result {
        let isLost = state.withLock { state in
            state.interrupt = interrupt
            return state.isLost
        }
        defer { state.withLock { $0.interrupt = nil } }
        if isLost { interrupt() }
        return try await body()
    }

    /// Renews the lease whenever there is one, until it is cancelled.
    func run() async {
        await withTaskGroup { group in
            group.addTask { await self.renew() }
            // Beside the renewals, because one of them may hang.
            group.addTask { await self.watch() }
        }
    }

    /// Gives the lease back, if there is one; to be called after ``run()`` has ended.
    func giveBack() async throws {
        let isHeld = state.withLock { state in
            defer { state = State() }
            return state.end != nil && !state.isLost
        }
        if isHeld { try await storage.endLease(consumer) }
    }

    private func renew() async {
        while !Task.isCancelled {
            try? await clock.sleep(for: settings.leaseInterval)
            guard let end = state.withLock({ $0.isLost ? nil : $0.end }) else { continue }
            let next = clock.now + settings.leaseDuration
            // After an error the lease may still be ours: it is tried again until its end.
            guard let isOurs = try? await storage.lease(consumer, for: settings.leaseDuration) else { continue }
            settle(isOurs, after: end, until: next)
        }
    }

    private func watch() async {
        while !Task.isCancelled {
            let end = state.withLock { $0.isLost ? nil : $0.end }
            try? await clock.sleep(until: min(end ?? .now + settings.leaseInterval, .now + settings.leaseInterval))
            loseAtEnd()
        }
    }

    /// Takes over what a renewal said, unless the lease that it renewed has gone meanwhile.
    private func settle(_ isOurs: Bool, after end: ContinuousClock.Instant, until next: ContinuousClock.Instant) {
        let interrupt: (@Sendable () -> Void)? = state.withLock { state in
            guard state.end == end, !state.isLost else { return nil }
            guard !isOurs else {
                state.end = next
                return nil
            }
            state.isLost = true
            return state.interrupt
        }
        interrupt?()
    }

    private func loseAtEnd() {
        let interrupt: (@Sendable () -> Void)? = state.withLock { state in
            guard let end = state.end, !state.isLost, clock.now >= end else { return nil }
            state.isLost = true
            return state.interrupt
        }
        interrupt?()
    }
}
