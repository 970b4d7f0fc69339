#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// How a command opens a file of SQLite on a read-only file system, such as a snapshot or a mounted backup.
///
/// SQLite reads a write-ahead log by a file of shared memory next to it. Where that file is missing and can't be made, the
/// file is opened as one that nobody changes: without locks, and with the shared memory on the heap.
struct UnwritableFile {
    /// How a connection is to open it.
    let mode: OpenMode
    private let path: String
    private let stamps: [FileStamp]

    init(_ path: String) {
        self.path = path
        stamps = Self.stamps(path)
        if !Self.isReadOnly(DataDirectory.parent(path)) || stamps[2].exists || stamps[3].exists {
            // A server may be at work behind another mount; its shared memory can be read. A rollback journal is for SQLite.
            mode = .readOnly
        } else {
            // Immutable only without a write-ahead log: SQLite would ignore it, and with it the newest events.
            mode = stamps[1].size > 0 ? .unshared : .immutable
        }
    }

    /// Checks that nobody has changed what was read without locks.
    ///
    /// - Throws: ``StorageError``.
    func checkUnchanged() throws {
        guard mode != .readOnly, Self.stamps(path) != stamps else { return }
        throw StorageError(
            .unavailable,
            "\(path) has changed while it was read, so a server works on it, though its file system is read-only here. Run"
                + " this where the server runs.")
    }

    private static func isReadOnly(_ directory: String) -> Bool {
        access(directory, W_OK) != 0 && errno == EROFS
    }

    // The file, its write-ahead log, its shared memory and its rollback journal.
    private static func stamps(_ path: String) -> [FileStamp] {
        ["", "-wal", "-shm", "-journal"].map { FileStamp(path + $0) }
    }
}
#endif
