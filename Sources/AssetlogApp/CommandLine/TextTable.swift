/// A table for a terminal: columns as wide as their longest cell, two blanks between them.
struct TextTable {
    private var rows: [[String]]

    /// Makes a table of its titles.
    init(_ titles: [String]) {
        rows = [titles]
    }

    /// Appends a row with a cell for each title.
    mutating func append(_ cells: [String]) {
        rows.append(cells)
    }

    /// The lines, without blanks at their ends.
    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { cells in
            let line = zip(cells, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }
}

extension String {
    /// The text with blanks behind it, at least so many characters.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
