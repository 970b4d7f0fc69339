#if SQLite
internal import AssetlogCore
internal import GRDB

/// Answers from the index, inside one snapshot of it: where events are that a query may want.
struct IndexReader {
    let database: Database
    /// The index knows every event up to this sequence, and none behind it.
    let watermark: Int64

    init(_ database: Database) throws {
        self.database = database
        watermark = try database.rawInteger("SELECT watermark FROM progress") ?? 0
    }

    /// The index knows the identity of every event up to this sequence.
    func identities() throws -> Int64 {
        max(watermark, try database.rawInteger("SELECT identities FROM progress") ?? 0)
    }

    /// The sequence of an event.
    func sequence(of id: EventID, in deployment: String) throws -> Int64? {
        let statement = try RawStatement(
            database,
            """
            SELECT sequence FROM ids WHERE event_id = ?
            AND scope = (SELECT scope FROM scopes WHERE asset_key = '' AND deployment = ?)
            """)
        try statement.bind(EventIDBytes(id), at: 1)
        try statement.bind(deployment, at: 2)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return statement.integer(0)
    }

    /// The lists of sequences that together hold every event of the query's deployment, asset and kind.
    ///
    /// Nil: the query names none of them, so that the log itself is the list.
    func lists(for query: EventQuery, descending: Bool) throws -> [EntryList]? {
        guard query.deployment != nil || query.assetKey != nil || query.kind != nil else { return nil }
        return try scopes(for: query).flatMap { scope in
            try query.kinds.flatMap { kind in
                try [false, true].map { isStray in
                    let kind = EventIndex.kind(Int64(kind.rawValue), isStray: isStray)
                    return try EntryList(database, scope: scope, kind: kind, descending: descending)
                }
            }
        }
    }

    /// The numbers of the scopes that together hold every event of the query's deployment and asset.
    func scopes(for query: EventQuery) throws -> [Int64] {
        let filter = query.deployment == nil ? "" : " AND deployment = ?"
        let statement = try RawStatement(database, "SELECT scope FROM scopes WHERE asset_key = ?\(filter)")
        try statement.bind(query.assetKey?.canonical ?? "", at: 1)
        if let deployment = query.deployment { try statement.bind(deployment, at: 2) }
        var scopes: [Int64] = []
        while try statement.step() { scopes.append(statement.integer(0)) }
        return scopes
    }

    /// The part of `range` nearest to its start (its end, when descending) where the block's times touch the query's.
    ///
    /// Nil: there is none.
    func nextRun(in range: ClosedRange<Int64>, for query: EventQuery, descending: Bool) throws -> ClosedRange<Int64>? {
        guard query.from != nil || query.to != nil else { return range }
        let statement = try RawStatement(
            database,
            """
            SELECT block FROM zones WHERE block BETWEEN ? AND ? AND greatest >= ? AND least < ?
            ORDER BY block \(descending ? "DESC" : "ASC") LIMIT 256
            """)
        try statement.bind(range.lowerBound >> EventIndex.zoneBits, at: 1)
        try statement.bind(range.upperBound >> EventIndex.zoneBits, at: 2)
        try statement.bind(query.from?.microseconds ?? .min, at: 3)
        // No event is as late as the greatest number, in microseconds.
        try statement.bind(query.to?.microseconds ?? .max, at: 4)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        var blocks = statement.integer(0)...statement.integer(0)
        while try statement.step() {
            let block = statement.integer(0)
            guard block == (descending ? blocks.lowerBound - 1 : blocks.upperBound + 1) else { break }
            blocks = min(block, blocks.lowerBound)...max(block, blocks.upperBound)
        }
        let (first, last) = (EventIndex.sequences(of: blocks.lowerBound), EventIndex.sequences(of: blocks.upperBound))
        return (first.lowerBound...last.upperBound).clamped(to: range)
    }
}

/// The sequences of one scope and kind, in one direction.
struct EntryList {
    private let statement: RawStatement

    init(_ database: Database, scope: Int64, kind: Int64, descending: Bool) throws {
        statement = try RawStatement(
            database,
            """
            SELECT sequence FROM entries WHERE scope = ? AND kind = ? AND sequence BETWEEN ? AND ?
            ORDER BY sequence \(descending ? "DESC" : "ASC") LIMIT ?
            """)
        try statement.bind(scope, at: 1)
        try statement.bind(kind, at: 2)
    }

    /// At most `limit` sequences in `range`, from the end of it where reading starts.
    func sequences(in range: ClosedRange<Int64>, limit: Int) throws -> [Int64] {
        try statement.bind(range.lowerBound, at: 3)
        try statement.bind(range.upperBound, at: 4)
        try statement.bind(Int64(limit), at: 5)
        var sequences: [Int64] = []
        while try statement.step() { sequences.append(statement.integer(0)) }
        return sequences
    }
}
#endif
