#if SQLite
internal import AssetlogCore
internal import GRDB
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// How a command opens a file of SQLite on a read-only file system, such as a snapshot or a mounted backup.
///
/// SQLite reads a write-ahead log by a file of shared memory beside it. Where that file is missing and can't be made, the
/// file is opened as one that nobody changes: without locks, and with the shared memory on the heap.
struct UnwritableFile {
    private enum Way { case ordinary, immutable, alone }

    private let path: String
    private let way: Way
    private let facts: [Facts]

    init(_ path: String) {
        self.path = path
        facts = Self.facts(path)
        if !Self.isReadOnly(DataFolder.parent(path)) || facts[2].exists || facts[3].exists {
            // A server may be at work behind another mount; its shared memory can be read. A rollback journal is for SQLite.
            way = .ordinary
        } else {
            way = facts[1].size > 0 ? .alone : .immutable
        }
    }

    /// What SQLite is to open: the path, or a URI with options.
    var name: String {
        switch way {
        case .ordinary: path
        // Only without a write-ahead log: SQLite would ignore it, and with it the newest events.
        case .immutable: "\(uri)?immutable=1"
        case .alone: "\(uri)?vfs=unix-none"
        }
    }

    /// Makes the connections of a configuration fit; to be called before others prepare them.
    func prepare(_ configuration: inout Configuration) {
        guard way == .alone else { return }
        configuration.prepareDatabase { database in
            // Before the first access, so that no shared memory is asked for.
            try database.raw("PRAGMA locking_mode = EXCLUSIVE")
        }
    }

    /// Checks that nobody has changed what was read without locks.
    ///
    /// - Throws: ``StorageError``.
    func checkUnchanged() throws {
        guard way != .ordinary, Self.facts(path) != facts else { return }
        throw StorageError(
            .unavailable,
            "\(path) has changed while it was read, so a server works on it, though its file system is read-only here. Run"
                + " this where the server runs.")
    }

    private var uri: String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
        let digits = Array("0123456789ABCDEF")
        return path.utf8.reduce(into: "file:") { uri, byte in
            uri += plain.contains(byte) ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }
    }

    private static func isReadOnly(_ folder: String) -> Bool {
        access(folder, W_OK) != 0 && errno == EROFS
    }

    // The file, its write-ahead log, its shared memory and its rollback journal.
    private static func facts(_ path: String) -> [Facts] {
        ["", "-wal", "-shm", "-journal"].map { Facts(path + $0) }
    }
}

/// What tells whether a file has changed.
private struct Facts: Equatable {
    var size: Int64 = -1
    private var (seconds, nanoseconds) = (0, 0)

    var exists: Bool { size >= 0 }

    init(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        size = Int64(status.st_size)
        #if canImport(Darwin)
        (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
        #else
        (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        #endif
    }
}
#endif
