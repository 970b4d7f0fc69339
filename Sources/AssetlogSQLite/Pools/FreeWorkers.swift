#if SQLite
internal import AssetlogCore

/// The workers of a pool that are free. A thread that finds none waits, and gets one in its turn.
final class FreeWorkers: @unchecked Sendable {
    // Sendable: everything mutable is read and written under `monitor`.
    private let monitor = Monitor()
    private var workers: [ConnectionWorker]
    /// How many threads have come, and how many of them have got a worker.
    private var (arrived, served) = (0, 0)
    private var isClosed = false
    private let closed: SQLiteError

    init(_ workers: [ConnectionWorker], file: String) {
        self.workers = workers
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
        monitor.lock()
        defer { monitor.unlock() }
        isClosed = true
        monitor.broadcast()
    }

    private func take() throws -> ConnectionWorker {
        monitor.lock()
        defer { monitor.unlock() }
        let number = arrived
        arrived += 1
        while !isClosed, number != served || workers.isEmpty { monitor.wait() }
        // The worker that was used last has its pages in memory.
        guard !isClosed, let worker = workers.popLast() else { throw closed }
        served += 1
        // There may be a free one for the next thread as well.
        monitor.broadcast()
        return worker
    }

    private func give(_ worker: ConnectionWorker) {
        monitor.lock()
        defer { monitor.unlock() }
        workers.append(worker)
        monitor.broadcast()
    }
}
#endif
