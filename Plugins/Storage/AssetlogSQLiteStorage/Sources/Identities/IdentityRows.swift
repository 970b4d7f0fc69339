#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Reads what the log itself says about identities, on the writer's connection.
struct IdentityRows {
    private let row: Statement
    private let rows: Statement
    private let removed: Statement
    private let log: LogExtent

    init(_ database: Connection, _ log: LogExtent) throws {
        self.log = log
        row = try database.prepare("SELECT \(EventRow.columns) FROM events WHERE sequence = ?")
        rows = try database.prepare(
            "SELECT sequence, event_id, deployment FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?")
        removed = try database.prepare(
            """
            SELECT sequence, content, timestamp, received_at FROM removed_identities WHERE event_id = ? AND deployment = ?
            """)
    }

    /// Compares an event with what is kept of a removed one of its identity.
    func matchRemoved(_ columns: borrowing EventColumns) throws -> IdentityMatch {
        try removed.bind(EventIDBytes(columns.id), at: 1)
        try removed.bind(text: columns.deployment, at: 2)
        defer {
            removed.reset()
            removed.clearBindings()
        }
        guard try removed.step() else { return .none }
        // What can't be read belongs to nothing that a client could repeat.
        let content = EventIDBytes(removed.bytes(1))?.id ?? EventID(high: 0, low: 0)
        return columns.match(
            removed: RemovedIdentity(
                id: columns.id, sequence: removed.integer(0), content: content,
                timestamp: Timestamp(microseconds: removed.integer(2)), receivedAt: Timestamp(microseconds: removed.integer(3))))
    }

    /// Compares an event with the one at a sequence; nil: that is another one, or there is none.
    ///
    /// A row that can't be read, or is damaged, says nothing; whether the disk still works, the commit will tell.
    func match(_ columns: borrowing EventColumns, at sequence: Int64) -> IdentityMatch? {
        do {
            try row.bind(sequence, at: 1)
            defer { row.reset() }
            guard try row.step() else { return nil }
            let logged = try EventRow.borrow(row, in: log)
            guard logged.id == columns.id, logged.deployment.elementsEqual(columns.deployment) else { return nil }
            return .event(sequence: sequence, isSame: columns.isRepetition(of: logged))
        } catch {
            return .unknown
        }
    }

    /// Reads the identities behind a sequence, in order, until `limit` or the log's end.
    func read(after sequence: Int64, limit: Int, _ body: (_ hash: UInt32, _ sequence: Int64) -> Void) throws {
        try rows.bind(sequence, at: 1)
        try rows.bind(Int64(limit), at: 2)
        defer { rows.reset() }
        while try rows.step() {
            // An identity that can't be read belongs to no event that a client could repeat.
            let id = EventIDBytes(rows.bytes(1))?.id ?? EventID(high: 0, low: 0)
            body(IdentityTail.hash(id, rows.bytes(2)), rows.integer(0))
        }
    }
}
#endif
