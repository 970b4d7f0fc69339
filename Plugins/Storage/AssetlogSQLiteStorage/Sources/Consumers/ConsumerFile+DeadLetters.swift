#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

extension ConsumerFile {
    /// Makes the tables of dead letters and pauses.
    ///
    /// A pause without a reason is one that ended: its row says that the consumer is known here, whatever a restored log carries.
    static func makeDeadLetterTables(_ database: Connection, prefix: String = "") throws {
        try database.execute(
            """
            CREATE TABLE \(prefix)dead_letters (
                consumer TEXT NOT NULL, sequence INTEGER NOT NULL, log BLOB NOT NULL, event BLOB NOT NULL,
                attempts INTEGER NOT NULL, failed_at INTEGER NOT NULL, message TEXT NOT NULL, answer TEXT NOT NULL,
                is_replay_requested INTEGER NOT NULL, PRIMARY KEY (consumer, sequence))
            """)
        try database.execute(
            "CREATE INDEX \(prefix)requested ON \(prefix)dead_letters (consumer, sequence) WHERE is_replay_requested")
        try database.execute("CREATE TABLE \(prefix)pauses (consumer TEXT PRIMARY KEY, reason TEXT) WITHOUT ROWID")
    }

    func deadLetters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] {
        try await deadLetters(where: "consumer = ? AND sequence > ?", consumer, sequence, limit: limit)
    }

    func requestedDeadLetters(of consumer: String, limit: Int) async throws -> [DeadLetter] {
        try await deadLetters(where: "consumer = ? AND is_replay_requested", consumer, limit: limit)
    }

    private func deadLetters(
        where condition: String, _ values: any StatementValue..., limit: Int
    ) async throws -> [DeadLetter] {
        try await access { database in
            let rows = try database.statement(
                "SELECT \(OwnedDeadLetter.columns) FROM dead_letters WHERE \(condition) ORDER BY sequence LIMIT ?")
            try rows.bind(values + [Int64(max(1, limit))])
            return try rows.rows { OwnedDeadLetter($0).letter }
        }
    }

    func deadLetterCount(of consumer: String) async throws -> Int {
        try await access { Int(try $0.integer("SELECT count(*) FROM dead_letters WHERE consumer = ?", consumer) ?? 0) }
    }

    func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws {
        try await access { database in
            try Self.durably(database) {
                for letter in letters {
                    try OwnedDeadLetter(consumer: consumer, letter: letter).write(into: database, table: "dead_letters")
                }
            }
        }
    }

    func removeDeadLetters(of consumer: String, _ sequences: [Int64]?) async throws -> Int {
        try await access { database in
            try Self.durably(database) {
                guard let sequences else {
                    try database.run("DELETE FROM dead_letters WHERE consumer = ?", consumer)
                    return try database.changes
                }
                return try sequences.reduce(0) { count, sequence in
                    try database.run("DELETE FROM dead_letters WHERE consumer = ? AND sequence = ?", consumer, sequence)
                    return try count + database.changes
                }
            }
        }
    }

    func setPause(of consumer: String, _ reason: String?) async throws {
        try await access { database in
            try Self.durably(database) {
                try database.run("INSERT OR REPLACE INTO pauses (consumer, reason) VALUES (?, ?)", consumer, reason)
            }
        }
    }

    func pause(of consumer: String) async throws -> String? {
        try await access { try $0.text("SELECT reason FROM pauses WHERE consumer = ?", consumer) }
    }
}
#endif
