#if SQLite
/// Follows a scan over a range of the log, and finds out when it passes an event that is missing.
struct Continuity {
    private let log: LogExtent
    private let range: ClosedRange<Int64>
    private let isDescending: Bool
    private var next: Int64

    init(_ log: LogExtent, _ range: ClosedRange<Int64>, descending: Bool = false) {
        self.log = log
        self.range = range
        isDescending = descending
        next = descending ? range.upperBound : range.lowerBound
    }

    /// Takes the next row.
    mutating func pass(_ sequence: Int64) throws {
        if isDescending {
            try require(sequence + 1, next)
            next = sequence - 1
        } else {
            try require(next, sequence - 1)
            next = sequence + 1
        }
    }

    /// There was no further row in the range.
    func finish() throws {
        if isDescending { try require(range.lowerBound, next) } else { try require(next, range.upperBound) }
    }

    private func require(_ first: Int64, _ last: Int64) throws {
        guard first <= last, let sequence = log.event(in: first...last) else { return }
        throw log.missing(sequence)
    }
}
#endif
