/// A thread for an actor whose methods block on disks or sockets, so that they hold up no other task.
///
/// The actor keeps it, and names it in `unownedExecutor`. The thread ends when both are released.
public final class ThreadExecutor: SerialExecutor {
    private let queue: WorkQueue

    /// Starts the thread.
    ///
    /// - Parameter name: The thread's name; systems keep its first 15 bytes.
    /// - Throws: ``BlockingPoolError`` when the operating system refuses.
    public init(_ name: String) throws(BlockingPoolError) {
        queue = WorkQueue(name: name, limit: 1)
        try queue.start()
    }

    deinit {
        queue.close()
    }

    /// Runs a job of the actor when the jobs before it have ended.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Kept until the job has ended: it may be what releases the actor. So no job is waiting when the queue is closed.
        queue.add(queue.nextID()) { _ in job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
