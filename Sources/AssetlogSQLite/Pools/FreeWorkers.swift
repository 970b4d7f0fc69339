#if SQLite
internal import AssetlogCore

/// The workers of a pool that are free. A thread that finds none waits, and gets one in its turn.
final class FreeWorkers: Sendable {
    private struct State {
        var workers: [ConnectionWorker]
        /// How many threads have come, and how many of them have got a worker.
        var arrived = 0
        var served = 0
        var isClosed = false
    }

    private let state: Monitor<State>
    private let closed: SQLiteError

    init(_ workers: [ConnectionWorker], file: String) {
        state = Monitor(State(workers: workers))
        closed = .closed(file)
    }

    /// Lends a worker to `body`; it blocks until there is one.
    ///
    /// - Throws: What `body` throws, or ``SQLiteError`` when the pool is closed before there is one.
    func use<Result>(_ body: (ConnectionWorker) throws -> Result) throws -> Result {
        let worker = try take()
        defer { give(worker) }
        return try body(worker)
    }

    /// Refuses the threads that wait or come later.
    func close() {
        state.withLock { $0.isClosed = true }
        state.broadcast()
    }

    private func take() throws -> ConnectionWorker {
        let number = state.withLock { state in
            defer { state.arrived += 1 }
            return state.arrived
        }
        let worker = try state.wait(while: { !$0.isClosed && ($0.served != number || $0.workers.isEmpty) }) { state in
            // The worker that was used last has its pages in memory.
            guard !state.isClosed, let worker = state.workers.popLast() else { throw closed }
            state.served += 1
            return worker
        }
        // There may be a free one for the next thread as well.
        state.broadcast()
        return worker
    }

    private func give(_ worker: ConnectionWorker) {
        state.withLock { $0.workers.append(worker) }
        state.broadcast()
    }
}
#endif
