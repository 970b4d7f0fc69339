#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The right to deliver from a spool, which one process has at a time. The kernel takes it back when a process ends.
final class SpoolLock: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Waits for the lock; nil when there is no patience left.
    ///
    /// - Throws: ``ClientError`` when the file can't be made.
    static func acquire(_ path: String, until end: Duration, _ clock: ClientClock) async throws -> SpoolLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw ClientError(.spoolFailed, "\(path) can't be opened: \(String(cString: strerror(errno)))")
        }
        let lock = SpoolLock(descriptor: descriptor)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw ClientError(.spoolFailed, "\(path) can't be locked: \(String(cString: strerror(errno)))")
            }
            guard clock.steady() < end else { return nil }
            // There is no such call with a limit of time.
            do { try await clock.sleep(.milliseconds(20)) } catch { throw ClientError(.cancelled, "the report was cancelled") }
        }
        return lock
    }
}
