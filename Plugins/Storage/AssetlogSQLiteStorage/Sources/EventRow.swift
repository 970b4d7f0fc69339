#if SQLite
internal import AssetlogCore

/// How an event stands in a row of the table `events`.
enum EventRow {
    static let columns =
        "sequence, event_id, deployment, kind, asset_key, partition, timestamp, received_at, reported_by, details"

    /// Reads the row that a statement over ``columns`` stands on.
    ///
    /// - Throws: ``StorageError`` with the code `damaged` when the row can't be an event.
    static func read(_ row: RawStatement, file: String) throws -> LoggedEvent {
        let sequence = row.integer(0)
        func damaged(_ column: String) -> StorageError {
            StorageError(
                .damaged,
                "\(file) is damaged: the \(column) of event \(sequence) can't be read. Run `assetlog verify`, and"
                    + " restore the last backup into an empty directory.")
        }
        guard let id = EventIDBytes(row.bytes(1)) else { throw damaged("event_id") }
        guard row.isText(2) else { throw damaged("deployment") }
        guard let kind = UInt8(exactly: row.integer(3)).flatMap(EventKind.init(rawValue:)) else {
            throw damaged("kind")
        }
        guard row.isText(4) else { throw damaged("asset_key") }
        guard row.isInteger(6), row.isInteger(7) else { throw damaged("timestamp") }
        guard row.isBlob(9) else { throw damaged("details") }
        return LoggedEvent(
            sequence: sequence,
            event: Event(
                id: id.id, deployment: row.text(2), kind: kind, assetKey: AssetKey(canonical: row.text(4)),
                partition: row.isNull(5) ? nil : row.text(5),
                timestamp: Timestamp(microseconds: row.integer(6)),
                receivedAt: Timestamp(microseconds: row.integer(7)),
                reportedBy: row.isNull(8) ? nil : row.text(8), details: Array(row.bytes(9))))
    }

    /// Lends the row that a statement over ``columns`` stands on, until its next step; nil when it can't be an event.
    static func borrow(_ row: RawStatement) -> EventColumns? {
        guard let id = EventIDBytes(row.bytes(1)),
            let kind = UInt8(exactly: row.integer(3)).flatMap(EventKind.init(rawValue:))
        else { return nil }
        return EventColumns(
            id: id.id, kind: kind, timestamp: Timestamp(microseconds: row.integer(6)),
            receivedAt: Timestamp(microseconds: row.integer(7)), deployment: row.bytes(2), assetKey: row.bytes(4),
            partition: row.isNull(5) ? nil : row.bytes(5), reportedBy: row.isNull(8) ? nil : row.bytes(8),
            details: row.bytes(9))
    }
}
#endif
