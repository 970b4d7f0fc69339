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
        /// Called once, when at most so many bytes are unsent.
        var notice: (limit: Int, call: @Sendable () -> Void)?
        /// Ends what is of use only while the client is there.
        var closed: (@Sendable () -> Void)?
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
        resume { $0.unsent = max($0.unsent - bytes, 0) }
    }

    /// Releases the waiting task, and cancels ``whileOpen(_:)``, because the connection has ended.
    package func close() {
        resume { ($0.isClosed, $0.unsent) = (true, 0) }
        let closed = state.withLock { $0.closed }
        closed?()
    }

    /// Calls back when the connection ends, and at once when it has ended; nil: no more. It excludes ``whileOpen(_:)``.
    package func whenClosed(_ call: (@Sendable () -> Void)?) {
        let isClosed = state.withLock { state in
            state.closed = call
            return state.isClosed
        }
        if isClosed { call?() }
    }

    /// Calls back once, when at most so many bytes are unsent or the connection has ended; for a writer that waits for other
    /// things as well.
    ///
    /// - Returns: Whether it is so already; then nothing is called.
    package func whenUnsent(atMost limit: Int, _ call: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            let isReady = state.isClosed || state.unsent <= limit
            state.notice = isReady ? nil : (limit, call)
            return isReady
        }
    }

    /// Whether the connection has ended.
    package var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Does work in a task that is cancelled when the connection ends: such as a read whose client has left. One such work is
    /// under way at a time.
    package func whileOpen<Result: Sendable>(_ work: @escaping @Sendable () async -> Result) async -> Result {
        let task = Task { await work() }
        whenClosed { task.cancel() }
        defer { whenClosed(nil) }
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

    // Those who wait are ready when little is unsent, which nothing is when the connection has ended.
    private func resume(after change: (inout State) -> Void) {
        let (waiter, call) = state.withLock { state in
            change(&state)
            let unsent = state.unsent
            let waiter = state.waiter.flatMap { unsent <= $0.limit ? $0.continuation : nil }
            let call = state.notice.flatMap { unsent <= $0.limit ? $0.call : nil }
            if waiter != nil { state.waiter = nil }
            if call != nil { state.notice = nil }
            return (waiter, call)
        }
        waiter?.resume()
        call?()
    }
}
