#if SQLite
internal import AssetlogCore
internal import Foundation
internal import GRDB
internal import GRDBSQLite

/// The secondary index: where in the log the events of an asset, a deployment, a kind, an identity and a time are.
///
/// It follows the log up to its watermark, and readers scan the log behind it. It holds nothing that the log does not
/// hold, so when it is damaged it is thrown away and built anew. Where it can't be opened or read for another reason (no
/// descriptor, no memory, a disk that fails) it stays as it is. While it is built, the identities come first.
///
/// * `ids`: identity, deployment → sequence.
/// * `scopes`: deployment and asset key → number; the empty key stands for all assets of the deployment.
/// * `entries`: scope, kind → sequences; the kind of a stray has a bit more, see ``TimeOrder``.
/// * `strays`: scope, kind → timestamps and sequences.
/// * `zones`: for each block of 1,024 sequences the least and the greatest timestamp, the least one of its events in
///   order, and the greatest one of all events in order up to the block's end.
final class EventIndex: Sendable {
    /// The format; a file of any other is built anew.
    private static let format: Int64 = 3
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
    let pool: DatabasePool

    /// Opens the index of a log, or makes an empty one.
    ///
    /// - Parameter log: The log's identity, and a way to find the identity of an event in it.
    /// - Returns: The index, and why an older one was thrown away, if it was.
    /// - Throws: What keeps an index from being opened that may be in order.
    static func open(folder: String, log: LogIdentity) throws -> (index: EventIndex, discarded: String?) {
        let path = "\(folder)/index.sqlite"
        var reason: String?
        if FileManager.default.fileExists(atPath: path) {
            do {
                let index = try EventIndex(path: path)
                reason = try index.pool.read { try mismatch($0, log) }
                if reason == nil {
                    try index.pool.write { try addIdentities($0) }
                    return (index, nil)
                }
                try? index.pool.close()
            } catch let error where isDamage(error) {
                reason = "\(StorageError.from(error, file: path))"
            }
            try remove(path)
        }
        let index = try EventIndex(path: path)
        try index.pool.write { try create($0, log) }
        return (index, reason)
    }

    /// Opens an index that is there, as it is, for reading; nil when there is none or it can't be used.
    static func openForCommand(folder: String, log: LogIdentity) throws -> EventIndex? {
        let path = "\(folder)/index.sqlite"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let index = try EventIndex(path: path, readonly: true)
        guard try index.pool.read({ try mismatch($0, log) }) == nil else { return nil }
        return index
    }

    /// Opens a connection that reads, for the writer alone.
    func openLookup() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "assetlog.index.lookup"
        configuration.readonly = true
        // The writer's commits wait for it: rather no answer than a late one.
        configuration.busyMode = .timeout(0.2)
        // Or GRDB would stop the process when a damaged file leaves a transaction open.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            try database.raw("PRAGMA cache_size = -32768")
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private init(path: String, readonly: Bool = false) throws {
        self.path = path
        let file = readonly ? UnwritableFile(path) : nil
        var configuration = Configuration()
        file?.prepare(&configuration)
        configuration.label = "assetlog.index"
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 4
        configuration.readonly = readonly
        configuration.prepareDatabase { database in
            // A commit need not be on the disk: what a crash takes is indexed again. NORMAL still keeps the file whole.
            try database.raw("PRAGMA synchronous = NORMAL")
            try database.raw("PRAGMA cache_size = \(database.configuration.readonly ? -8192 : -49152)")
            try database.raw("PRAGMA wal_autocheckpoint = 4000")
        }
        pool = try DatabasePool(path: file?.name ?? path, configuration: configuration)
    }

    /// Whether an error says that a file is damaged, and is not one of what it stands on: SQLite found it so, its tables are
    /// not those that were made, or it holds a row twice.
    static func isDamage(_ error: any Error) -> Bool {
        [SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR, SQLITE_CONSTRAINT].contains(code(error) & 0xff)
    }

    private static func code(_ error: any Error) -> Int32 {
        switch error {
        case let failure as SQLiteFailure: failure.code
        case let error as DatabaseError: error.resultCode.rawValue
        default: 0
        }
    }

    static func remove(_ path: String) throws {
        for suffix in ["-wal", "-shm", ""] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    /// Why the file is not the index of the log; nil: it is.
    private static func mismatch(_ database: Database, _ log: LogIdentity) throws -> String? {
        guard try database.rawInteger("PRAGMA application_id") == application,
            try database.rawInteger("PRAGMA user_version") == format
        else { return "it has another format" }
        let statement = try RawStatement(database, "SELECT log, watermark, watermark_id FROM progress")
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

    // Older releases made the table without it. There, as mostly, the identities are as far as everything else.
    private static func addIdentities(_ database: Database) throws {
        let columns = try database.rawInteger(
            "SELECT count(*) FROM pragma_table_info('progress') WHERE name = 'identities'")
        guard columns == 0 else { return }
        try database.raw("ALTER TABLE progress ADD COLUMN identities INTEGER NOT NULL DEFAULT 0")
    }

    private static func create(_ database: Database, _ log: LogIdentity) throws {
        for statement in [
            """
            CREATE TABLE ids (
                event_id BLOB NOT NULL, scope INTEGER NOT NULL, sequence INTEGER NOT NULL,
                PRIMARY KEY (event_id, scope)) WITHOUT ROWID
            """,
            """
            CREATE TABLE scopes (
                asset_key TEXT NOT NULL, deployment TEXT NOT NULL, scope INTEGER NOT NULL,
                PRIMARY KEY (asset_key, deployment)) WITHOUT ROWID
            """,
            """
            CREATE TABLE entries (
                scope INTEGER NOT NULL, kind INTEGER NOT NULL, sequence INTEGER NOT NULL,
                PRIMARY KEY (scope, kind, sequence)) WITHOUT ROWID
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
            "PRAGMA application_id = \(application)",
            "PRAGMA user_version = \(format)",
        ] {
            try database.raw(statement)
        }
        let insert = try RawStatement(database, "INSERT INTO progress VALUES (?, 0, NULL, 0, 0)")
        try log.id.withUnsafeBytes { bytes in
            try insert.bind(blob: bytes, at: 1)
            try insert.run()
        }
    }
}

/// What ties an index to its log.
struct LogIdentity: Sendable {
    /// The random number that the log got when it was made.
    let id: [UInt8]
    /// Finds the identity of the event at a sequence; nil when there is none that can be read.
    let identity: @Sendable (Int64) throws -> EventIDBytes?

    init(_ readers: DatabasePool, _ log: LogExtent) {
        id = log.id.bytes
        identity = { sequence in
            try readers.read { database in
                let statement = try RawStatement(database, "SELECT \(EventRow.columns) FROM events WHERE sequence = ?")
                try statement.bind(sequence, at: 1)
                guard try statement.step() else { return nil }
                defer { statement.reset() }
                return (try? EventRow.borrow(statement, in: log)).map { EventIDBytes($0.id) }
            }
        }
    }
}
#endif
