#if SQLite
internal import AssetlogCore
internal import GRDB

/// A block of sequences, for reading the events in order of time; see ``TimeOrder``.
struct IndexZone {
    /// The first and the last sequence of the block.
    let sequences: ClosedRange<Int64>
    /// The greatest timestamp of the events in order of this block and of all before it.
    let highest: Int64
}

/// Finds the blocks that may hold an event in order from before a moment.
struct IndexZones {
    private let statement: RawStatement

    init(_ database: Database, before bound: EventMoment) throws {
        statement = try RawStatement(
            database,
            """
            SELECT block, highest FROM zones WHERE block <= ? AND (lowest, block << \(EventIndex.zoneBits)) < (?, ?)
            ORDER BY block DESC LIMIT 1
            """)
        try statement.bind(bound.timestamp.microseconds, at: 2)
        try statement.bind(bound.sequence, at: 3)
    }

    /// The block of a sequence, or the nearest one before it; nil: there is none.
    func nearest(to sequence: Int64) throws -> IndexZone? {
        try statement.bind(sequence >> EventIndex.zoneBits, at: 1)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return IndexZone(sequences: EventIndex.sequences(of: statement.integer(0)), highest: statement.integer(1))
    }
}

extension IndexReader {
    /// The blocks that may hold an event in order from before a moment.
    func zones(before bound: EventMoment) throws -> IndexZones { try IndexZones(database, before: bound) }

    /// The timestamps and sequences of the strays of a scope and kind from before a moment, greatest first.
    func strays(_ scope: Int64, _ kind: EventKind, before bound: EventMoment) throws -> RawStatement {
        let statement = try RawStatement(
            database,
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
