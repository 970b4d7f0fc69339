#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How a command ended.
enum CommandEnding: Hashable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
    /// There is no such program, or it can't be executed; `errno` says why.
    case notStarted(errno: Int32)

    /// Reads what the operating system says of a process.
    init(status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
    }

    var isSuccess: Bool { self == .exited(0) }

    /// The exit code that says so, as shells have it.
    var exitCode: Int32 {
        switch self {
        case .exited(let code): code
        case .killed(let signal): 128 + signal
        case .notStarted(ENOENT), .notStarted(ENOTDIR): 127
        case .notStarted: 126
        }
    }

    /// What happened, to follow the command's name.
    var phrase: String {
        switch self {
        case .exited(let code): "ended with exit code \(code)"
        case .killed(let signal): "was ended by \(Self.name(ofSignal: signal))"
        case .notStarted(ENOENT), .notStarted(ENOTDIR): "can't be started: there is no such program"
        case .notStarted(let code): "can't be started: \(String(cString: strerror(code)))"
        }
    }

    /// Whether something outside has ended the command, rather than a mistake of its own.
    var isTermination: Bool {
        guard case .killed(let signal) = self else { return false }
        return [SIGTERM, SIGINT, SIGHUP, SIGKILL, SIGQUIT, SIGPIPE, SIGXCPU].contains(signal)
    }

    static func name(ofSignal signal: Int32) -> String {
        let names = [
            SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP", SIGABRT: "SIGABRT",
            SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2",
            SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
        ]
        return names[signal] ?? "signal \(signal)"
    }
}
