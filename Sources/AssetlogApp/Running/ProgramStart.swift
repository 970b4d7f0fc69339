#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How a program is started: its arguments as bytes, and what it inherits.
struct ProgramStart: Sendable {
    /// The name or the path of the program, and what it is given; not empty.
    var arguments: [[UInt8]]
    /// Where a program without a slash in its name is looked for; nil: the system's usual directories.
    var searchPath: [UInt8]?
    /// Whether SIGPIPE stays ignored, as it was in this process from its start.
    var ignoresPipes: Bool

    /// Why a program was not started.
    struct Failure: Error {
        var errno: Int32
    }

    /// Starts it as `execvp` finds it; standard input and output, the group and the directory are those of this process.
    ///
    /// - Parameter errors: What becomes its standard error; nil: that of this process.
    func start(errors: Int32?) throws(Failure) -> pid_t {
        var denied = false
        for path in paths {
            var pid = pid_t()
            var code = spawn(path, arguments, errors, &pid)
            // A text without #! is for the shell.
            if code == ENOEXEC { code = spawn(Array("/bin/sh".utf8), [Array("sh".utf8), path] + arguments.dropFirst(), errors, &pid) }
            switch code {
            case 0: return pid
            case ENOENT, ENOTDIR: continue
            case EACCES: denied = true
            default: throw Failure(errno: code)
            }
        }
        throw Failure(errno: denied ? EACCES : ENOENT)
    }

    private var paths: [[UInt8]] {
        guard let name = arguments.first, !name.isEmpty else { return [] }
        let slash = UInt8(ascii: "/")
        if name.contains(slash) { return [name] }
        let search = searchPath ?? Array("/usr/local/bin:/usr/bin:/bin".utf8)
        // An empty element is the directory that the process is in.
        return search.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            .map { $0.isEmpty ? name : Array($0) + [slash] + name }
    }

    private func spawn(_ path: [UInt8], _ arguments: [[UInt8]], _ errors: Int32?, _ pid: inout pid_t) -> Int32 {
        let words = arguments.map(cString)
        let path = cString(path)
        defer {
            for word in words + [path] { word.deallocate() }
        }
        return withActions(errors) { actions in
            withAttributes { attributes in posix_spawn(&pid, path, actions, attributes, words + [nil], environ) }
        }
    }

    private func withActions(_ errors: Int32?, _ body: (UnsafePointer<Actions>) -> Int32) -> Int32 {
        var actions = noActions()
        let code = posix_spawn_file_actions_init(&actions)
        guard code == 0 else { return code }
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let errors { posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO) }
        return body(&actions)
    }

    // The threads of this process block signals, and it ignores SIGPIPE: the program is to know nothing of that.
    private func withAttributes(_ body: (UnsafePointer<Attributes>) -> Int32) -> Int32 {
        var attributes = noAttributes()
        let code = posix_spawnattr_init(&attributes)
        guard code == 0 else { return code }
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        if !ignoresPipes { sigaddset(&signals, SIGPIPE) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        return body(&attributes)
    }
}

/// A copy of bytes as C wants a text, to be deallocated.
private func cString(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar> {
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
    for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
    copy[bytes.count] = 0
    return copy
}

#if canImport(Glibc)
private typealias Actions = posix_spawn_file_actions_t
private typealias Attributes = posix_spawnattr_t
private func noActions() -> Actions { Actions() }
private func noAttributes() -> Attributes { Attributes() }
#else
private typealias Actions = posix_spawn_file_actions_t?
private typealias Attributes = posix_spawnattr_t?
private func noActions() -> Actions { nil }
private func noAttributes() -> Attributes { nil }
#endif

extension ProgramStart {
    /// Prepares a command of this process's environment.
    init(_ arguments: [[UInt8]], in context: CommandContext) {
        self.init(
            arguments: arguments, searchPath: getenv("PATH").map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) },
            ignoresPipes: context.ignoresPipes)
    }
}
