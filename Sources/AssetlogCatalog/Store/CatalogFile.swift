#if Catalog
import AssetlogCore
import AssetlogSQLite

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The file of a catalog, opened: a connection that writes, one that the fold looks rows up with, and some that read.
final class CatalogFile: Sendable {
    /// What the file says about itself.
    struct Header: Hashable, Sendable {
        /// The number of the last flush; 0: none.
        var flush: Int64 = 0
        /// How far it contains the log.
        var position = LogPosition()
        /// Up to where it contains sums of removed events.
        var removals = RemovalMark()
        /// The log that it was folded from; nil: none yet.
        var log: LogID?
        /// A random name of this file's life, from its beginning to its end.
        var catalog: String
    }

    /// The number of the format; a file of another one is set aside.
    static let format: Int64 = 2

    let path: String
    let database: Database
    let lookups: SerialConnection
    let header: Header

    /// Opens the file; it is made where there is none. It blocks.
    ///
    /// - Throws: `SQLiteError`; ``UnfitFile`` when it is to be set aside.
    init(_ path: String) throws {
        self.path = path
        Self.makeDirectory(of: path)
        database = try Database(
            path, settings: ["PRAGMA synchronous = NORMAL", "PRAGMA cache_size = -8192", "PRAGMA journal_size_limit = 67108864"],
            readerSettings: ["PRAGMA cache_size = -4096"], label: "catalog")
        do {
            header = try database.write { try Self.prepare($0, path) }
            lookups = try SerialConnection(
                path, ConnectionOptions(mode: .readOnly, settings: ["PRAGMA cache_size = -8192"]), label: "catalog.lookup")
        } catch {
            database.close()
            throw error
        }
    }

    // A storage that keeps nothing on this machine makes no directory for it.
    private static func makeDirectory(of path: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else { return }
        mkdir(String(path[..<slash]), 0o750)
    }

    private static func prepare(_ connection: Connection, _ path: String) throws -> Header {
        let isNew = try connection.integer("SELECT count(*) FROM sqlite_schema") == 0
        if isNew { try make(connection) }
        guard try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'header'") == 1 else {
            throw UnfitFile("it is no catalog")
        }
        guard let format = try connection.integer("SELECT format FROM header") else { throw UnfitFile("it has no header") }
        guard format == Self.format else {
            throw UnfitFile("its format is \(format), and this version of Assetlog has \(Self.format)")
        }
        let row = try connection.statement("SELECT flush, sequence, event, log, catalog, removals, added_removals FROM header")
        guard try row.step() else { throw UnfitFile("it has no header") }
        defer { row.reset() }
        return Header(
            flush: row.integer(0), position: LogPosition(sequence: row.integer(1), event: EventID(bytes: row.bytes(2))),
            removals: RemovalMark(number: row.integer(5), added: row.integer(6)), log: LogID(bytes: row.bytes(3)), catalog: row.text(4))
    }

    private static func make(_ connection: Connection) throws {
        try connection.execute(CatalogSchema.sql)
        try connection.run(
            "INSERT INTO header (format, flush, sequence, catalog) VALUES (?, 0, 0, ?)", format, LogID.random().description)
    }

    /// Whether the file's name is gone, or names another file. It blocks.
    var hasMoved: Bool { (try? lookups.access { $0.hasMoved }) ?? true }

    /// Closes all connections; it blocks until they are done.
    func close() {
        lookups.close()
        database.close()
    }

    /// Gives a file, which must be closed, another name, so that another one can be made: `.unusable` behind its own. One that
    /// was set aside before goes. It blocks.
    ///
    /// - Returns: The new name; nil: there is no such file.
    static func setAside(_ path: String) -> String? {
        let aside = "\(path).unusable"
        let isThere = access(path, F_OK) == 0
        if isThere { rename(path, aside) }
        // What is in the log of a file that is not used any more is of no use either.
        removeLog(of: path)
        return isThere ? aside : nil
    }

    /// Removes a file, which must be closed. It blocks.
    static func remove(_ path: String) {
        unlink(path)
        removeLog(of: path)
    }

    private static func removeLog(of path: String) {
        for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
    }
}

/// A file is no catalog of this log.
struct UnfitFile: Error, CustomStringConvertible {
    /// Why, to follow "because".
    let description: String

    init(_ reason: String) {
        description = reason
    }
}

/// The tables of a catalog.
enum CatalogSchema {
    static let sql = """
        CREATE TABLE header (
            format INTEGER NOT NULL, flush INTEGER NOT NULL, sequence INTEGER NOT NULL, event BLOB, log BLOB, catalog TEXT NOT NULL,
            removals INTEGER NOT NULL DEFAULT 0, added_removals INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE assets (
            id INTEGER PRIMARY KEY, deployment TEXT NOT NULL, key TEXT NOT NULL, state INTEGER NOT NULL, started INTEGER,
            materialized INTEGER, materialized_sequence INTEGER, last_seen INTEGER NOT NULL, failed INTEGER,
            failed_checks INTEGER NOT NULL, warned_checks INTEGER NOT NULL, passed_checks INTEGER NOT NULL,
            tags BLOB, last_hour INTEGER NOT NULL, hours BLOB NOT NULL
        );
        CREATE UNIQUE INDEX asset_names ON assets (deployment, key);
        CREATE TABLE records (id INTEGER PRIMARY KEY, record BLOB NOT NULL);
        CREATE TABLE partitions (
            asset INTEGER NOT NULL, name TEXT NOT NULL, state INTEGER, started INTEGER, record BLOB NOT NULL,
            PRIMARY KEY (asset, name)
        ) WITHOUT ROWID;
        CREATE INDEX started_partitions ON partitions (asset, started, state) WHERE started IS NOT NULL;
        CREATE TABLE checks (
            asset INTEGER NOT NULL, level INTEGER NOT NULL, name TEXT NOT NULL, part TEXT NOT NULL, result INTEGER NOT NULL,
            record BLOB NOT NULL, PRIMARY KEY (asset, level, name, part)
        ) WITHOUT ROWID;
        CREATE TABLE days (
            asset INTEGER NOT NULL, day INTEGER NOT NULL, record BLOB NOT NULL, PRIMARY KEY (asset, day)
        ) WITHOUT ROWID;
        CREATE TABLE edges (asset INTEGER NOT NULL, upstream TEXT NOT NULL, PRIMARY KEY (asset, upstream)) WITHOUT ROWID;
        CREATE INDEX downstream ON edges (upstream, asset);
        """
}
#endif
