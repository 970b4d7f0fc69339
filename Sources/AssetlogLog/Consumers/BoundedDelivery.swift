import Synchronization

/// Work that outlives the cancellation of who waits for it by a bounded time.
final class BoundedDelivery: Sendable {
    private let grace: Duration
    private let clock: ConsumerClock
    private let task: Task<Void, Never>
    private let outcome = Outcome()

    /// Begins the work.
    ///
    /// - Parameters:
    ///   - grace: How long the work may continue after the waiting task was cancelled. Then it is cancelled itself, and
    ///     ``value()`` throws `CancellationError` whether it ends or not.
    ///   - clock: What measures the grace.
    ///   - work: The work.
    init(grace: Duration, clock: ConsumerClock, _ work: @escaping @Sendable () async throws -> Void) {
        self.grace = grace
        self.clock = clock
        task = Task { [outcome] in
            do {
                try await work()
                outcome.set(.success(()))
            } catch {
                outcome.set(.failure(error))
            }
        }
    }

    /// Asks the work to end; it is still waited for.
    func cancel() {
        task.cancel()
    }

    /// Returns when the work has ended; to be called once.
    func value() async throws {
        try await withTaskCancellationHandler {
            try await outcome.value()
        } onCancel: {
            Task {
                try? await clock.sleep(grace)
                task.cancel()
                outcome.set(.failure(CancellationError()))
            }
        }
    }
}

/// A result that is set once and awaited by one task.
private final class Outcome: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Void, any Error>)
        case set(Result<Void, any Error>)
    }

    private let state = Mutex(State.open)

    func set(_ result: Result<Void, any Error>) {
        let waiter: CheckedContinuation<Void, any Error>? = state.withLock { state in
            switch state {
            case .open:
                state = .set(result)
                return nil
            case .awaited(let waiter):
                state = .set(result)
                return waiter
            case .set: return nil
            }
        }
        waiter?.resume(with: result)
    }

    func value() async throws {
        try await withCheckedThrowingContinuation { continuation in
            let result: Result<Void, any Error>? = state.withLock { state in
                if case .set(let result) = state { return result }
                state = .awaited(continuation)
                return nil
            }
            if let result { continuation.resume(with: result) }
        }
    }
}
