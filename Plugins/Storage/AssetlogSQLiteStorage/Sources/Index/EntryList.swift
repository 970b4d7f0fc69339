#if SQLite
internal import AssetlogSQLite

/// The sequences of one scope and kind in their order, ascending or descending, read segment by segment.
struct EntryList {
    private let statement: Statement
    private let isDescending: Bool
    private var sequences: [Int64] = []
    private var index = 0
    private var isAtEnd = false

    init(_ database: Connection, scope: Int64, kind: Int64, descending: Bool) throws {
        isDescending = descending
        // The first segment that is read may begin on the far side of the first sequence that is wanted.
        let segments =
            descending
            ? "start <= ?3 ORDER BY start DESC"
            : """
            start >= ifnull((SELECT max(start) FROM entries WHERE scope = ?1 AND kind = ?2 AND start <= ?3), 0)
            ORDER BY start
            """
        statement = try database.statement(
            "SELECT start, sequences FROM entries WHERE scope = ?1 AND kind = ?2 AND \(segments)")
        try statement.bind(scope, at: 1)
        try statement.bind(kind, at: 2)
    }

    /// The sequence that it stands on; nil: there is none.
    var next: Int64? { index < sequences.count ? sequences[index] : nil }

    /// Goes to the next sequence.
    mutating func advance() throws {
        index += 1
        if index >= sequences.count { try readSegment() }
    }

    /// Goes to the first sequence that does not stand before `first`, in the direction of reading.
    mutating func skip(to first: Int64) throws {
        if let next, let last = sequences.last, !isBefore(next, first) || !isBefore(last, first) {
            return skipWithinSegment(to: first)
        }
        guard next != nil || !isAtEnd else { return }
        statement.reset()
        isAtEnd = false
        try statement.bind(first, at: 3)
        repeat {
            try readSegment()
            skipWithinSegment(to: first)
        } while next == nil && !isAtEnd
    }

    private mutating func skipWithinSegment(to first: Int64) {
        // What is looked for is mostly near.
        while let next, isBefore(next, first) { index += 1 }
    }

    private func isBefore(_ sequence: Int64, _ first: Int64) -> Bool {
        isDescending ? sequence > first : sequence < first
    }

    private mutating func readSegment() throws {
        sequences.removeAll()
        index = 0
        while sequences.isEmpty, !isAtEnd {
            guard try statement.step() else {
                isAtEnd = true
                return
            }
            sequences = SequenceSegment.sequences(from: statement.integer(0), statement.bytes(1))
            if isDescending { sequences.reverse() }
        }
    }
}
#endif
