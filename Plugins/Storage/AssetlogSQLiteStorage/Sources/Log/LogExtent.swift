#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Which log a file holds, and which of its sequences have an event: what tells an event that is missing from one that
/// never was.
struct LogExtent: Sendable {
    let file: String
    let id: LogID
    /// The first sequence that has or had an event, or will have one in an empty log.
    let first: Int64
    /// Older releases wrote the events up to this one, without checksums.
    let uncheckedUpTo: Int64
    /// The ranges that have no events, which an operator has accepted as lost; in order.
    let gaps: [ClosedRange<Int64>]

    /// Reads it from a file of the current format.
    ///
    /// - Throws: ``StorageError`` with the code `damaged` when the tables are not as they were made.
    init(_ database: Connection, file: String) throws {
        self.file = file
        try Self.checkColumns(database, file)
        let row = try database.statement("SELECT id, unchecked_up_to FROM log")
        guard try row.step(), let id = LogID(bytes: row.bytes(0)) else { throw Self.damaged(file, "its identity") }
        self.id = id
        uncheckedUpTo = row.integer(1)
        row.reset()
        let rows = try database.statement("SELECT first, last FROM gaps ORDER BY first")
        var gaps: [ClosedRange<Int64>] = []
        while try rows.step() {
            guard rows.integer(0) > gaps.last?.upperBound ?? 0, rows.integer(1) >= rows.integer(0) else {
                throw Self.damaged(file, "the list of lost events")
            }
            gaps.append(rows.integer(0)...rows.integer(1))
        }
        self.gaps = gaps
        let removed = try RemovalTables.statistics(database).sequences?.lowerBound
        let left = try database.integer("SELECT min(sequence) FROM events")
        first = [left, removed].compactMap(\.self).min() ?? (gaps.last?.upperBound ?? 0) + 1
    }

    /// The last sequence that was given to an event, by what the file holds now.
    func head(_ database: Connection) throws -> Int64 {
        let last = try database.integer("SELECT max(coalesce((SELECT max(sequence) FROM events), 0), last) FROM removals") ?? 0
        return max(last, gaps.last?.upperBound ?? 0)
    }

    /// The number of events up to a sequence, when so many were removed before it.
    func count(upTo head: Int64, removed: Int64) -> Int64 {
        guard head >= first else { return 0 }
        let lost = gaps.reduce(Int64(0)) { count, gap in
            gap.overlaps(first...head) ? count + Int64(gap.clamped(to: first...head).count) : count
        }
        return head - first + 1 - lost - removed
    }

    /// The first sequence of a range that must have an event; nil: none must.
    func event(in range: ClosedRange<Int64>, _ removed: RemovedSequences) throws -> Int64? {
        var sequence = max(range.lowerBound, first)
        while sequence <= range.upperBound, let left = try removed.first(in: sequence...range.upperBound, isRemoved: false) {
            guard let gap = gaps.first(where: { $0.contains(left) }) else { return left }
            sequence = gap.upperBound + 1
        }
        return nil
    }

    /// Makes sure that an event which has no row was removed.
    ///
    /// - Throws: ``missing(_:)``.
    func requireRemoval(of sequence: Int64, from database: Connection) throws {
        guard try RemovedSequences(database).contains(sequence) else { throw missing(sequence) }
    }

    /// The error about an event whose row is gone, while later ones are there.
    func missing(_ sequence: Int64) -> StorageError {
        StorageError(
            .damaged,
            "\(file) is damaged: the event \(sequence) is missing. Stop the server and run `assetlog verify`; restore the last"
                + " backup into an empty directory, or start with --accept-loss to continue without the event.",
            sequence: sequence)
    }

    private static func damaged(_ file: String, _ what: String) -> StorageError {
        StorageError(
            .damaged, "\(file) is damaged: \(what) can't be read. Restore the last backup into an empty directory.")
    }

    // A damaged schema may still be one that SQLite reads, with other columns or another key.
    private static func checkColumns(_ database: Connection, _ file: String) throws {
        let rows = try database.statement("SELECT name, type, \"notnull\", pk FROM pragma_table_info('events')")
        var found: [String] = []
        while try rows.step() {
            found.append("\(rows.text(0)) \(rows.text(1)) \(rows.integer(2)) \(rows.integer(3))")
        }
        let expected = [
            "sequence INTEGER 0 1", "event_id BLOB 1 0", "deployment TEXT 1 0", "kind INTEGER 1 0", "asset_key TEXT 1 0",
            "partition TEXT 0 0", "timestamp INTEGER 1 0", "received_at INTEGER 1 0", "reported_by TEXT 0 0",
            "details BLOB 1 0", "checksum INTEGER 0 0",
        ]
        guard found == expected else { throw damaged(file, "the table of the events") }
    }
}
#endif
