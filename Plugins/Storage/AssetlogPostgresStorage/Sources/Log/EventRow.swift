#if Postgres
internal import AssetlogCore

/// How an event stands in a row of the table `events`.
enum EventRow {
    static let columns =
        "sequence, event_id, deployment, kind, asset_key, partition, \"timestamp\", received_at, reported_by, details"

    /// Reads a row of ``columns``, the first of them at `column`.
    ///
    /// - Throws: ``StorageError`` with the code `damaged` when it can't be an event.
    static func read(_ rows: Rows, _ row: Int, from column: Int = 0) throws -> LoggedEvent {
        let sequence = rows.integer(row, column)
        let number = rows.integer(row, column + 3)
        guard let kind = UInt8(exactly: number).flatMap(EventKind.init(rawValue:)) else {
            throw StorageError(
                .damaged,
                "Event \(sequence) has the kind \(number), which this release does not know. A newer release may have written"
                    + " it: run the same release on every server.")
        }
        return LoggedEvent(
            sequence: sequence,
            event: Event(
                id: rows.id(row, column + 1), deployment: rows.text(row, column + 2), kind: kind,
                assetKey: AssetKey(canonical: rows.text(row, column + 4)),
                partition: rows.optionalText(row, column + 5), timestamp: rows.time(row, column + 6),
                receivedAt: rows.time(row, column + 7), reportedBy: rows.optionalText(row, column + 8),
                details: Array(rows.bytes(row, column + 9))))
    }
}
#endif
