import AssetlogCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The locks of a spool: one for each key whose reports keep their order, and one for the order of names.
///
/// Each is a file that is there while it is held or wanted. The kernel takes a lock back when a process ends.
struct SpoolLocks {
    /// A lock that is held until the value is gone.
    final class Lock: Sendable {
        private let descriptor: Int32
        private let path: String

        fileprivate init(descriptor: Int32, path: String) {
            self.descriptor = descriptor
            self.path = path
        }

        deinit {
            // While it is held, so that nobody holds a lock on a file that has no name any more and thinks it the one.
            unlink(path)
            close(descriptor)
        }
    }

    let directory: String

    /// Waits for the lock of an ordering key; nil when there is no patience left.
    ///
    /// - Throws: ``ClientError`` when the file can't be made.
    func acquire(orderingKey: UInt64, until end: Duration, _ clock: ClientClock) async throws -> Lock? {
        try await acquire("\(Checksum.text(orderingKey)).lock", until: end, clock)
    }

    /// Waits for the right to give a report its position in the order; it is held for milliseconds.
    func acquireNaming(until end: Duration, _ clock: ClientClock) async throws -> Lock? {
        try await acquire("names.lock", until: end, clock)
    }

    private func acquire(_ name: String, until end: Duration, _ clock: ClientClock) async throws -> Lock? {
        try DurableFile.makeDirectory(directory)
        let backoff = Backoff(first: .milliseconds(1), longest: .milliseconds(20))
        var tries = 0
        while true {
            if let lock = try tryAcquire("\(directory)/\(name)") { return lock }
            guard clock.steady() < end else { return nil }
            // There is no such call with a limit of time.
            tries += 1
            let pause = backoff.pause(afterFailures: tries)
            do { try await clock.sleep(pause) } catch { throw ClientError(.cancelled, "the report was cancelled") }
        }
    }

    /// Takes a lock that nobody holds; nil: it is held.
    private func tryAcquire(_ path: String) throws -> Lock? {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw Self.failure("opened", path) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let reason = errno
                close(descriptor)
                if reason == EINTR { continue }
                guard reason == EWOULDBLOCK else { throw Self.failure("locked", path, reason) }
                return nil
            }
            if Self.isSame(descriptor, path) { return Lock(descriptor: descriptor, path: path) }
            // It was removed by the one who held it before.
            close(descriptor)
        }
    }

    private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
        var (held, named) = (stat(), stat())
        return fstat(descriptor, &held) == 0 && lstat(path, &named) == 0 && held.st_ino == named.st_ino
            && held.st_dev == named.st_dev
    }

    private static func failure(_ verb: String, _ path: String, _ reason: Int32 = errno) -> ClientError {
        ClientError(.spoolFailed, "\(path) can't be \(verb): \(String(cString: strerror(reason)))")
    }
}
