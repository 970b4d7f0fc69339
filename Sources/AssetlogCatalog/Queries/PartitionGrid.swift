/// Gathers the partitions of an asset, and finds the ranges of consecutive dates among them.
struct PartitionGrid {
    private struct Cell {
        var number: Int64
        var state: AssetState
    }

    private var dates: [PartitionDate.Form: [Cell]] = [:]
    private var others = FirstRows<OtherName>(limit: CatalogLimits.ranges)

    private struct OtherName: Comparable {
        var name: ByteText
        var state: AssetState

        static func < (left: OtherName, right: OtherName) -> Bool { left.name < right.name }
    }

    mutating func add(_ name: ByteText, _ state: AssetState) {
        if let date = PartitionDate(name) {
            dates[date.form, default: []].append(Cell(number: date.number, state: state))
        } else {
            others.add(OtherName(name: name, state: state))
        }
    }

    /// The ranges in the order of the forms of dates, and then what is no date.
    func summary(_ counts: StateCounts) -> PartitionSummary {
        var summary = PartitionSummary(counts: counts)
        for form in PartitionDate.Form.allCases {
            if let cells = dates[form] { Self.addRanges(of: cells.sorted { $0.number < $1.number }, form, to: &summary) }
        }
        for other in others.rows {
            Self.add(.init(from: other.name.text, to: other.name.text, state: other.state, count: 1), to: &summary)
        }
        if others.isCut { summary.isCut = true }
        return summary
    }

    private static func addRanges(of cells: [Cell], _ form: PartitionDate.Form, to summary: inout PartitionSummary) {
        guard let first = cells.first else { return }
        let distance = cells.reduce(Int64(0)) { greatestDivisor($0, $1.number - first.number) }
        let step = PartitionDate.step(form, dividing: distance, count: cells.count)
        func name(_ number: Int64) -> String { PartitionDate(form: form, number: number).name }
        var start = first
        var (last, count) = (first.number, 0)
        for cell in cells {
            let isNext = count == 0 || cell.number == last + step
            if !isNext || cell.state != start.state {
                add(.init(from: name(start.number), to: name(last), state: start.state, count: count), to: &summary)
                (start, count) = (cell, 0)
            }
            if !isNext { add(.init(from: name(last + step), to: name(cell.number - step)), to: &summary) }
            last = cell.number
            count += 1
        }
        add(.init(from: name(start.number), to: name(last), state: start.state, count: count), to: &summary)
    }

    private static func add(_ range: PartitionSummary.Range, to summary: inout PartitionSummary) {
        if summary.ranges.count < CatalogLimits.ranges { summary.ranges.append(range) } else { summary.isCut = true }
    }

    private static func add(_ gap: PartitionSummary.Gap, to summary: inout PartitionSummary) {
        if summary.missing.count < CatalogLimits.ranges { summary.missing.append(gap) } else { summary.isCut = true }
    }

    private static func greatestDivisor(_ left: Int64, _ right: Int64) -> Int64 {
        var (left, right) = (left, right)
        while right != 0 { (left, right) = (right, left % right) }
        return left
    }
}
