#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres

/// How an event stands in a row of the table `events`.
enum EventRow {
    static let columns =
        "sequence, event_id, deployment, kind, asset_key, partition, \"timestamp\", received_at, reported_by, details, checksum"

    /// Reads a row of ``columns``, the first of them at `column`.
    ///
    /// - Throws: ``StorageError`` with the code `damaged` and the sequence when it is not what a server appended.
    static func read(_ rows: Rows, _ row: Int, from column: Int = 0) throws -> LoggedEvent {
        let sequence = rows.integer(row, column)
        let number = rows.integer(row, column + 3)
        guard let kind = UInt8(exactly: number).flatMap(EventKind.init(rawValue:)) else {
            throw StorageError(
                .damaged,
                "Event \(sequence) has the kind \(number), which this release does not know. A newer release may have written"
                    + " it: run the same release on every server.",
                sequence: sequence)
        }
        let columns = EventColumns(
            id: rows.id(row, column + 1), kind: kind, timestamp: rows.time(row, column + 6),
            receivedAt: rows.time(row, column + 7), deployment: rows.bytes(row, column + 2),
            assetKey: rows.bytes(row, column + 4), partition: rows.optionalBytes(row, column + 5),
            reportedBy: rows.optionalBytes(row, column + 8), details: rows.bytes(row, column + 9))
        guard isIntact(columns, sequence, checksum: rows.optionalInteger(row, column + 10)) else {
            throw StorageError(
                .damaged,
                "Event \(sequence) in PostgreSQL is not what was appended: its row was changed, or is damaged. Restore it from a"
                    + " backup; `assetlog consumer replay` lets exporters continue after it.",
                sequence: sequence)
        }
        return LoggedEvent(sequence: sequence, event: columns.event)
    }

    /// Whether an event is what a server appended; without a checksum, which older releases did not keep, whether it can be.
    private static func isIntact(_ columns: borrowing EventColumns, _ sequence: Int64, checksum: Int64?) -> Bool {
        guard let checksum else {
            guard CanonicalJSON.isCanonical(columns.assetKey, .array) else { return false }
            return CanonicalJSON.isCanonical(columns.details, .object)
        }
        return columns.checksum(at: sequence) == UInt64(bitPattern: checksum)
    }
}
#endif
