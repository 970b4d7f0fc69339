#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What signals do to a server that is only starting: the first thing in the process, until ``ServerProcess`` takes them.
enum EarlySignals {
    /// Takes the signals of a server, where the command line asks for one. Every other command leaves them to the system,
    /// because it may be cut off at any moment.
    static func take(for arguments: [String]) {
        guard arguments.dropFirst().first(where: { !$0.hasPrefix("-") }) == "serve" else { return }
        // Nothing that is read again at SIGHUP has been read yet.
        signal(SIGHUP) { _ in }
        // Nothing is open yet.
        for number in [SIGTERM, SIGINT] { signal(number) { _ in _exit(0) } }
        admit([SIGHUP, SIGTERM, SIGINT])
    }

    // A process inherits what the one before it has blocked. So a caller that starts a server and must not lose it to an early
    // signal can block the signals before.
    private static func admit(_ signals: [Int32]) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in signals { sigaddset(&set, number) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
}
