import Synchronization

/// Lets the writer of an answer run ahead of its client by a bounded number of bytes only. State lives in a `Mutex`.
///
/// The writing task waits for room before each chunk, and the connection says when the socket has taken one: a channel's
/// writability comes too late for that, because a fast writer has handed over megabytes before its event loop runs.
package final class AnswerFlow: Sendable {
    private struct State {
        var unsent = 0
        var isClosed = false
        var waiter: (limit: Int, continuation: CheckedContinuation<Void, Never>)?
        /// Ends the work that is of use only while the client is there.
        var cancel: (@Sendable () -> Void)?
    }

    /// The most bytes of a chunk, and of what may be unsent when the next one is written.
    package static let chunkBytes = 64 << 10

    private let state = Mutex(State())

    /// Makes a flow with nothing under way.
    package init() {}

    /// The bytes that were handed over and that the socket has not taken.
    package var unsentBytes: Int { state.withLock { $0.unsent } }

    /// Counts a chunk that is about to be handed over.
    package func hand(over bytes: Int) {
        state.withLock { state in
            if !state.isClosed { state.unsent += bytes }
        }
    }

    /// Notes that the socket has taken bytes, or will never take them.
    package func sent(_ bytes: Int) {
        resume { state in
            state.unsent = max(state.unsent - bytes, 0)
            return state.waiter.map { state.unsent <= $0.limit } ?? false
        }
    }

    /// Releases the waiting task, and cancels ``whileOpen(_:)``, because the connection has ended.
    package func close() {
        resume { state in
            (state.isClosed, state.unsent) = (true, 0)
            return true
        }
        let cancel = state.withLock { $0.cancel }
        cancel?()
    }

    /// Whether the connection has ended.
    package var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Does work in a task that is cancelled when the connection ends: such as a read whose client has left. One such work is
    /// under way at a time.
    package func whileOpen<Result: Sendable>(_ work: @escaping @Sendable () async -> Result) async -> Result {
        let task = Task { await work() }
        let isClosed = state.withLock { state in
            state.cancel = { task.cancel() }
            return state.isClosed
        }
        if isClosed { task.cancel() }
        defer { state.withLock { $0.cancel = nil } }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Returns when at most this many bytes are unsent, or the connection has ended. One task waits at a time.
    package func wait(untilUnsent limit: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                assert(state.waiter == nil, "two tasks write one answer")
                if state.isClosed || state.unsent <= limit { return true }
                state.waiter = (limit, continuation)
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    private func resume(when isReady: (inout State) -> Bool) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard isReady(&state), let waiter = state.waiter else { return nil }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume()
    }
}
