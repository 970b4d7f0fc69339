#if SQLite
import AssetlogCore
import Foundation
import Synchronization

/// A program that a test runs next to itself, with nothing on its standard streams.
///
/// Foundation's `Process` crashes in a process that holds more than a thousand files open, as these tests together do.
final class ChildProcess: Sendable {
    /// How a program ended.
    enum End: Equatable { case exited(Int32), killed(Int32) }

    let id: pid_t
    private let end = Mutex<End?>(nil)

    init(_ arguments: [String], environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0)
        }
        let values = arguments.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in values + variables { free(text) } }
        var id: pid_t = 0
        let status = posix_spawnp(&id, arguments[0], &actions, nil, values, variables)
        guard status == 0 else { throw StorageError(.unavailable, "\(arguments[0]): \(String(cString: strerror(status)))") }
        self.id = id
    }

    /// How it ended; nil: it runs.
    var ending: End? {
        end.withLock { end in
            if end != nil { return end }
            var status: Int32 = 0
            guard waitpid(id, &status, WNOHANG) == id else { return nil }
            end = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .killed(status & 0x7f)
            return end
        }
    }

    func kill() {
        // Under the lock, or the number might be another process's by now.
        end.withLock { if $0 == nil { _ = Foundation.kill(id, SIGKILL) } }
    }

    /// Waits for its end.
    func ended() async -> End {
        while true {
            if let ending { return ending }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
#endif
