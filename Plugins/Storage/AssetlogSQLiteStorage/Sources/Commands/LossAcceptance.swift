#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Records which events a log has lost, for an operator who continues without them.
struct LossAcceptance {
    /// So many separate ranges can be recorded; a log with more of them is to be restored.
    private static let mostRanges = 10_000

    /// Reads the whole log, records what is missing or damaged in it, and what `known` says.
    ///
    /// Rows that are damaged are moved to the table `damaged_events`, where the log does not look. It is one transaction.
    /// - Returns: What was recorded, in order.
    /// - Throws: ``StorageError``, also when pages can't be read, so that nobody knows what is behind them.
    static func record(_ known: [ClosedRange<Int64>], in database: Connection, _ log: LogExtent) throws -> [ClosedRange<Int64>] {
        do {
            return try database.transaction {
                let (missing, damaged) = try examine(database, log)
                try move(damaged, database)
                let lost = merge(known + missing + damaged.map { $0...$0 })
                try write(merge(log.gaps + lost), database)
                return lost
            }
        } catch {
            throw StorageError.from(error, file: log.file)
        }
    }

    private static func write(_ gaps: [ClosedRange<Int64>], _ database: Connection) throws {
        try database.execute("DELETE FROM gaps")
        let insert = try database.statement("INSERT INTO gaps (first, last) VALUES (?, ?)")
        for range in gaps {
            try insert.bind(range.lowerBound, at: 1)
            try insert.bind(range.upperBound, at: 2)
            try insert.run()
        }
    }

    private static func examine(
        _ database: Connection, _ log: LogExtent
    ) throws -> (missing: [ClosedRange<Int64>], damaged: [Int64]) {
        let rows = try database.statement("SELECT \(EventRow.columns) FROM events ORDER BY sequence")
        let removed = try RemovedSequences(database)
        var (missing, damaged) = ([ClosedRange<Int64>](), [Int64]())
        var next = log.first
        while try rows.step() {
            let sequence = rows.integer(0)
            while next < sequence, let first = try log.event(in: next...sequence - 1, removed) {
                let nextRemoved = try removed.first(in: first...sequence - 1, isRemoved: true) ?? sequence
                let last = min(nextRemoved - 1, (log.gaps.first { $0.lowerBound > first }?.lowerBound ?? .max) - 1)
                missing.append(first...last)
                next = last + 1
            }
            next = sequence + 1
            if (try? EventRow.borrow(rows, in: log)) == nil { damaged.append(sequence) }
            guard missing.count + damaged.count <= mostRanges else {
                throw StorageError(
                    .damaged,
                    "\(log.file) has more damaged events than can be recorded as lost. Restore the last backup into an empty"
                        + " folder.")
            }
        }
        return (missing, damaged)
    }

    private static func move(_ damaged: [Int64], _ database: Connection) throws {
        guard !damaged.isEmpty else { return }
        try database.execute("CREATE TABLE IF NOT EXISTS damaged_events AS SELECT * FROM events WHERE false")
        for statement in ["INSERT INTO damaged_events SELECT * FROM events WHERE sequence = ?", "DELETE FROM events WHERE sequence = ?"] {
            let change = try database.statement(statement)
            for sequence in damaged {
                try change.bind(sequence, at: 1)
                try change.run()
            }
        }
    }

    /// The ranges in order, those that touch each other as one.
    private static func merge(_ ranges: [ClosedRange<Int64>]) -> [ClosedRange<Int64>] {
        ranges.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { merged, range in
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
    }
}
#endif
