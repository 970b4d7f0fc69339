import AssetlogCore
import Synchronization

/// How far a catalog is, for those who ask and those who wait. State lives in a `Mutex`.
final class CatalogProgress: Sendable {
    private struct Waiter {
        var sequence: Int64
        var reached: OneShot<Bool>
    }

    private struct State {
        var status = CatalogStatus()
        /// When answers last had all there was.
        var complete = ContinuousClock.now
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0
    }

    private let state = Mutex(State())

    /// How the catalog is doing, with so many bytes in memory.
    func status(memoryBytes: Int) -> CatalogStatus {
        state.withLock { state in
            var status = state.status
            status.memoryBytes = memoryBytes
            status.lagSeconds = status.lag == 0 ? 0 : (ContinuousClock.now - state.complete) / .seconds(1)
            return status
        }
    }

    var asOf: Int64 { state.withLock { $0.status.asOf } }

    /// Changes the status.
    func update(_ body: (inout CatalogStatus) -> Void) {
        state.withLock { body(&$0.status) }
    }

    /// Says that answers contain the events up to a sequence, and perhaps that there are no others.
    ///
    /// - Parameter hasSums: Whether they contain the sums of removed events. While a catalog is made from the log these come after the
    ///   last event, so that who waits for that one waits for them too.
    func reached(_ sequence: Int64, hasSums: Bool, isEnd: Bool) {
        let sequence = Self.contained(sequence, hasSums: hasSums)
        let done: [OneShot<Bool>] = state.withLock { state in
            state.status.asOf = sequence
            state.status.head = max(state.status.head, sequence)
            if isEnd {
                state.status.head = sequence
                state.complete = .now
            }
            let done = state.waiters.filter { $0.value.sequence <= sequence }
            for key in done.keys { state.waiters[key] = nil }
            return done.values.map(\.reached)
        }
        for waiter in done { waiter.set(true) }
    }

    private static func contained(_ sequence: Int64, hasSums: Bool) -> Int64 { hasSums ? sequence : max(sequence - 1, 0) }

    /// Begins again, with what a file contains; the parameters are those of ``reached(_:hasSums:isEnd:)``.
    func restart(at sequence: Int64, hasSums: Bool, head: Int64) {
        let sequence = Self.contained(sequence, hasSums: hasSums)
        state.withLock { state in
            state.status.asOf = sequence
            state.status.head = head
            state.status.phase = sequence == 0 && head > 0 ? .rebuilding : .catchingUp
            if sequence == 0 && head > 0 { state.status.rebuilds += 1 }
        }
    }

    /// Waits until answers contain an event; false: they don't, and the time is up or the task was cancelled.
    func waitFor(sequence: Int64, atMost longest: Duration) async -> Bool {
        let reached = OneShot<Bool>()
        let waiter: Int? = state.withLock { state in
            guard state.status.asOf < sequence else { return nil }
            defer { state.nextWaiter += 1 }
            state.waiters[state.nextWaiter] = Waiter(sequence: sequence, reached: reached)
            return state.nextWaiter
        }
        guard let waiter else { return true }
        defer { state.withLock { $0.waiters[waiter] = nil } }
        return await withTaskCancellationHandler {
            await reached.value(within: longest, otherwise: false)
        } onCancel: {
            reached.set(false)
        }
    }
}
