import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The signals of the process as bytes of a pipe, so that a thread can wait for them along with other input. One for a process.
struct SignalPipe {
    /// The signals that are passed on to the command.
    static let forwarded = [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2]

    /// The end that is read; it does not block.
    let reading: Int32

    /// Takes over the signals that end a process, and that of a child's end.
    ///
    /// What was ignored stays ignored, as `nohup` wants it: a child inherits that too.
    /// - Throws: ``CommandFailure``.
    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw CommandFailure(.failure, "no pipe can be made: \(String(cString: strerror(errno)))") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        reading = ends[0]
        writing.store(ends[1], ordering: .sequentiallyConsistent)
        // A parent may have had it ignored, and then no end would be heard of.
        Self.handle(SIGCHLD)
        for signal in Self.forwarded where !Self.isIgnored(signal) { Self.handle(signal) }
    }

    /// The signals that came since the last call.
    func take() -> [Int32] {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(reading, &bytes, bytes.count)
        return count > 0 ? bytes[..<count].map { Int32($0) } : []
    }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(signal, nil, &action) == 0 else { return false }
        #if canImport(Glibc)
        let handler = action.__sigaction_handler.sa_handler
        #else
        let handler = action.__sigaction_u.__sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func handle(_ signal: Int32) {
        var action = sigaction()
        sigfillset(&action.sa_mask)
        action.sa_flags = SA_SIGINFO | SA_RESTART
        #if canImport(Glibc)
        action.__sigaction_handler.sa_sigaction = passOn
        #else
        action.__sigaction_u.__sa_sigaction = passOn
        #endif
        sigaction(signal, &action, nil)
    }
}

private let writing = Atomic<Int32>(-1)

// Runs in the middle of anything, so it does no more than write a byte.
private func passOn(_ signal: Int32, _ info: UnsafeMutablePointer<siginfo_t>?, _: UnsafeMutableRawPointer?) {
    let number = errno
    defer { errno = number }
    // What a terminal sends, it sends to every process of the group: the command has it already.
    if signal != SIGCHLD, let info, !isOfProcess(info.pointee) { return }
    var byte = UInt8(truncatingIfNeeded: signal)
    _ = write(writing.load(ordering: .relaxed), &byte, 1)
}

private func isOfProcess(_ info: siginfo_t) -> Bool {
    #if canImport(Glibc)
    info.si_code <= 0
    #else
    info.si_pid != 0
    #endif
}
