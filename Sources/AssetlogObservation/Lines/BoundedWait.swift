import Synchronization

/// One task that waits for something to end, but not forever.
final class BoundedWait: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Void, Never>)
        case ended
    }

    private let state = Mutex(State.new)

    /// Returns when ``end()`` was called, or after a time.
    func wait(atMost longest: Duration) async {
        let timer = Task {
            try await Task.sleep(for: longest)
            end()
        }
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if case .ended = state { return true }
                state = .waiting(continuation)
                return false
            }
            if hasEnded { continuation.resume() }
        }
        timer.cancel()
    }

    /// Lets the task continue.
    func end() {
        let waiting = state.withLock { state in
            defer { state = .ended }
            return state
        }
        if case .waiting(let continuation) = waiting { continuation.resume() }
    }
}
