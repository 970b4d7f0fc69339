#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// The format of a file of this storage: a number in the file's header, and how an older one becomes a newer one.
struct FileFormat: Sendable {
    /// What the file is, for messages.
    let label: String
    /// SQLite's `application_id`, so that another program's database is recognised.
    let application: Int64
    /// The steps from an empty file to the current format; the format's number is the count of those that were done.
    let steps: [@Sendable (Connection) throws -> Void]

    var current: Int64 { Int64(steps.count) }

    /// The log. Append-only, and with no index in addition to the key: an index would multiply what a commit writes.
    ///
    /// `sequence` needs no AUTOINCREMENT (a second page in every commit): a removal keeps the greatest sequence that it removed, so
    /// none is ever given again.
    static let log = FileFormat(
        label: "event log", application: 0x414c_4f47,
        steps: [
            { database in
                try database.execute(
                    """
                    CREATE TABLE events (
                        sequence INTEGER PRIMARY KEY, event_id BLOB NOT NULL, deployment TEXT NOT NULL,
                        kind INTEGER NOT NULL, asset_key TEXT NOT NULL, partition TEXT, timestamp INTEGER NOT NULL,
                        received_at INTEGER NOT NULL, reported_by TEXT, details BLOB NOT NULL)
                    """)
            },
            { database in
                // Which log this is, so that an index of another one is not taken for its own.
                try database.execute("CREATE TABLE log (id BLOB NOT NULL)")
                try database.execute("INSERT INTO log (id) VALUES (randomblob(16))")
            },
            { _ in
                // The rows are the same, but for kinds 4 to 6, which a release that knows only 1 to 3 calls damaged.
            },
            { database in
                // Rows that are there stay as they are, without a checksum; see LogExtent for the rest.
                try database.execute("ALTER TABLE events ADD COLUMN checksum INTEGER")
                try database.execute("ALTER TABLE log ADD COLUMN unchecked_up_to INTEGER NOT NULL DEFAULT 0")
                try database.execute(
                    "UPDATE log SET unchecked_up_to = coalesce((SELECT max(sequence) FROM events), 0)")
                try database.execute("UPDATE log SET id = randomblob(16) WHERE length(id) <> 16")
                try database.execute("CREATE TABLE gaps (first INTEGER PRIMARY KEY, last INTEGER NOT NULL)")
            },
            { database in
                // Until now every sequence had an event; an older release would call what is removed missing,
                // and voids and wipes damaged.
                try RemovalTables.make(database)
            },
        ])

    /// The cursors of the consumers, their dead letters and pauses.
    static let consumers = FileFormat(
        label: "consumer list", application: 0x414c_4f43,
        steps: [
            { database in
                try database.execute(
                    """
                    CREATE TABLE consumers (
                        name TEXT PRIMARY KEY, generation INTEGER NOT NULL, position INTEGER NOT NULL) WITHOUT ROWID
                    """)
            },
            { database in
                // Which log the position is in, and the event there; null: not known.
                try database.execute("ALTER TABLE consumers ADD COLUMN log BLOB")
                try database.execute("ALTER TABLE consumers ADD COLUMN event BLOB")
            },
            { database in
                try ConsumerFile.makeDeadLetterTables(database)
                // What was consumed beyond the position; null: nothing.
                try database.execute("ALTER TABLE consumers ADD COLUMN ahead TEXT")
            },
        ])

    /// The tokens; `number` is their order.
    static let tokens = FileFormat(
        label: "token list", application: 0x414c_4f54,
        steps: [
            { database in
                try database.execute(
                    """
                    CREATE TABLE tokens (
                        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, hash BLOB NOT NULL, name TEXT NOT NULL,
                        rights INTEGER NOT NULL, assets TEXT NOT NULL, deployments TEXT NOT NULL,
                        certificates TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER, revoked_at INTEGER)
                    """)
            }
        ])

    /// Checks the format of an open file, without changing it.
    ///
    /// - Returns: The number of its format, 0 when it is empty.
    /// - Throws: ``StorageError`` with the code `tooNew` or `damaged`.
    func check(_ database: Connection, file: String) throws -> Int64 {
        let version = try database.integer("PRAGMA user_version") ?? 0
        let application = try database.integer("PRAGMA application_id") ?? 0
        let tables = try database.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        guard application == self.application || (application == 0 && tables == 0) else {
            throw StorageError(
                .damaged, "\(file) is not an Assetlog \(label) but another program's database. Move it away.")
        }
        guard version <= current else {
            throw StorageError(
                .tooNew,
                "\(file) has format \(version), and this release of Assetlog knows formats up to \(current): a newer"
                    + " release wrote it. Use that release, or a newer one; this one can open a backup made before the upgrade."
            )
        }
        return version
    }

    /// Brings an open file to the current format, in one transaction.
    func upgrade(_ database: Connection, file: String) throws {
        guard try check(database, file: file) < current else { return }
        try database.transaction {
            // Read again under the lock: another process may have upgraded in the meantime.
            let version = try check(database, file: file)
            for step in steps.dropFirst(Int(max(0, version))) { try step(database) }
            try database.execute("PRAGMA application_id = \(application)")
            try database.execute("PRAGMA user_version = \(current)")
        }
    }
}
#endif
