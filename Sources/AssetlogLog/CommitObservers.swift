import Synchronization

/// Those who wait for news of the log. State lives in a `Mutex`.
final class CommitObservers: Sendable {
    private struct State {
        var observers: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextObserver = 0
    }

    private let state = Mutex(State())

    /// One element after every commit from now on, merged while nobody looks.
    func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let observer = state.withLock { state in
            defer { state.nextObserver += 1 }
            state.observers[state.nextObserver] = continuation
            return state.nextObserver
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.observers.removeValue(forKey: observer) }
        }
        return stream
    }

    /// Notifies all of a commit.
    func notify() {
        for observer in all { observer.yield() }
    }

    /// Ends the streams of all, because there is no commit any more.
    func finish() {
        for observer in all { observer.finish() }
    }

    // A copy: who ends removes itself, which takes the lock.
    private var all: [AsyncStream<Void>.Continuation] {
        state.withLock { $0.observers.isEmpty ? [] : Array($0.observers.values) }
    }
}
