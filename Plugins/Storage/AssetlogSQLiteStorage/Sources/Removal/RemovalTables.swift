#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// What the file of the log keeps of removed events.
///
/// * `removals`: one row: how many events, the first and the last sequence, the last number of a sum, the last step.
/// * `removed`: which sequences; see ``RemovedSequences``.
/// * `removed_events`: the sums.
/// * `removed_identities`: the identities that clients chose, in the order of their removal.
/// * `unindexed`: what the index may still have of the last steps.
enum RemovalTables {
    static func make(_ database: Connection) throws {
        for statement in [
            """
            CREATE TABLE removals (
                events INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, head INTEGER NOT NULL, step INTEGER NOT NULL)
            """,
            "INSERT INTO removals VALUES (0, 0, 0, 0, 0)",
            "CREATE TABLE removed (block INTEGER PRIMARY KEY, bits BLOB NOT NULL)",
            """
            CREATE TABLE removed_events (
                number INTEGER PRIMARY KEY, deployment TEXT NOT NULL, asset_key TEXT NOT NULL, first INTEGER NOT NULL,
                last INTEGER NOT NULL, count INTEGER NOT NULL, payload BLOB NOT NULL)
            """,
            "CREATE INDEX removed_events_asset ON removed_events (asset_key, deployment)",
            """
            CREATE TABLE removed_identities (
                number INTEGER PRIMARY KEY, event_id BLOB NOT NULL, deployment TEXT NOT NULL, sequence INTEGER NOT NULL,
                content BLOB NOT NULL, timestamp INTEGER NOT NULL, received_at INTEGER NOT NULL, removed_at INTEGER NOT NULL)
            """,
            "CREATE INDEX removed_identities_id ON removed_identities (event_id, deployment)",
            """
            CREATE TABLE unindexed (
                step INTEGER NOT NULL, sequence INTEGER NOT NULL, event_id BLOB NOT NULL, deployment TEXT NOT NULL,
                asset_key TEXT NOT NULL, kind INTEGER NOT NULL, timestamp INTEGER NOT NULL, PRIMARY KEY (step, sequence)) WITHOUT ROWID
            """,
        ] {
            try database.execute(statement)
        }
    }

    /// How much was removed.
    static func statistics(_ database: Connection) throws -> RemovalStatistics {
        let row = try database.statement("SELECT events, first, last, head FROM removals")
        guard try row.step() else { throw SQLiteError(.corrupt, "the table of removals is empty", file: database.path) }
        let (first, last) = (row.integer(1), row.integer(2))
        return RemovalStatistics(
            events: row.integer(0), sequences: row.integer(0) > 0 && first <= last ? first...last : nil, head: row.integer(3))
    }

    private static let columns = "number, deployment, asset_key, first, last, count, payload"

    static func sums(_ database: Connection, after number: Int64, limit: Int) throws -> [RemovedEvents] {
        let rows = try database.statement(
            "SELECT \(columns) FROM removed_events WHERE number > ? ORDER BY number LIMIT ?")
        try rows.bind(number, at: 1)
        try rows.bind(max(1, limit), at: 2)
        return try rows.rows { try sum($0, database.path) }
    }

    static func sums(_ database: Connection, of assetKey: AssetKey, in deployment: String) throws -> [RemovedEvents] {
        let rows = try database.statement(
            "SELECT \(columns) FROM removed_events WHERE asset_key = ? AND deployment = ? ORDER BY number")
        try rows.bind(assetKey.canonical, at: 1)
        try rows.bind(deployment, at: 2)
        return try rows.rows { try sum($0, database.path) }
    }

    private static func sum(_ row: Statement, _ file: String) throws -> RemovedEvents {
        guard row.integer(3) <= row.integer(4) else {
            throw StorageError(
                .damaged, "\(file) is damaged: a sum of removed events can't be read. Restore the last backup into an empty directory.")
        }
        return RemovedEvents(
            number: row.integer(0), deployment: row.text(1), assetKey: AssetKey(canonical: row.text(2)),
            sequences: row.integer(3)...row.integer(4), count: row.integer(5), payload: Array(row.bytes(6)))
    }

    /// The sequence of a removed event whose identity is known.
    static func sequence(_ database: Connection, of id: EventID, in deployment: String) throws -> Int64? {
        let row = try database.statement("SELECT sequence FROM removed_identities WHERE event_id = ? AND deployment = ?")
        try row.bind(EventIDBytes(id), at: 1)
        try row.bind(deployment, at: 2)
        guard try row.step() else { return nil }
        return row.integer(0)
    }

    /// Forgets identities, the oldest first, in a transaction that the caller has begun.
    ///
    /// - Returns: How many.
    static func forgetIdentities(_ database: Connection, before time: Timestamp, limit: Int) throws -> Int {
        // They stand in the order of their removal, so that the first one that is younger ends it.
        let rows = try database.statement("SELECT number, removed_at FROM removed_identities ORDER BY number LIMIT ?")
        try rows.bind(max(1, limit), at: 1)
        var last: Int64?
        while try rows.step(), rows.integer(1) < time.microseconds { last = rows.integer(0) }
        rows.reset()
        guard let last else { return 0 }
        try database.run("DELETE FROM removed_identities WHERE number <= ?", last)
        return try database.changes
    }
}
#endif
