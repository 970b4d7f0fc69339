#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite
internal import Foundation
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Gives the space of removed events back to the file system: writes each file again without its free pages, while no server runs.
///
/// A file is replaced by one rename, when its copy is whole, durable and compared with it: whatever interrupts that leaves the old
/// file or the new one.
struct Compaction {
    private let directory: String

    init(directory: String) {
        self.directory = directory
    }

    /// Compacts the log and its index; it blocks.
    ///
    /// - Returns: A sentence about the space that was given back.
    /// - Throws: ``StorageError``, with the code `inUse` while a server runs.
    func run() throws -> String {
        let log = LogFile(directory: directory)
        do {
            guard log.exists else {
                throw StorageError(.unavailable, "There is no log at \(log.path). Check --data or storage.sqlite.path.")
            }
            let lock = try DirectoryLock(directory: directory)
            defer { withExtendedLifetime(lock) {} }
            // The format is checked, and brought up to date, as by a server.
            try log.openWriter().close()
            var sizes = try compact(log.path, Self.logContent)
            let index = "\(directory)/index.sqlite"
            if FileManager.default.fileExists(atPath: index) {
                let more = try compact(index, Self.indexContent)
                sizes = (sizes.before + more.before, sizes.after + more.after)
            }
            let freed = Self.mebibytes(max(0, sizes.before - sizes.after))
            return "The files in \(directory) took \(Self.mebibytes(sizes.before)) and take \(Self.mebibytes(sizes.after)) now;"
                + " \(freed) were given back."
        } catch {
            throw StorageError.from(error, file: log.path)
        }
    }

    private static func mebibytes(_ bytes: Int64) -> String { "\((bytes + 1 << 19) >> 20) MiB" }

    // What a copy must have as its original has it.
    private static let logContent = """
        SELECT hex((SELECT id FROM log)) || ' ' || count(*) || ' ' || total(sequence) || ' ' || (SELECT events FROM removals) FROM events
        """
    private static let indexContent = "SELECT hex(log) || ' ' || watermark FROM progress"

    /// Writes a file again.
    ///
    /// - Parameter content: A statement whose result must be the same in both.
    private func compact(_ path: String, _ content: String) throws -> (before: Int64, after: Int64) {
        let copy = "\(path).compact"
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(copy + suffix) }
        let before = try size(path)
        do {
            let original = try write(copy, from: path, content)
            try DataDirectory.syncFile(copy)
            let written = try Connection(copy, ConnectionOptions(mode: .readOnly))
            defer { written.close() }
            guard try written.text(content) == original, try written.integrityProblems().isEmpty else {
                throw StorageError(.damaged, "The compacted copy of \(path) differs from it, and was thrown away. Run `assetlog verify`.")
            }
        } catch {
            unlink(copy)
            throw error
        }
        // What is left of it would be taken for that of the new file.
        for suffix in ["-wal", "-shm"] {
            guard try size(path + suffix) == 0 || suffix == "-shm" else {
                unlink(copy)
                throw StorageError(.inUse, "Another program has \(path) open. End it, and compact again.")
            }
            unlink(path + suffix)
        }
        try copyOwner(of: path, to: copy)
        guard rename(copy, path) == 0 else {
            throw StorageError(.unavailable, "\(copy) can't replace \(path): \(String(cString: strerror(errno))).")
        }
        try DataDirectory.sync(directory)
        return (before, try size(path))
    }

    /// - Returns: What the original has to be compared with the copy.
    private func write(_ copy: String, from path: String, _ content: String) throws -> String? {
        let database = try Connection(path)
        defer { database.close() }
        // Alone, so that nothing is left in the write-ahead log when it is closed.
        try database.checkpoint(.truncate)
        let pages = try database.integer("SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count") ?? 0
        let needed = pages * (try database.integer("PRAGMA page_size") ?? 4096)
        let free = try FileManager.default.attributesOfFileSystem(forPath: directory)[.systemFreeSize] as? Int64 ?? .max
        // A tenth more, for pages that are not full.
        guard free > needed + needed / 10 else {
            throw StorageError(
                .full,
                "Compacting \(path) needs \(Self.mebibytes(needed + needed / 10)) beside it, and its file system has"
                    + " \(Self.mebibytes(free)). Free some, and compact again.")
        }
        let original = try database.text(content)
        try database.run("VACUUM INTO ?", copy)
        return original
    }

    private func copyOwner(of path: String, to copy: String) throws {
        var attributes = stat()
        guard stat(path, &attributes) == 0 else { return }
        _ = chown(copy, attributes.st_uid, attributes.st_gid)
        _ = chmod(copy, attributes.st_mode & 0o777)
    }

    private func size(_ path: String) throws -> Int64 {
        var attributes = stat()
        return stat(path, &attributes) == 0 ? Int64(attributes.st_size) : 0
    }
}
#endif
