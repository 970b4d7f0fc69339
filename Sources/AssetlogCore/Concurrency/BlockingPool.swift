/// A few threads for calls that block: on disks, on sockets, on locks that are held across either.
///
/// Swift's tasks share as many threads as there are processors, and event loops serve many connections each, so neither
/// may wait for anything but the processor. A `DispatchQueue` for each call is no substitute: when the operating system
/// refuses it a thread, libdispatch sleeps and retries on the caller's thread, until it gets one.
///
/// Threads are started when they are needed, stay until the pool is closed or released, and have the pool's name in
/// `top -H`. Calls get a thread in the order in which they came.
public final class BlockingPool: Sendable {
    private let queue: WorkQueue

    /// Makes a pool without a thread.
    ///
    /// - Parameters:
    ///   - name: The name of the threads; systems keep its first 15 bytes.
    ///   - threads: The greatest number of threads; at least 1 is used.
    ///   - niceness: How much the threads give way to others where processors are short, as in nice(1): 0 to 19. Linux only.
    public convenience init(_ name: String, threads: Int = 1, niceness: Int = 0) {
        self.init(WorkQueue(name: name, limit: threads, niceness: niceness))
    }

    init(_ queue: WorkQueue) {
        self.queue = queue
    }

    deinit {
        queue.close()
    }

    /// Runs a call on a thread of the pool and returns what it returns; it waits while all threads are busy.
    ///
    /// A task that is cancelled while its call waits for a thread gives up. One that was cancelled before, as when it cleans
    /// up, waits; and a call that has begun continues to its end.
    /// - Throws: What the call throws; `CancellationError` when it was given up; ``BlockingPoolError`` when the pool was
    ///   closed, or has no thread because the operating system refuses.
    public func run<Result: Sendable>(_ call: @escaping @Sendable () throws -> Result) async throws -> Result {
        let id = queue.nextID()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.add(id) { turn in
                    switch turn {
                    case .now: continuation.resume(with: Swift.Result(catching: call))
                    case .withdrawn: continuation.resume(throwing: CancellationError())
                    case .refused(let error): continuation.resume(throwing: error)
                    }
                }
            }
        } onCancel: {
            queue.withdraw(id)
        }
    }

    /// How many calls wait for a thread.
    public var waiting: Int { queue.counts.waiting }

    /// Refuses the calls that wait or come later. Those that have begun end by themselves, and their threads with them.
    public func close() {
        queue.close()
    }
}

/// Why a ``BlockingPool`` or a ``ThreadExecutor`` does not run a call.
public struct BlockingPoolError: Error, Hashable, CustomStringConvertible {
    private enum Value { case closed, noThread }
    private let value: Value

    /// The pool was closed.
    public static let closed = BlockingPoolError(value: .closed)
    /// The operating system refuses to start a thread, and there is none yet.
    public static let noThread = BlockingPoolError(value: .noThread)

    /// What is wrong and what to do, as a sentence.
    public var description: String {
        switch value {
        case .closed: "The threads for calls that block have ended."
        case .noThread:
            "The operating system refuses to start a thread. Raise the limit of the process, its user or its container"
                + " (ulimit -u, TasksMax=, pids_limit)."
        }
    }
}
