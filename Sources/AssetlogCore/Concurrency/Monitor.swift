#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A state behind a lock, with a condition to wait for: what `Mutex` lacks, for threads that sleep until there is work.
///
/// It owns the state, so that nothing reaches it without the lock. A wait holds no lock while it sleeps.
package final class Monitor<State: ~Copyable & Sendable>: @unchecked Sendable {
    // Sendable: the state is only read and written under the lock.

    // On the heap, at addresses that never change, as POSIX asks.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // There as well: a stored property would be checked for exclusive access each time, which the lock ensures.
    private let state = UnsafeMutablePointer<State>.allocate(capacity: 1)

    /// Makes a monitor of a state.
    package init(_ initial: consuming State) {
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        state.initialize(to: initial)
        pthread_mutex_init(mutex, nil)
        #if canImport(Darwin)
        pthread_cond_init(condition, nil)
        #else
        // Setting the clock must not lengthen a wait.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        state.deinitialize(count: 1)
        state.deallocate()
        condition.deallocate()
        mutex.deallocate()
    }

    /// Lends the state to `body`, which must not use the monitor except to wake others.
    package func withLock<Result: ~Copyable>(_ body: (inout State) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state.pointee)
    }

    /// Sleeps while a condition holds, and then lends the state to `body`, under the same lock.
    ///
    /// The condition is asked again whenever the thread is woken; so whoever changes what it reads calls ``signal()`` or
    /// ``broadcast()``.
    package func wait<Result: ~Copyable>(
        while mustWait: (borrowing State) -> Bool, _ body: (inout State) throws -> Result
    ) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while mustWait(state.pointee) { pthread_cond_wait(condition, mutex) }
        return try body(&state.pointee)
    }

    /// Sleeps while a condition holds, but no longer than so long, and lends the state to no one.
    ///
    /// The condition is asked as in ``wait(while:_:)``.
    package func wait(while mustWait: (borrowing State) -> Bool, atMost duration: Duration) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let deadline = MonotonicDeadline(after: duration)
        while mustWait(state.pointee) {
            // Whatever it says, ETIMEDOUT or another error: it did not sleep.
            guard deadline.wait(for: condition, mutex) == 0 else { return }
        }
    }

    /// Wakes one thread that waits, if any does. It costs next to nothing when none does.
    package func signal() { pthread_cond_signal(condition) }

    /// Wakes all threads that wait.
    package func broadcast() { pthread_cond_broadcast(condition) }
}

/// When a wait for a condition ends, whatever happens.
private struct MonotonicDeadline {
    private var time = timespec()

    init(after duration: Duration) {
        clock_gettime(CLOCK_MONOTONIC, &time)
        let (seconds, attoseconds) = max(duration, .zero).components
        time.tv_sec += Int(seconds)
        time.tv_nsec += Int(attoseconds / 1_000_000_000)
        if time.tv_nsec >= 1_000_000_000 {
            time.tv_sec += 1
            time.tv_nsec -= 1_000_000_000
        }
    }

    func wait(for condition: UnsafeMutablePointer<pthread_cond_t>, _ mutex: UnsafeMutablePointer<pthread_mutex_t>) -> Int32 {
        var time = time
        #if canImport(Darwin)
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let left = max(0, (time.tv_sec - now.tv_sec) * 1_000_000_000 + time.tv_nsec - now.tv_nsec)
        time = timespec(tv_sec: left / 1_000_000_000, tv_nsec: left % 1_000_000_000)
        return pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #else
        return pthread_cond_timedwait(condition, mutex, &time)
        #endif
    }
}

/// Starts a thread of its own for work that blocks, outside every pool.
package func startThread(_ body: @escaping @Sendable () -> Void) {
    let (thread, status) = createThread(body)
    precondition(status == 0, "the operating system refused a thread (errno \(status))")
    pthread_detach(thread)
}

/// A thread of its own for work that blocks, whose end is waited for.
package struct JoinableThread: @unchecked Sendable {
    private let thread: pthread_t

    /// Starts it; nil when the operating system refuses.
    package init?(_ body: @escaping @Sendable () -> Void) {
        let (thread, status) = createThread(body)
        guard status == 0 else { return nil }
        self.thread = thread
    }

    /// Waits for its end, with all that libraries do at the end of a thread. Called once.
    package func join() {
        pthread_join(thread, nil)
    }
}

/// Gives the calling thread a name, which operators see in `top -H` and in debuggers; Linux keeps its first 15 bytes.
func nameThread(_ name: String) {
    #if canImport(Darwin)
    pthread_setname_np(name)
    #else
    // The functions of the C library for this are GNU extensions, which Swift does not see.
    let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    _ = name.withCString { write(descriptor, $0, strlen($0)) }
    #endif
}

/// Lets the calling thread give way to others where processors are short; 0 changes nothing.
func giveWay(_ niceness: Int) {
    // On Linux this is the thread's own. Elsewhere it would be the process's.
    #if canImport(Glibc)
    if niceness > 0 { _ = nice(Int32(niceness)) }
    #endif
}

private func createThread(_ body: @escaping @Sendable () -> Void) -> (pthread_t, Int32) {
    final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    // The retain is handed to the thread, which releases it when it starts.
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let status = pthread_create(
        &thread, nil,
        { argument in
            Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
            return nil
        }, work.toOpaque())
    if status != 0 { work.release() }
    return (thread, status)
}

/// Starts a thread of its own; false: the operating system refuses.
@Sendable func startIfPossible(_ body: @escaping @Sendable () -> Void) -> Bool {
    let (thread, status) = createThread(body)
    if status == 0 { pthread_detach(thread) }
    return status == 0
}
