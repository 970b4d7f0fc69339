#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// How an event stands in a row of the table `events`.
enum EventRow {
    static let columns =
        "sequence, event_id, deployment, kind, asset_key, partition, timestamp, received_at, reported_by, details, checksum"
    /// How many there are.
    static let columnCount = 11

    /// The statement that inserts so many rows, with a parameter for each of their columns.
    static func insertion(rows: Int) -> String {
        let row = "(\(Array(repeating: "?", count: columnCount).joined(separator: ", ")))"
        return "INSERT INTO events (\(columns)) VALUES \(Array(repeating: row, count: rows).joined(separator: ", "))"
    }

    /// What is kept of an event's checksum: 32 bits, which take five bytes of the row.
    static func checksum(_ columns: borrowing EventColumns, at sequence: Int64) -> Int64 {
        let sum = columns.checksum(at: sequence)
        return Int64(Int32(truncatingIfNeeded: sum ^ sum >> 32))
    }

    /// Reads the row that a statement over ``columns`` stands on.
    ///
    /// - Throws: ``StorageError`` with the code `damaged` and the sequence when it is not what was written.
    static func read(_ row: Statement, in log: LogExtent) throws -> LoggedEvent {
        LoggedEvent(sequence: row.integer(0), event: try borrow(row, in: log).event)
    }

    /// Lends the row that a statement over ``columns`` stands on, until its next step.
    ///
    /// - Throws: As ``read(_:in:)``.
    static func borrow(_ row: Statement, in log: LogExtent) throws -> EventColumns {
        let sequence = row.integer(0)
        guard let id = EventIDBytes(row.bytes(1)) else { throw damaged("event_id", sequence, log) }
        guard row.type(2) == .text else { throw damaged("deployment", sequence, log) }
        guard let kind = UInt8(exactly: row.integer(3)).flatMap(EventKind.init(rawValue:)) else {
            throw damaged("kind", sequence, log)
        }
        guard row.type(4) == .text else { throw damaged("asset_key", sequence, log) }
        let (partition, reportedBy) = (row.type(5), row.type(8))
        guard partition == .text || partition == .null else { throw damaged("partition", sequence, log) }
        guard row.type(6) == .integer, row.type(7) == .integer else { throw damaged("timestamp", sequence, log) }
        guard reportedBy == .text || reportedBy == .null else { throw damaged("reported_by", sequence, log) }
        guard row.type(9) == .blob else { throw damaged("details", sequence, log) }
        let columns = EventColumns(
            id: id.id, kind: kind, timestamp: Timestamp(microseconds: row.integer(6)),
            receivedAt: Timestamp(microseconds: row.integer(7)), deployment: row.bytes(2), assetKey: row.bytes(4),
            partition: partition == .null ? nil : row.bytes(5), reportedBy: reportedBy == .null ? nil : row.bytes(8),
            details: row.bytes(9))
        if row.type(10) == .integer {
            guard row.integer(10) == checksum(columns, at: sequence) else { throw damaged("checksum", sequence, log) }
        } else {
            try checkUnsummed(row, columns, sequence, log)
        }
        return columns
    }

    /// Checks what can be checked of an event that an older release wrote.
    private static func checkUnsummed(
        _ row: Statement, _ columns: borrowing EventColumns, _ sequence: Int64, _ log: LogExtent
    ) throws {
        guard row.isNull(10), sequence <= log.uncheckedUpTo else { throw damaged("checksum", sequence, log) }
        guard CanonicalJSON.isCanonical(columns.assetKey, .array) else { throw damaged("asset_key", sequence, log) }
        guard CanonicalJSON.isCanonical(columns.details, .object) else { throw damaged("details", sequence, log) }
    }

    private static func damaged(_ column: String, _ sequence: Int64, _ log: LogExtent) -> StorageError {
        let what =
            column == "checksum"
            ? "event \(sequence) is not what was written" : "the \(column) of event \(sequence) can't be read"
        return StorageError(
            .damaged,
            "\(log.file) is damaged: \(what). Stop the server and run `assetlog verify`; restore the last"
                + " backup into an empty directory, or start with --accept-loss to continue without the event.",
            sequence: sequence)
    }
}
#endif
