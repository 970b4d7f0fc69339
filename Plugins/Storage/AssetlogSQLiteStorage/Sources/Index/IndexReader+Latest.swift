#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

extension IndexReader {
    /// The blocks that may hold an event in order from before a moment.
    func zones(before bound: EventTimeKey) throws -> IndexZones { try IndexZones(database, before: bound) }

    /// The timestamps and sequences of the strays of a scope and kind from before a moment, greatest first.
    func strays(_ scope: Int64, _ kind: EventKind, before bound: EventTimeKey) throws -> Statement {
        let statement = try database.statement(
            """
            SELECT timestamp, sequence FROM strays WHERE scope = ? AND kind = ? AND (timestamp, sequence) < (?, ?)
            ORDER BY timestamp DESC, sequence DESC
            """)
        try statement.bind(scope, at: 1)
        try statement.bind(Int64(kind.rawValue), at: 2)
        try statement.bind(bound.timestamp.microseconds, at: 3)
        try statement.bind(bound.sequence, at: 4)
        return statement
    }

    /// The sequences of the events in order of some scopes and kinds, greatest first.
    func eventsInOrder(_ scopes: [Int64], _ kinds: [EventKind], upTo last: Int64) throws -> MergedEntries {
        let kinds = kinds.map { EventIndex.kind(Int64($0.rawValue), isStray: false) }
        return try MergedEntries(database, scopes: scopes, kinds: kinds, from: last, descending: true)
    }
}
#endif
