/// Work that waits for a thread, in the order in which it came, and the threads that do it.
///
/// Threads are started when there is work for them, and end with ``close()``.
final class WorkQueue: Sendable {
    /// What happens to a piece of work.
    enum Turn {
        /// It is to be done now, on this thread, which may block.
        case now
        /// It was withdrawn before it began.
        case withdrawn
        /// There is no thread for it.
        case refused(BlockingPoolError)
    }

    typealias Work = @Sendable (Turn) -> Void

    private enum Admission { case queued, needsThread, closed }

    private struct State {
        var waiting: [(id: UInt64, work: Work)] = []
        var threads = 0
        var idleThreads = 0
        var lastID: UInt64 = 0
        var isClosed = false
    }

    private let name: String
    private let limit: Int
    private let niceness: Int
    private let startThread: ThreadStarter
    private let state = Monitor(State())

    /// - Parameters:
    ///   - name: The name of the threads.
    ///   - limit: The greatest number of threads, at least one.
    ///   - niceness: How much the threads give way to others, from 0 to 19.
    ///   - startThread: Starts a thread; false: the operating system refuses.
    init(name: String, limit: Int, niceness: Int = 0, startThread: @escaping ThreadStarter = startIfPossible) {
        self.name = name
        self.limit = max(1, limit)
        self.niceness = min(max(niceness, 0), 19)
        self.startThread = startThread
    }

    /// The number of threads, and of pieces of work that wait for one.
    var counts: (threads: Int, waiting: Int) {
        state.withLock { ($0.threads, $0.waiting.count) }
    }

    /// The number of threads that wait for work.
    var idleCount: Int { state.withLock { $0.idleThreads } }

    /// A number for a piece of work, by which it can be withdrawn.
    func nextID() -> UInt64 {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    /// Takes work; its turn comes exactly once.
    func add(_ id: UInt64, _ work: @escaping Work) {
        switch admit(id, work) {
        case .queued: break
        case .needsThread: addThread()
        case .closed: work(.refused(.closed))
        }
    }

    /// Takes work back that has not begun.
    func withdraw(_ id: UInt64) {
        let work = state.withLock { state in
            state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).work }
        }
        work?(.withdrawn)
    }

    /// Starts a thread ahead of the work, so that there is one when it comes.
    ///
    /// - Throws: ``BlockingPoolError`` when the operating system refuses.
    func start() throws(BlockingPoolError) {
        state.withLock { $0.threads += 1 }
        guard startThread({ self.run() }) else {
            state.withLock { $0.threads -= 1 }
            throw .noThread
        }
    }

    /// Refuses what waits and what comes, and lets every thread end after the work that it has begun.
    func close() {
        let refused = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        state.broadcast()
        for (_, work) in refused { work(.refused(.closed)) }
    }

    private func admit(_ id: UInt64, _ work: @escaping Work) -> Admission {
        state.withLock { state in
            guard !state.isClosed else { return .closed }
            state.waiting.append((id, work))
            // A thread that was woken counts as idle until it has taken its work.
            guard state.waiting.count > state.idleThreads, state.threads < limit else {
                self.state.signal()
                return .queued
            }
            state.threads += 1
            return .needsThread
        }
    }

    private func addThread() {
        guard !startThread({ self.run() }) else { return }
        // The threads that there are do the work later. Without any, nobody would.
        let refused = state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return [] as [(id: UInt64, work: Work)] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for (_, work) in refused { work(.refused(.noThread)) }
    }

    // MARK: A thread

    private func run() {
        nameThread(name)
        giveWay(niceness)
        while let work = next() { work(.now) }
    }

    private func next() -> Work? {
        state.withLock { $0.idleThreads += 1 }
        return state.wait(while: { $0.waiting.isEmpty && !$0.isClosed }) { state in
            state.idleThreads -= 1
            guard !state.waiting.isEmpty else {
                state.threads -= 1
                return nil
            }
            return state.waiting.removeFirst().work
        }
    }
}

/// Starts a thread with a body; false: the operating system refuses.
typealias ThreadStarter = @Sendable (_ body: @escaping @Sendable () -> Void) -> Bool
