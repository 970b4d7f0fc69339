#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Reads a range of the log itself, row by row, checks each of them, and says which ones a query wants, but for its selection.
///
/// SQLite filters, but every row is handed over: one that is damaged may be one that the query wants, and one that is
/// missing too.
final class LogScan {
    /// A row of the log, valid until the next one.
    struct Row {
        let sequence: Int64
        let columns: EventColumns
        let matches: Bool
    }

    private let rows: Statement
    private let log: LogExtent
    private var continuity: Continuity

    init(
        _ database: Connection, _ log: LogExtent, _ range: ClosedRange<Int64>, _ query: EventQuery, descending: Bool = false
    ) throws {
        self.log = log
        continuity = Continuity(log, database, range, descending: descending)
        let filter = LogFilter(query.filter)
        // The filter has the first parameters, and begins with the range.
        rows = try database.statement(
            """
            SELECT \(EventRow.columns), \(filter.condition) FROM events WHERE sequence BETWEEN ?1 AND ?2
            ORDER BY sequence \(descending ? "DESC" : "ASC")
            """)
        try filter.bind(to: rows, range)
    }

    /// The next row; nil: there is none, and none is missing.
    func next() throws -> Row? {
        guard try rows.step() else {
            try continuity.finish()
            return nil
        }
        let sequence = rows.integer(0)
        try continuity.pass(sequence)
        return Row(
            sequence: sequence, columns: try EventRow.borrow(rows, in: log),
            matches: rows.integer(EventRow.columnCount) != 0)
    }
}
#endif
