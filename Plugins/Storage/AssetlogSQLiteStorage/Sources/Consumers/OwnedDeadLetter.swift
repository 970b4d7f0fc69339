#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// A dead letter and the consumer that it is one of: a row of a table of dead letters.
struct OwnedDeadLetter {
    let consumer: String
    let letter: DeadLetter

    static let columns = "consumer, sequence, log, event, attempts, failed_at, message, answer, is_replay_requested"

    init(consumer: String, letter: DeadLetter) {
        self.consumer = consumer
        self.letter = letter
    }

    /// Reads a row of ``columns``.
    init(_ row: Statement) {
        consumer = row.text(0)
        letter = DeadLetter(
            sequence: row.integer(1), log: LogID(bytes: row.bytes(2)) ?? LogID(high: 0, low: 0),
            event: EventID(bytes: row.bytes(3)) ?? EventID(high: 0, low: 0), attempts: Int(row.integer(4)),
            failedAt: Timestamp(microseconds: row.integer(5)), message: row.text(6), answer: row.text(7),
            isReplayRequested: row.integer(8) != 0)
    }

    /// Writes it in place of one with the same sequence.
    func write(into database: Connection, table: String) throws {
        let insert = try database.statement(
            "INSERT OR REPLACE INTO \(table) (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        try insert.bind(consumer, at: 1)
        try insert.bind(letter.sequence, at: 2)
        try insert.bind(letter.log.bytes, at: 3)
        try insert.bind(letter.event.bytes, at: 4)
        try insert.bind(letter.attempts, at: 5)
        try insert.bind(letter.failedAt.microseconds, at: 6)
        try insert.bind(letter.message, at: 7)
        try insert.bind(letter.answer, at: 8)
        try insert.bind(letter.isReplayRequested ? 1 : 0, at: 9)
        try insert.run()
    }
}
#endif
