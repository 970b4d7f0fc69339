#if SQLite
internal import AssetlogCore
internal import Foundation
internal import GRDB
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Copies the log of a folder to a new file, while a server may append to it.
struct Backup {
    private let log: LogFile

    init(folder: String) {
        log = LogFile(folder: folder)
    }

    /// Writes a copy that holds everything up to one moment; it blocks.
    ///
    /// The copy grows under another name and gets its own only when it is whole and durable.
    /// - Returns: A sentence about what was copied, and how to go back to it.
    /// - Throws: ``StorageError``; a file that is there already is never touched.
    func write(to file: String) throws -> String {
        let source = UnwritableFile(log.path)
        let readers = try openLog()
        defer { try? readers.close() }
        guard !FileManager.default.fileExists(atPath: file) else { throw Self.exists(file) }
        let partial = "\(file).partial-\(getpid())"
        defer { remove(partial) }
        do {
            let (events, first, head) = try copy(readers, to: partial)
            try source.checkUnchanged()
            try DataFolder.syncFile(partial)
            try publish(partial, as: file)
            try DataFolder.sync(DataFolder.parent(file))
            let range = events == 0 ? "" : ", sequences \(first) to \(head)"
            return "Copied \(events) events\(range), to \(file). To go back to it: stop the server, put the file as"
                + " events.sqlite into an empty folder, and name that folder in storage.sqlite.path."
        } catch {
            throw StorageError.from(error, file: file)
        }
    }

    private func openLog() throws -> DatabasePool {
        do {
            return try log.openReadersForCommand()
        } catch {
            throw StorageError.from(error, file: log.path)
        }
    }

    private func copy(_ readers: DatabasePool, to partial: String) throws -> (Int64, first: Int64, head: Int64) {
        let copy = try DatabaseQueue(path: partial)
        // In one step: a copy in several starts again whenever the server has appended between two of them.
        try readers.backup(to: copy)
        return try copy.inDatabase { database in
            // One file: without a write-ahead log beside it.
            try database.raw("PRAGMA journal_mode = DELETE")
            let first = try database.rawInteger("SELECT min(sequence) FROM events") ?? 1
            let head = try database.rawInteger("SELECT max(sequence) FROM events") ?? 0
            return (head - first + 1, first, head)
        }
    }

    /// Gives the copy its name, unless another file has it.
    private func publish(_ partial: String, as file: String) throws {
        if link(partial, file) == 0 { return }
        guard errno != EEXIST else { throw Self.exists(file) }
        // A file system without hard links.
        guard rename(partial, file) == 0 else {
            throw StorageError(.unavailable, "\(file) can't be made: \(String(cString: strerror(errno))).")
        }
    }

    private func remove(_ partial: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(partial + suffix) }
    }

    private static func exists(_ file: String) -> StorageError {
        StorageError(.unavailable, "\(file) exists already, and a backup never overwrites a file. Choose another name.")
    }
}
#endif
