import AssetlogCore
import Synchronization

/// Asks the storage something and waits for a bounded time.
///
/// All who ask at once share one answer, so that probes and scrapes don't pile up in a storage that hangs.
final class StorageProbe<Answer: Sendable>: Sendable {
    /// What came of a question.
    enum Outcome: Sendable {
        /// The storage answered.
        case answered(Answer)
        /// The storage failed.
        case failed
        /// The storage has not answered in time.
        case late
    }

    private struct State {
        var isAsking = false
        var waiters: [UInt64: OneShot<Outcome>] = [:]
        var nextWaiter: UInt64 = 0
    }

    /// The greatest time to wait.
    let timeout: Duration
    private let question: @Sendable () async throws -> Answer
    private let state = Mutex(State())

    /// Makes a probe; `question` is asked again for each answer.
    init(timeout: Duration, question: @escaping @Sendable () async throws -> Answer) {
        self.timeout = timeout
        self.question = question
    }

    /// Asks once and tells how it went.
    func check() async -> Outcome {
        let answer = OneShot<Outcome>()
        let (waiter, mustAsk) = state.withLock { state in
            defer { (state.nextWaiter, state.isAsking) = (state.nextWaiter + 1, true) }
            state.waiters[state.nextWaiter] = answer
            return (state.nextWaiter, !state.isAsking)
        }
        // Not a child task: a read that hangs must not be waited for.
        if mustAsk { Task { await self.ask() } }
        defer { _ = state.withLock { $0.waiters.removeValue(forKey: waiter) } }
        return await answer.value(within: timeout, otherwise: .late)
    }

    private func ask() async {
        let outcome: Outcome
        do {
            outcome = .answered(try await question())
        } catch {
            outcome = .failed
        }
        let waiters = state.withLock { state in
            defer { (state.waiters, state.isAsking) = ([:], false) }
            return state.waiters.values
        }
        for waiter in waiters { waiter.set(outcome) }
    }
}
