#if SQLite
internal import AssetlogCore
internal import Foundation
internal import GRDB

/// The file of the log and how connections to it are opened.
struct LogFile: Sendable {
    let path: String

    init(folder: String) {
        path = "\(folder)/events.sqlite"
    }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// Whether nothing was ever written to it, or it is gone.
    var isEmpty: Bool {
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        return (size ?? 0) == 0
    }

    /// The files that a server has open.
    var openPaths: [String] { ["", "-wal", "-shm"].map { path + $0 } }

    /// Opens the connection that appends, makes the file where there is none, and upgrades its format.
    func openWriter() throws -> DatabaseQueue {
        var configuration = configuration(label: "assetlog.log.writer")
        // Or GRDB would stop the process when a failing disk leaves a transaction open; it is rolled back by closing.
        configuration.allowsUnsafeTransactions = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { database in
            try FileFormat.log.upgrade(database, file: path)
            guard try database.rawText("PRAGMA journal_mode = WAL") == "wal" else {
                throw StorageError(
                    .unavailable,
                    "\(path) can't use a write-ahead log: its file system has no shared memory. Use a local file system.")
            }
            // FULL: a commit returns after the write-ahead log is on the disk. Checked, for everything rests on it.
            try database.raw("PRAGMA synchronous = FULL")
            guard try database.rawInteger("PRAGMA synchronous") == 2 else {
                throw StorageError(.unavailable, "\(path): this SQLite does not support synchronous = FULL.")
            }
            // Checkpoints are the Checkpointer's work, so that no commit pays for them.
            try database.raw("PRAGMA wal_autocheckpoint = 0")
            // A log that is only appended to is not read again by its writer.
            try database.raw("PRAGMA cache_size = -16384")
        }
        return queue
    }

    /// Opens a connection that copies the write-ahead log into the file.
    func openCheckpointer() throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path, configuration: configuration(label: "assetlog.log.checkpointer"))
        try queue.inDatabase { database in
            try database.raw("PRAGMA synchronous = FULL")
            try database.raw("PRAGMA wal_autocheckpoint = 0")
            // Opens the write-ahead log: at the first checkpoint, another file may be in its place.
            _ = try database.rawInteger("SELECT count(*) FROM sqlite_master")
        }
        return queue
    }

    /// Opens connections that read.
    func openReaders(count: Int = 4) throws -> DatabasePool {
        try openReaders(path, count: count, configuration(label: "assetlog.log.reader"))
    }

    private func openReaders(_ name: String, count: Int, _ configuration: Configuration) throws -> DatabasePool {
        var configuration = configuration
        configuration.readonly = true
        configuration.maximumReaderCount = count
        return try DatabasePool(path: name, configuration: configuration)
    }

    /// Opens connections that read for a command beside a server, after checking the format.
    func openReadersForCommand() throws -> DatabasePool {
        guard exists else {
            throw StorageError(
                .unavailable,
                "There is no log at \(path). Check --data or storage.sqlite.path; `assetlog serve` creates it.")
        }
        let file = UnwritableFile(path)
        var base = Configuration()
        file.prepare(&base)
        let readers = try openReaders(file.name, count: 1, configuration(label: "assetlog.log.reader", from: base))
        let version = try readers.read { database in try FileFormat.log.check(database, file: path) }
        guard version == FileFormat.log.current else {
            throw StorageError(
                .unavailable,
                "\(path) has the older format \(version). Start the server once to upgrade it, then try again."
            )
        }
        return readers
    }

    private func configuration(label: String, from base: Configuration = Configuration()) -> Configuration {
        var configuration = base
        configuration.label = label
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            try database.raw("PRAGMA cache_size = -8192")
        }
        return configuration
    }
}
#endif
