#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// What ties an index to its log.
struct LogIdentity {
    /// The random number that the log got when it was made.
    let id: [UInt8]
    /// Finds the identity of the event at a sequence; nil when there is none that can be read.
    let identity: (Int64) throws -> EventIDBytes?

    /// A log that a server has open.
    init(_ readers: ReaderPool, _ log: LogExtent) {
        id = log.id.bytes
        identity = { sequence in try readers.read { try Self.find(sequence, $0, log) } }
    }

    /// A log that a command reads.
    init(_ connection: Connection, _ log: LogExtent) {
        id = log.id.bytes
        identity = { try Self.find($0, connection, log) }
    }

    private static func find(_ sequence: Int64, _ connection: Connection, _ log: LogExtent) throws -> EventIDBytes? {
        let row = try connection.statement("SELECT \(EventRow.columns) FROM events WHERE sequence = ?")
        try row.bind(sequence, at: 1)
        guard try row.step() else { return nil }
        return (try? EventRow.borrow(row, in: log)).map { EventIDBytes($0.id) }
    }
}
#endif
