#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// The cursors that a backup carries in the file of the log, so that it is one file, and a restore loses none of them.
///
/// They are taken when a directory has no cursors yet, which is how a backup is restored.
enum CarriedCursors {
    /// Writes them into a copy of a log, and forgets those that the log was restored with itself.
    static func write(_ cursors: [ConsumerCursor], into database: Connection) throws {
        try database.execute("DROP TABLE IF EXISTS carried_cursors")
        try database.execute(
            """
            CREATE TABLE carried_cursors (
                name TEXT PRIMARY KEY, generation INTEGER NOT NULL, position INTEGER NOT NULL, log BLOB, event BLOB) WITHOUT ROWID
            """)
        let insert = try database.statement("INSERT INTO carried_cursors (\(ConsumerFile.columns)) VALUES (?, ?, ?, ?, ?)")
        for cursor in cursors {
            try ConsumerFile.bind(cursor, to: insert)
            try insert.run()
        }
    }

    /// Reads them; none where the log is missing, or was not restored.
    static func read(_ file: LogFile) throws -> [ConsumerCursor] {
        guard !file.isEmpty else { return [] }
        let database = try file.openReader()
        defer { database.close() }
        let tables = try database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'carried_cursors'")
        guard tables == 1 else { return [] }
        return try database.statement("SELECT \(ConsumerFile.columns) FROM carried_cursors ORDER BY name")
            .rows(ConsumerFile.cursor)
    }
}
#endif
