#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// A block of sequences, for reading the events in order of time; see ``TimeOrder``.
struct IndexZone {
    /// The first and the last sequence of the block.
    let sequences: ClosedRange<Int64>
    /// The greatest timestamp of the events in order of this block and of all before it.
    let highest: Int64
}

/// Finds the blocks that may hold an event in order from before a moment.
struct IndexZones {
    private let statement: Statement

    init(_ database: Connection, before bound: EventTimeKey) throws {
        statement = try database.statement(
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
#endif
