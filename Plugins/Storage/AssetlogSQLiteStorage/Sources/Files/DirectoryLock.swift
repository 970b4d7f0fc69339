#if SQLite
internal import AssetlogCore
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// The lock of a data directory: while it is held, no other server opens the directory.
///
/// The kernel holds it (flock), so it ends with the process however that ends. The number in the file only serves
/// the message for a second server.
final class DirectoryLock: Sendable {
    private let descriptor: Int32
    /// The file that is locked.
    let path: String

    /// Takes the lock of `directory`.
    ///
    /// - Throws: ``StorageError`` with the code `inUse` when another server has it.
    init(directory: String) throws {
        path = "\(directory)/lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw StorageError(
                .unavailable,
                "\(path) can't be opened: \(String(cString: strerror(errno))). Check that the directory belongs to the"
                    + " server's user.")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = Self.holder(descriptor)
            close(descriptor)
            guard reason == EWOULDBLOCK else {
                throw StorageError(.unavailable, "\(path) can't be locked: \(String(cString: strerror(reason))).")
            }
            throw StorageError(
                .inUse,
                "Another server\(holder) is using the data in \(directory). Stop it, or give this one its own directory"
                    + " (--data or storage.sqlite.path).")
        }
        let text = "\(getpid())\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    deinit {
        close(descriptor)
    }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return "" }
        let digits = bytes[..<count].prefix { $0 >= 0x30 && $0 <= 0x39 }
        return digits.isEmpty ? "" : " (process \(String(decoding: digits, as: UTF8.self)))"
    }
}
#endif
