#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite
internal import Foundation
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Copies the log of a directory, and what is kept of its consumers, to a new file, while a server may append to it.
struct Backup {
    private let directory: String
    private let log: LogFile

    init(directory: String) {
        self.directory = directory
        log = LogFile(directory: directory)
    }

    /// Writes a copy that holds everything up to one moment; it blocks.
    ///
    /// The copy grows under another name and gets its own only when it is whole and durable.
    /// - Returns: A sentence about what was copied, and how to go back to it.
    /// - Throws: ``StorageError``; a file that is there already is never touched.
    func write(to file: String) throws -> String {
        let source = UnwritableFile(log.path)
        let database = try openLog()
        defer { database.close() }
        guard !FileManager.default.fileExists(atPath: file) else { throw Self.exists(file) }
        let partial = "\(file).partial-\(getpid())"
        defer { remove(partial) }
        do {
            // The cursors first: none of them is then behind the end of the copy.
            let carried = try consumers()
            let (extent, head, removed) = try copy(database, to: partial, with: carried)
            try source.checkUnchanged()
            try DataDirectory.syncFile(partial)
            try publish(partial, as: file)
            try DataDirectory.sync(DataDirectory.parent(file))
            let events = extent.count(upTo: head, removed: removed)
            let range = events == 0 ? "" : ", sequences \(extent.first) to \(head)"
            return
                "Copied \(events) events\(range)\(Self.phrase(of: carried)), to \(file). To restore it: stop the server, put the file into an"
                + " empty directory as events.sqlite, and set storage.sqlite.path to that directory."
        } catch {
            throw StorageError.from(error, file: file)
        }
    }

    private func openLog() throws -> Connection {
        do {
            return try log.openReaderForCommand()
        } catch {
            throw StorageError.from(error, file: log.path)
        }
    }

    private static func phrase(of carried: CarriedConsumers) -> String {
        guard !carried.names.isEmpty else { return "" }
        let letters = carried.deadLetters.count
        let more = letters == 0 ? "" : ", with \(letters) dead \(letters == 1 ? "letter" : "letters")"
        return ", and the cursors of \(carried.names.joined(separator: ", "))\(more)"
    }

    private func consumers() throws -> CarriedConsumers {
        let file = "\(directory)/consumers.sqlite"
        do {
            guard let database = try ConsumerFile.openReadOnly(file) else { return CarriedConsumers() }
            defer { database.close() }
            return try database.snapshot {
                var carried = try CarriedConsumers.readDeadLetters(database)
                carried.cursors = try ConsumerFile.cursors(database)
                return carried
            }
        } catch {
            throw StorageError.from(error, file: file)
        }
    }

    private func copy(
        _ database: Connection, to partial: String, with consumers: CarriedConsumers
    ) throws -> (LogExtent, head: Int64, removed: Int64) {
        let copy = try Connection(partial)
        defer { copy.close() }
        try database.backUp(to: copy)
        // One file: without a write-ahead log next to it.
        try copy.execute("PRAGMA journal_mode = DELETE")
        try copy.transaction { try consumers.write(into: copy) }
        let extent = try LogExtent(copy, file: partial)
        return (extent, try extent.head(copy), try RemovalTables.statistics(copy).events)
    }

    /// Gives the copy its name, unless another file has it.
    private func publish(_ partial: String, as file: String) throws {
        if link(partial, file) == 0 { return }
        guard errno != EEXIST else { throw Self.exists(file) }
        // A file system without hard links.
        guard rename(partial, file) == 0 else {
            throw StorageError(.unavailable, "\(file) can't be created: \(String(cString: strerror(errno))).")
        }
    }

    private func remove(_ partial: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(partial + suffix) }
    }

    private static func exists(_ file: String) -> StorageError {
        StorageError(.unavailable, "\(file) already exists, and a backup never overwrites a file. Choose another name.")
    }
}
#endif
