#if SQLite
internal import AssetlogSQLite

/// Follows a scan over a range of the log, and finds out when it passes an event that is missing.
struct Continuity {
    private let log: LogExtent
    private let database: Connection
    // Asked for where a row is not there, which is seldom.
    private var removed: RemovedSequences?
    private let range: ClosedRange<Int64>
    private let isDescending: Bool
    private var next: Int64

    init(_ log: LogExtent, _ database: Connection, _ range: ClosedRange<Int64>, descending: Bool = false) {
        self.log = log
        self.database = database
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
    mutating func finish() throws {
        if isDescending { try require(range.lowerBound, next) } else { try require(next, range.upperBound) }
    }

    private mutating func require(_ first: Int64, _ last: Int64) throws {
        guard first <= last else { return }
        let removed = try removed ?? RemovedSequences(database)
        self.removed = removed
        guard let sequence = try log.event(in: first...last, removed) else { return }
        throw log.missing(sequence)
    }
}
#endif
