import AssetlogCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Runs a program to its end: passes its standard error on and keeps the end of it, and forwards signals to it.
struct ProgramRun {
    /// What came of it.
    struct Result: Sendable {
        var ending: CommandEnding
        var errors = ErrorTail()
        /// Whether this process was asked to end while the program ran, and passed that on.
        var wasTerminated = false
    }

    private let start: ProgramStart
    private let signals: SignalPipe
    private let readsErrors: Bool
    private let interruptDelay: Duration

    /// - Parameters:
    ///   - readsErrors: Whether its standard error goes through this process.
    ///   - interruptDelay: How long SIGINT is held back before it is forwarded, for a program that a second one disturbs while it handles
    ///     the first: what is sent to the whole process group reaches the program without this process. Zero: not at all.
    init(_ start: ProgramStart, signals: SignalPipe, readsErrors: Bool, interruptDelay: Duration = .zero) {
        (self.start, self.signals, self.readsErrors, self.interruptDelay) = (start, signals, readsErrors, interruptDelay)
    }

    /// Runs it on a thread of its own, which waits for nothing else.
    ///
    /// - Parameter started: Called on that thread when the program runs.
    /// - Throws: ``CommandFailure`` when the operating system refuses the thread or a pipe; the program was not started then.
    func run(started: @escaping @Sendable () -> Void) async throws -> Result {
        let outcome: Swift.Result<Result, any Error> = await withCheckedContinuation { continuation in
            let thread = JoinableThread { continuation.resume(returning: Swift.Result { try block(started) }) }
            if thread == nil {
                let failure = CommandFailure(.failure, "the operating system refuses a thread; the user has too many processes")
                continuation.resume(returning: .failure(failure))
            }
        }
        return try outcome.get()
    }

    private func block(_ started: () -> Void) throws -> Result {
        var pipe = ErrorPipe?.none
        if readsErrors { pipe = try ErrorPipe() }
        let pid: pid_t
        do {
            pid = try start.start(errors: pipe?.writing)
        } catch {
            pipe?.close()
            return Result(ending: .notStarted(errno: error.errno))
        }
        pipe?.closeWriting()
        started()
        var result = Result(ending: .exited(0))
        var status: Int32?
        var interrupt: ContinuousClock.Instant?
        while status == nil {
            wait(pipe?.reading, until: interrupt)
            if pipe?.isOpen == true { pipe?.passOn(&result.errors) }
            for signal in signals.take() where signal != SIGCHLD {
                if signal == SIGINT, interruptDelay > .zero {
                    interrupt = interrupt ?? ContinuousClock.now + interruptDelay
                } else {
                    kill(pid, signal)
                }
                if [SIGTERM, SIGINT, SIGHUP, SIGQUIT].contains(signal) { result.wasTerminated = true }
            }
            status = reap(pid)
            if status == nil, let due = interrupt, due <= ContinuousClock.now {
                kill(pid, SIGINT)
                interrupt = nil
            }
        }
        pipe?.drain(&result.errors)
        pipe?.close()
        result.ending = CommandEnding(status: status ?? 0)
        return result
    }

    // Until there are errors to pass on, or a signal, or until an instant.
    private func wait(_ errors: Int32?, until instant: ContinuousClock.Instant?) {
        var entries = [signals.reading, errors ?? -1].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var milliseconds: Int32 = -1
        if let instant { milliseconds = Int32((max(.zero, instant - ContinuousClock.now) / .milliseconds(1)).rounded(.up)) }
        poll(&entries, nfds_t(entries.count), milliseconds)
    }

    private func reap(_ pid: pid_t) -> Int32? {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid ? status : nil
    }
}

/// The pipe that a program has as its standard error.
private struct ErrorPipe {
    private(set) var reading: Int32
    private(set) var writing: Int32
    private(set) var isOpen = true

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw CommandFailure(.failure, "no pipe can be made: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    }

    mutating func closeWriting() {
        _ = closeDescriptor(writing)
        writing = -1
    }

    mutating func close() {
        for end in [reading, writing] where end >= 0 { _ = closeDescriptor(end) }
        (reading, writing, isOpen) = (-1, -1, false)
    }

    /// Passes on what is there; false: it is at its end, or there is nothing now.
    @discardableResult
    mutating func passOn(_ tail: inout ErrorTail) -> Bool {
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        let count = readSome(reading, &piece, piece.count)
        guard count > 0 else {
            // Its end: it must not be waited for any more.
            if count == 0 { close() }
            return count < 0 && errno == EINTR
        }
        writeAll(piece[..<count], to: STDERR_FILENO)
        tail.append(piece[..<count])
        return true
    }

    /// Passes on what is left after the program's end. Something that it has left behind may keep the pipe open forever.
    mutating func drain(_ tail: inout ErrorTail) {
        let end = ContinuousClock.now + .seconds(2)
        while isOpen, ContinuousClock.now < end {
            if passOn(&tail) { continue }
            guard isOpen else { return }
            var entry = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
            if poll(&entry, 1, 100) == 0 { return }
        }
    }
}

private func readSome(_ descriptor: Int32, _ buffer: inout [UInt8], _ count: Int) -> Int {
    read(descriptor, &buffer, count)
}

private func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }

// Unchanged, and as slowly as they are taken. Where nobody takes them, the program is not disturbed by that.
private func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) {
    var rest = bytes
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 {
            rest = rest.dropFirst(count)
        } else if count < 0, errno == EAGAIN {
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&entry, 1, 1000)
        } else if count == 0 || errno != EINTR {
            return
        }
    }
}
