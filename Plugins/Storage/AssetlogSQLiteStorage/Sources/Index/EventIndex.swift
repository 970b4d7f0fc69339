#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite
internal import Foundation

/// The secondary index: where in the log the events of an asset, a deployment, a kind, an identity and a time are.
///
/// It follows the log up to its watermark, and readers scan the log behind it. It holds nothing that the log does not
/// hold, so when it is damaged it is thrown away and rebuilt. Where it can't be opened or read for another reason (no
/// descriptor, no memory, a disk that fails) it stays as it is. While it is built, the identities come first.
///
/// * `ids`, `timed_ids`: identity, deployment → sequence; of those that begin with a time, 32 in a row. See ``IdentitySegment``.
/// * `scopes`: deployment and asset key → number; the empty key stands for all assets of the deployment.
/// * `entries`: scope, kind → sequences, some hundred in a row; the kind of a stray has a bit more. See ``SequenceSegment`` and
///   ``TimeOrder``.
/// * `strays`: scope, kind → timestamps and sequences.
/// * `zones`: for each block of 1,024 sequences the least and the greatest timestamp, the least one of its events in
///   order, and the greatest one of all events in order up to the block's end.
final class EventIndex: Sendable {
    /// The format; a file of any other is rebuilt.
    private static let format: Int64 = 4
    private static let application: Int64 = 0x414c_4f49
    /// Sequences with the same `sequence >> zoneBits` are one block.
    static let zoneBits = 10

    /// The sequences of a block.
    static func sequences(of block: Int64) -> ClosedRange<Int64> {
        block << zoneBits...block << zoneBits | (1 << zoneBits - 1)
    }

    /// How a kind stands in `entries`.
    static func kind(_ kind: Int64, isStray: Bool) -> Int64 { isStray ? kind | 0x80 : kind }

    let path: String
    let database: Database

    /// Opens the index of a log, or makes an empty one.
    ///
    /// - Parameter log: The log's identity, and a way to find the identity of an event in it.
    /// - Returns: The index, and why an older one was thrown away, if it was.
    /// - Throws: What keeps an index from being opened that may be in order.
    static func open(directory: String, log: LogIdentity) throws -> (index: EventIndex, discarded: String?) {
        let path = "\(directory)/index.sqlite"
        var reason: String?
        if FileManager.default.fileExists(atPath: path) {
            do {
                let index = try EventIndex(path: path)
                reason = try index.database.read { try mismatch($0, log) }
                if reason == nil { return (index, nil) }
                index.database.close()
            } catch let error where isDamage(error) {
                reason = "\(StorageError.from(error, file: path))"
            }
            try remove(path)
        }
        let index = try EventIndex(path: path)
        try index.database.write { try create($0, log) }
        return (index, reason)
    }

    /// Opens an index that is there, as it is, for reading; nil when there is none or it can't be used.
    static func openForCommand(directory: String, log: LogIdentity) throws -> Connection? {
        let path = "\(directory)/index.sqlite"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let options = ConnectionOptions(mode: UnwritableFile(path).mode, settings: [PageCache.setting(PageCache.indexReader)])
        let connection = try Connection(path, options)
        return try connection.snapshot { try mismatch(connection, log) } == nil ? connection : nil
    }

    /// Opens a connection that reads, for the writer alone.
    func openLookup() throws -> Connection {
        // The writer's commits wait for it: rather no answer than a late one.
        try Connection(
            path,
            ConnectionOptions(mode: .readOnly, busyTimeout: .milliseconds(200), settings: [PageCache.setting(PageCache.lookup)]))
    }

    private init(path: String) throws {
        self.path = path
        database = try Database(
            path,
            settings: [
                // A commit need not be on the disk: what a crash takes is indexed again. NORMAL still keeps the file whole.
                "PRAGMA synchronous = NORMAL", PageCache.setting(PageCache.indexWriter), "PRAGMA wal_autocheckpoint = 4000",
            ],
            readerSettings: [PageCache.setting(PageCache.indexReader)], readerCount: PageCache.readers, label: "assetlog.index")
    }

    /// Whether an error says that a file is damaged, and is not one of what it stands on: SQLite found it so, its tables are
    /// not those that were made, or it holds a row twice.
    static func isDamage(_ error: any Error) -> Bool {
        guard let error = error as? SQLiteError else { return false }
        return [.corrupt, .notADatabase, .error, .constraint].contains(error.code.primary)
    }

    static func remove(_ path: String) throws {
        for suffix in ["-wal", "-shm", ""] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    /// Why the file is not the index of the log; nil: it is.
    private static func mismatch(_ database: Connection, _ log: LogIdentity) throws -> String? {
        guard try database.integer("PRAGMA application_id") == application,
            try database.integer("PRAGMA user_version") == format
        else { return "it has another format" }
        let statement = try database.statement("SELECT log, watermark, watermark_id FROM progress")
        guard try statement.step() else { return "it is unfinished" }
        defer { statement.reset() }
        guard Array(statement.bytes(0)) == log.id else { return "it belongs to another log" }
        let watermark = statement.integer(1)
        guard watermark > 0 else { return nil }
        guard let id = EventIDBytes(statement.bytes(2)) else { return "it is damaged" }
        // Of an event that is damaged or missing the log can't say that it is another one, and the index is not at fault.
        guard let found = try log.identity(watermark), found != id else { return nil }
        return "it disagrees with the log at event \(watermark)"
    }

    /// The statements that make its tables.
    static let tables = [
        """
        CREATE TABLE ids (
            event_id BLOB NOT NULL, scope INTEGER NOT NULL, sequence INTEGER NOT NULL,
            PRIMARY KEY (event_id, scope)) WITHOUT ROWID
        """,
        """
        CREATE TABLE timed_ids (
            scope INTEGER NOT NULL, start BLOB NOT NULL, entries BLOB NOT NULL,
            PRIMARY KEY (scope, start)) WITHOUT ROWID
        """,
        """
        CREATE TABLE scopes (
            asset_key TEXT NOT NULL, deployment TEXT NOT NULL, scope INTEGER NOT NULL,
            PRIMARY KEY (asset_key, deployment)) WITHOUT ROWID
        """,
        """
        CREATE TABLE entries (
            scope INTEGER NOT NULL, kind INTEGER NOT NULL, start INTEGER NOT NULL, last INTEGER NOT NULL,
            count INTEGER NOT NULL, sequences BLOB NOT NULL,
            PRIMARY KEY (scope, kind, start)) WITHOUT ROWID
        """,
        """
        CREATE TABLE strays (
            scope INTEGER NOT NULL, kind INTEGER NOT NULL, timestamp INTEGER NOT NULL, sequence INTEGER NOT NULL,
            PRIMARY KEY (scope, kind, timestamp, sequence)) WITHOUT ROWID
        """,
        """
        CREATE TABLE zones (
            block INTEGER PRIMARY KEY, least INTEGER NOT NULL, greatest INTEGER NOT NULL, lowest INTEGER NOT NULL,
            highest INTEGER NOT NULL)
        """,
        """
        CREATE TABLE progress (
            log BLOB NOT NULL, watermark INTEGER NOT NULL, watermark_id BLOB, scopes INTEGER NOT NULL,
            identities INTEGER NOT NULL DEFAULT 0)
        """,
    ]

    private static func create(_ database: Connection, _ log: LogIdentity) throws {
        for statement in tables + ["PRAGMA application_id = \(application)", "PRAGMA user_version = \(format)"] {
            try database.execute(statement)
        }
        let insert = try database.statement("INSERT INTO progress VALUES (?, 0, NULL, 0, 0)")
        try log.id.withUnsafeBytes { bytes in
            try insert.bind(blob: bytes, at: 1)
            try insert.run()
        }
    }
}
#endif
