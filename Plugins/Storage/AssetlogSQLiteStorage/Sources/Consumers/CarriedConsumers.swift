#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// What is kept of the consumers, as a backup carries it in the file of the log, so that it is one file, and a restore loses none
/// of it.
///
/// It is taken when a directory knows no consumers yet, which is how a backup is restored.
struct CarriedConsumers {
    var cursors: [ConsumerCursor] = []
    var deadLetters: [OwnedDeadLetter] = []
    /// The consumers that are paused, and why.
    var pauses: [(consumer: String, reason: String)] = []

    /// The names of all consumers that it knows something of.
    var names: [String] {
        Set(cursors.map(\.consumer) + deadLetters.map(\.consumer) + pauses.map(\.consumer)).sorted()
    }

    private static let prefix = "carried_"

    /// Writes it into a copy of a log, in place of what the log was restored with itself.
    func write(into database: Connection) throws {
        for table in ["cursors", "dead_letters", "pauses"] {
            try database.execute("DROP TABLE IF EXISTS \(Self.prefix)\(table)")
        }
        try database.execute(
            """
            CREATE TABLE carried_cursors (
                name TEXT PRIMARY KEY, generation INTEGER NOT NULL, position INTEGER NOT NULL, log BLOB, event BLOB) WITHOUT ROWID
            """)
        try ConsumerFile.makeDeadLetterTables(database, prefix: Self.prefix)
        let insert = try database.statement("INSERT INTO carried_cursors (\(ConsumerFile.columns)) VALUES (?, ?, ?, ?, ?)")
        for cursor in cursors {
            try ConsumerFile.bind(cursor, to: insert)
            try insert.run()
        }
        try writeDeadLetters(into: database, prefix: Self.prefix)
    }

    /// Writes the dead letters and the pauses into the tables of a prefix.
    func writeDeadLetters(into database: Connection, prefix: String = "") throws {
        for letter in deadLetters { try letter.write(into: database, table: "\(prefix)dead_letters") }
        for pause in pauses {
            try database.run(
                "INSERT OR REPLACE INTO \(prefix)pauses (consumer, reason) VALUES (?, ?)", pause.consumer, pause.reason)
        }
    }

    /// Reads it from a log; nothing where the log is missing, or was not restored.
    static func read(_ file: LogFile) throws -> CarriedConsumers {
        guard !file.isEmpty else { return CarriedConsumers() }
        let database = try file.openReader()
        defer { database.close() }
        guard try has("\(prefix)cursors", database) else { return CarriedConsumers() }
        let cursors = try database.statement("SELECT \(ConsumerFile.columns) FROM carried_cursors ORDER BY name")
            .rows(ConsumerFile.cursor)
        var carried = try readDeadLetters(database, prefix: prefix)
        carried.cursors = cursors
        return carried
    }

    /// Reads the dead letters and the pauses from the tables of a prefix; nothing where an older release made the file.
    static func readDeadLetters(_ database: Connection, prefix: String = "") throws -> CarriedConsumers {
        guard try has("\(prefix)dead_letters", database) else { return CarriedConsumers() }
        return CarriedConsumers(
            deadLetters: try database.statement(
                "SELECT \(OwnedDeadLetter.columns) FROM \(prefix)dead_letters ORDER BY consumer, sequence"
            ).rows { OwnedDeadLetter($0) },
            pauses: try database.statement(
                "SELECT consumer, reason FROM \(prefix)pauses WHERE reason IS NOT NULL ORDER BY consumer"
            ).rows { ($0.text(0), $0.text(1)) })
    }

    private static func has(_ table: String, _ database: Connection) throws -> Bool {
        try database.integer("SELECT count(*) FROM sqlite_schema WHERE name = ?", table) == 1
    }
}
#endif
