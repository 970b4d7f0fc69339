import AssetlogCore
import Synchronization

/// One caller of ``EventLog/append(_:)-swift.method`` that waits for its slice's commit.
final class SliceWaiter: Sendable {
    private struct State {
        var slice: EventBatch?
        var continuation: CheckedContinuation<AppendOutcome, any Error>?
        var isWithdrawn = false
    }

    let events: Int
    let bytes: Int
    private let state: Mutex<State>

    init(_ slice: EventBatch) {
        events = slice.count
        bytes = slice.byteCount
        state = Mutex(State(slice: slice))
    }

    /// Keeps the caller that is resumed later.
    ///
    /// - Returns: Whether it has to be; false when it was cancelled before.
    func wait(_ continuation: CheckedContinuation<AppendOutcome, any Error>) -> Bool {
        let isWithdrawn = state.withLock { state in
            state.continuation = continuation
            return state.isWithdrawn
        }
        if isWithdrawn { resume(with: .failure(CancellationError())) }
        return !isWithdrawn
    }

    /// The slice, for the one who copies it into a commit; nil when it was withdrawn before.
    func takeSlice() -> EventBatch? {
        state.withLock { state in
            defer { state.slice = nil }
            return state.slice
        }
    }

    /// Whether the caller was cancelled while its slice was in no commit.
    var isWithdrawn: Bool { state.withLock { $0.isWithdrawn } }

    /// Ends the wait of a cancelled caller, unless its slice is in a commit: then its fate is to be heard of.
    func withdraw() {
        let isWithdrawn = state.withLock { state in
            state.isWithdrawn = state.slice != nil
            state.slice = nil
            return state.isWithdrawn
        }
        if isWithdrawn { resume(with: .failure(CancellationError())) }
    }

    func resume(with result: Result<AppendOutcome, any Error>) {
        let continuation = state.withLock { state in
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(with: result)
    }
}
