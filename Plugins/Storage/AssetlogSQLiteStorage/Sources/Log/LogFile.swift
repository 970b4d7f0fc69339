#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite
internal import Foundation

/// The file of the log and how connections to it are opened.
struct LogFile: Sendable {
    let path: String

    init(directory: String) {
        path = "\(directory)/events.sqlite"
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
    func openWriter() throws -> Connection {
        let connection = try Connection(path, options(.readWrite, cache: PageCache.logWriter))
        try FileFormat.log.upgrade(connection, file: path)
        guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
            throw StorageError(
                .unavailable,
                "\(path) can't use a write-ahead log: its file system has no shared memory. Use a local file system.")
        }
        // FULL: a commit returns after the write-ahead log is on the disk. Checked, for everything rests on it.
        try connection.execute("PRAGMA synchronous = FULL")
        guard try connection.integer("PRAGMA synchronous") == 2 else {
            throw StorageError(.unavailable, "\(path): this SQLite does not support synchronous = FULL.")
        }
        // Checkpoints are the Checkpointer's work, so that no commit pays for them.
        try connection.execute("PRAGMA wal_autocheckpoint = 0")
        return connection
    }

    /// Opens a connection that copies the write-ahead log into the file.
    func openCheckpointer() throws -> SerialConnection {
        var options = options(.readWrite)
        options.settings += ["PRAGMA synchronous = FULL", "PRAGMA wal_autocheckpoint = 0"]
        return try SerialConnection(path, options, label: "assetlog.log.checkpointer")
    }

    /// Opens connections that read.
    func openReaders() throws -> ReaderPool {
        try ReaderPool(path, options(.readOnly), count: PageCache.readers, label: "assetlog.log.reader")
    }

    /// Opens a connection that reads.
    func openReader() throws -> Connection {
        try Connection(path, options(.readOnly))
    }

    /// Opens a connection that reads for a command next to a server, after checking the format.
    func openReaderForCommand() throws -> Connection {
        try checkExistence()
        let connection = try Connection(path, options(UnwritableFile(path).mode))
        try checkFormat(connection)
        return connection
    }

    /// Opens a connection that reads for tasks of a command next to a server, after checking the format.
    func openReadersForCommand() throws -> ReaderPool {
        try checkExistence()
        let readers = try ReaderPool(path, options(UnwritableFile(path).mode), count: 1, label: "assetlog.log.reader")
        try readers.read { try checkFormat($0) }
        return readers
    }

    private func checkExistence() throws {
        guard !exists else { return }
        throw StorageError(
            .unavailable,
            "There is no log at \(path). Check --data or storage.sqlite.path; `assetlog serve` creates it.")
    }

    private func checkFormat(_ connection: Connection) throws {
        let version = try FileFormat.log.check(connection, file: path)
        guard version == FileFormat.log.current else {
            throw StorageError(
                .unavailable,
                "\(path) has the older format \(version). Start the server once to upgrade it, then try again."
            )
        }
    }

    /// - Parameter cache: The memory for pages, in KiB.
    private func options(_ mode: OpenMode, cache: Int = PageCache.logReader) -> ConnectionOptions {
        ConnectionOptions(mode: mode, settings: [PageCache.setting(cache)])
    }
}
#endif
