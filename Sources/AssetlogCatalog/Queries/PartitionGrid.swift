import AssetlogCore

/// The partitions of an asset by their dates, and the ranges of consecutive dates among them.
struct PartitionGrid: Sendable {
    private struct Cell {
        var number: Int64
        var standing: Standing
    }

    private struct OtherName {
        var name: ByteText
        var standing: Standing
    }

    /// At the raw value of the form, each once, in the order of their numbers.
    private var dates = [[Cell]](repeating: [], count: PartitionDate.Form.allCases.count)
    /// What is no date, in the order of the bytes.
    private var others: [OtherName] = []

    /// Calls its argument, which takes the bytes of a name, with each partition.
    init(_ forEach: ((UnsafeRawBufferPointer, Standing) -> Void) throws -> Void) rethrows {
        var (dates, others) = (dates, others)
        try forEach { name, standing in
            if let date = PartitionDate(name) {
                dates[Int(date.form.rawValue)].append(Cell(number: date.number, standing: standing))
            } else {
                others.append(OtherName(name: ByteText(String(decoding: name, as: UTF8.self)), standing: standing))
            }
        }
        self.dates = dates.map { Self.sorted($0, by: \.number) }
        self.others = Self.sorted(others, by: \.name)
    }

    /// The number of partitions.
    var count: Int { dates.reduce(others.count) { $0 + $1.count } }

    /// How much memory it takes, counted in partitions with short names.
    var weight: Int { others.reduce(count) { $0 + $1.name.text.utf8.count / 32 } }

    // The file has them in the order of their names, which is that of dates too.
    private static func sorted<Row, Value: Comparable>(_ rows: [Row], by value: (Row) -> Value) -> [Row] {
        let isSorted = zip(rows, rows.dropFirst()).allSatisfy { value($0) < value($1) }
        return isSorted ? rows : rows.sorted { value($0) < value($1) }
    }

    /// The partitions of both; where both have one, that of the other grid counts.
    func updated(with newer: PartitionGrid) -> PartitionGrid {
        guard newer.count > 0 else { return self }
        var grid = self
        for index in dates.indices { grid.dates[index] = Self.merged(dates[index], newer.dates[index], by: \.number) }
        grid.others = Self.merged(others, newer.others, by: \.name)
        return grid
    }

    private static func merged<Row, Value: Comparable>(_ rows: [Row], _ newer: [Row], by value: (Row) -> Value) -> [Row] {
        guard !newer.isEmpty else { return rows }
        var merged: [Row] = []
        merged.reserveCapacity(rows.count + newer.count)
        var index = rows.startIndex
        for row in newer {
            while index < rows.endIndex, value(rows[index]) < value(row) {
                merged.append(rows[index])
                index += 1
            }
            if index < rows.endIndex, value(rows[index]) == value(row) { index += 1 }
            merged.append(row)
        }
        return merged + rows[index...]
    }

    // MARK: Summing up

    /// The ranges in the order of the forms of dates, and then what is no date.
    ///
    /// - Parameter expires: When a state changes by itself, if that is earlier.
    func summary(at clock: StateClock, _ expires: inout Timestamp?) -> PartitionSummary {
        var summary = PartitionSummary(counts: StateCounts())
        for form in PartitionDate.Form.allCases { addRanges(of: form, clock, to: &summary) }
        for other in others {
            let state = other.standing.state(at: clock)
            summary.counts[state] += 1
            Self.add(state, from: { other.name.text }, to: { other.name.text }, count: 1, to: &summary)
        }
        for cell in dates.joined() where cell.standing.started != nil { expires.formEarlier(cell.standing.expiry(at: clock)) }
        for other in others { expires.formEarlier(other.standing.expiry(at: clock)) }
        return summary
    }

    private func addRanges(of form: PartitionDate.Form, _ clock: StateClock, to summary: inout PartitionSummary) {
        let cells = dates[Int(form.rawValue)]
        guard let first = cells.first else { return }
        let distance = cells.reduce(Int64(0)) { Self.greatestDivisor($0, $1.number - first.number) }
        let step = PartitionDate.step(form, dividing: distance, count: cells.count)
        func name(_ number: Int64) -> String { PartitionDate(form: form, number: number).name }
        var (start, state, last, count) = (first.number, first.standing.state(at: clock), first.number, 0)
        for cell in cells {
            let now = cell.standing.state(at: clock)
            summary.counts[now] += 1
            let isNext = count == 0 || cell.number == last + step
            if !isNext || now != state {
                Self.add(state, from: { name(start) }, to: { name(last) }, count: count, to: &summary)
                (start, state, count) = (cell.number, now, 0)
            }
            if !isNext { Self.add(gapFrom: { name(last + step) }, to: { name(cell.number - step) }, to: &summary) }
            last = cell.number
            count += 1
        }
        Self.add(state, from: { name(start) }, to: { name(last) }, count: count, to: &summary)
    }

    private static func add(
        _ state: AssetState, from: () -> String, to: () -> String, count: Int, to summary: inout PartitionSummary
    ) {
        if summary.ranges.count < CatalogLimits.ranges {
            summary.ranges.append(.init(from: from(), to: to(), state: state, count: count))
        } else {
            summary.isCut = true
        }
    }

    private static func add(gapFrom from: () -> String, to: () -> String, to summary: inout PartitionSummary) {
        if summary.missing.count < CatalogLimits.ranges {
            summary.missing.append(.init(from: from(), to: to()))
        } else {
            summary.isCut = true
        }
    }

    private static func greatestDivisor(_ left: Int64, _ right: Int64) -> Int64 {
        var (left, right) = (left, right)
        while right != 0 { (left, right) = (right, left % right) }
        return left
    }
}

/// The partitions that the file has of a few assets that have very many, so that a summary does not read them each time.
///
/// It belongs to the state of a ``CatalogMemory``, and is used under its lock.
struct PartitionGrids: Sendable {
    private struct Known {
        var grid: PartitionGrid
        var weight: Int
        var lastUse: Int
    }

    /// Assets with fewer partitions are read.
    private static let least = 2000
    /// All grids together have at most so many partitions.
    private static let most = 250_000

    private var grids: [Int64: Known] = [:]
    private var weight = 0
    private var uses = 0

    /// The partitions of an asset, given by its number; nil: they are to be read.
    mutating func grid(of id: Int64) -> PartitionGrid? {
        uses += 1
        grids[id]?.lastUse = uses
        return grids[id]?.grid
    }

    /// Keeps the partitions of an asset when they are many; those that were not used for longest go.
    mutating func keep(_ grid: PartitionGrid, of id: Int64) {
        remove(id)
        let added = grid.weight
        guard (Self.least...Self.most).contains(added) else { return }
        while weight + added > Self.most, let oldest = grids.min(by: { $0.value.lastUse < $1.value.lastUse }) { remove(oldest.key) }
        uses += 1
        grids[id] = Known(grid: grid, weight: added, lastUse: uses)
        weight += added
    }

    /// Forgets an asset of which the file has other partitions now.
    mutating func remove(_ id: Int64) {
        if let known = grids.removeValue(forKey: id) { weight -= known.weight }
    }
}
