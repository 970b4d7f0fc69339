/// The first rows of many that come in no order.
struct FirstRows<Row: Comparable> {
    private let limit: Int
    /// In their order, with one more than asked for when there is one.
    private var sorted: [Row] = []

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Whether there are more than asked for.
    var isCut: Bool { sorted.count > limit }

    /// Those that were asked for.
    var rows: ArraySlice<Row> { sorted.prefix(limit) }

    mutating func add(_ row: Row) {
        if sorted.count > limit, let last = sorted.last, last < row { return }
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < row { low = middle + 1 } else { high = middle }
        }
        sorted.insert(row, at: low)
        if sorted.count > limit + 1 { sorted.removeLast() }
    }
}
