import Synchronization

/// Runs work that outlives the cancellation of its caller by a bounded time.
///
/// - Parameters:
///   - grace: How long the work may go on after the cancellation. Then it is cancelled itself, and the caller returns
///     with `CancellationError` whether it ends or not.
///   - clock: What measures the grace.
///   - work: The work.
func finishing(
    within grace: Duration, on clock: ConsumerClock, _ work: @escaping @Sendable () async throws -> Void
) async throws {
    let outcome = Outcome()
    let task = Task {
        do {
            try await work()
            outcome.set(.success(()))
        } catch {
            outcome.set(.failure(error))
        }
    }
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
