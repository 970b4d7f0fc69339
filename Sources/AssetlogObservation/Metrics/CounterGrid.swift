/// Counters for every pair of a name and a number, such as a route and a status: an addition is one atomic
/// instruction, without a lock, a look-up or an allocation.
public final class CounterGrid: Sendable {
    private let rowLabel: String
    private let rows: Int
    private let columnLabel: String
    private let columns: ClosedRange<Int>
    private let cells: AtomicCells

    /// Makes a grid of zeros.
    ///
    /// - Parameters:
    ///   - rowLabel: The label whose values are the names of the rows.
    ///   - rows: How many rows there are; additions give their index.
    ///   - columnLabel: The label whose values are the numbers of `columns`.
    ///   - columns: The numbers.
    public init(rowLabel: String, rows: Int, columnLabel: String, columns: ClosedRange<Int>) {
        self.rowLabel = rowLabel
        self.rows = rows
        self.columnLabel = columnLabel
        self.columns = columns
        cells = AtomicCells(count: rows * columns.count)
    }

    /// Adds to the counter of a row, by its index, and a column, by its number; what is out of range is ignored.
    public func add(_ amount: Int = 1, row: Int, column: Int) {
        guard amount > 0, row >= 0, row < rows, columns.contains(column) else { return }
        cells.add(amount, to: row * columns.count + (column - columns.lowerBound))
    }

    /// The number of a pair; 0 for what is out of range.
    public func value(row: Int, column: Int) -> Int {
        guard row >= 0, row < rows, columns.contains(column) else { return 0 }
        return cells[row * columns.count + (column - columns.lowerBound)]
    }

    /// The pairs that were counted at least once, of the rows with these names.
    public func samples(of names: [String]) -> [MetricSample] {
        names.enumerated().flatMap { row, name in
            columns.compactMap { column in
                let number = value(row: row, column: column)
                return number == 0
                    ? nil : MetricSample([rowLabel: name, columnLabel: String(column)], .integer(number))
            }
        }
    }
}
