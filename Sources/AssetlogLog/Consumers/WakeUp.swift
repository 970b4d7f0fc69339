import Synchronization

/// A bell: a task that waits returns when it rings, and a ring that nobody waited for is kept for the next.
///
/// One task waits; any thread rings. Rings merge, so that waiting costs no memory however often it rings.
final class WakeUp: Sendable {
    private enum State {
        case silent
        case rung
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.silent)

    func ring() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard case .waiting(let waiter) = state else {
                state = .rung
                return nil
            }
            state = .silent
            return waiter
        }
        waiter?.resume()
    }

    /// Returns at the next ring, when the task is cancelled, or after a span of a clock.
    func wait(atMost span: Duration, _ clock: ConsumerClock) async {
        let timer = Task {
            try await clock.sleep(span)
            ring()
        }
        await wait()
        timer.cancel()
    }

    /// Returns at the next ring, or when the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasRung = state.withLock { state in
                    if case .rung = state {
                        state = .silent
                        return true
                    }
                    state = .waiting(continuation)
                    return false
                }
                if hasRung { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
    }
}
