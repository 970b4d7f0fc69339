#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// An open file of lines, to which whole lines are appended. It belongs to one thread.
struct LineFile: ~Copyable {
    private let path: String
    private var descriptor: Int32
    // The last write ended within a line, whose rest is lost.
    private var isTorn = false

    /// Takes over what ``open(_:)`` returned.
    init(_ path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Opens the path again, after the file was renamed or removed; on failure the present file stays in use.
    ///
    /// - Throws: ``LogFileError``.
    mutating func reopen() throws(LogFileError) {
        let fresh = try Self.open(path)
        close(descriptor)
        descriptor = fresh
        isTorn = false
    }

    /// Appends lines; returns the number of those that are lost, and why.
    mutating func write(_ lines: [UInt8]) -> (lost: Int, error: LogFileError?) {
        guard !lines.isEmpty else { return (0, nil) }
        let bytes = isTorn ? [UInt8(ascii: "\n")] + lines : lines
        let (written, code) = Self.write(bytes, to: descriptor)
        if written > 0 { isTorn = bytes[written - 1] != UInt8(ascii: "\n") }
        guard written < bytes.count else { return (0, nil) }
        let lost = bytes[written...].count { $0 == UInt8(ascii: "\n") }
        return (lost, LogFileError(writing: path, errno: code))
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> (written: Int, errno: Int32) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                written += count
            } else if count < 0, errno == EAGAIN {
                // Someone else made a shared terminal or pipe non-blocking. This thread may wait.
                var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wanted, 1, 1000)
            } else if count == 0 || errno != EINTR {
                return (written, count == 0 ? EIO : errno)
            }
        }
        return (written, 0)
    }

    /// Opens a file, or makes one that only its owner can write and its group can read.
    ///
    /// `/dev/stdout` and `/dev/stderr` mean what the process has open there, also where the path can't be opened: a
    /// socket of the service manager, a terminal of another user.
    /// - Throws: ``LogFileError``.
    static func open(_ path: String) throws(LogFileError) -> Int32 {
        let standard = ["/dev/stdout": STDOUT_FILENO, "/dev/stderr": STDERR_FILENO][path]
        if let standard {
            let copy = fcntl(standard, F_DUPFD_CLOEXEC, 3)
            guard copy >= 0 else { throw LogFileError(opening: path, errno: errno) }
            return copy
        }
        // Without O_NONBLOCK the opening of a named pipe would wait for its reader.
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
        let descriptor = systemOpen(path, flags)
        guard descriptor >= 0 else { throw LogFileError(opening: path, errno: errno) }
        let status = fcntl(descriptor, F_GETFL)
        if status >= 0 { _ = fcntl(descriptor, F_SETFL, status & ~O_NONBLOCK) }
        return descriptor
    }
}

private func systemOpen(_ path: String, _ flags: Int32) -> Int32 {
    var descriptor = open(path, flags, 0o640)
    while descriptor < 0, errno == EINTR { descriptor = open(path, flags, 0o640) }
    return descriptor
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
