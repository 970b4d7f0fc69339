#if SQLite
internal import AssetlogSQLite

/// Changes the lists of the table `entries`: a list has the sequences of one scope and kind, in segments.
struct EntryWriter {
    private let find: Statement
    private let insert: Statement
    private let delete: Statement

    init(_ database: Connection) throws {
        find = try database.statement(
            """
            SELECT start, last, count, sequences FROM entries WHERE scope = ? AND kind = ? AND start <= ?
            ORDER BY start DESC LIMIT 1
            """)
        insert = try database.statement(
            "INSERT OR REPLACE INTO entries (scope, kind, start, last, count, sequences) VALUES (?, ?, ?, ?, ?, ?)")
        delete = try database.statement("DELETE FROM entries WHERE scope = ? AND kind = ? AND start = ?")
    }

    /// Adds sequences that are greater than all of the list.
    func append(_ sequences: some Sequence<Int64>, scope: Int64, kind: Int64) throws {
        var segment = try segment(upTo: .max, scope, kind)
        for sequence in sequences {
            if segment?.append(sequence) == true { continue }
            if let segment { try write(segment, scope, kind) }
            segment = SequenceSegment(startingWith: sequence)
        }
        if let segment { try write(segment, scope, kind) }
    }

    /// Takes sequences out of the list, as far as it has them.
    ///
    /// - Parameter sequences: In their order.
    func remove(_ sequences: some Collection<Int64>, scope: Int64, kind: Int64) throws {
        var rest = sequences[...]
        while let first = rest.first {
            guard let segment = try segment(upTo: first, scope, kind) else {
                rest = rest.dropFirst()
                continue
            }
            let last = max(segment.last, first)
            let removed = Set(rest.prefix { $0 <= last })
            rest = rest.dropFirst(removed.count)
            let kept = segment.bytes.withUnsafeBytes { SequenceSegment.sequences(from: segment.start, $0) }.filter { !removed.contains($0) }
            guard kept.count < segment.count else { continue }
            try delete(segment, scope, kind)
            guard let least = kept.first else { continue }
            var smaller = SequenceSegment(startingWith: least)
            for sequence in kept.dropFirst() { _ = smaller.append(sequence) }
            try write(smaller, scope, kind)
        }
    }

    /// The segment that has a sequence, if one has it; nil: none can.
    private func segment(upTo sequence: Int64, _ scope: Int64, _ kind: Int64) throws -> SequenceSegment? {
        try find.bind(scope, at: 1)
        try find.bind(kind, at: 2)
        try find.bind(sequence, at: 3)
        guard try find.step() else { return nil }
        defer { find.reset() }
        return SequenceSegment(
            start: find.integer(0), last: find.integer(1), count: Int(truncatingIfNeeded: find.integer(2)), bytes: Array(find.bytes(3)))
    }

    private func write(_ segment: SequenceSegment, _ scope: Int64, _ kind: Int64) throws {
        try insert.bind(scope, at: 1)
        try insert.bind(kind, at: 2)
        try insert.bind(segment.start, at: 3)
        try insert.bind(segment.last, at: 4)
        try insert.bind(segment.count, at: 5)
        try segment.bytes.withUnsafeBytes { bytes in
            try insert.bind(blob: bytes, at: 6)
            try insert.run()
        }
        insert.clearBindings()
    }

    private func delete(_ segment: SequenceSegment, _ scope: Int64, _ kind: Int64) throws {
        try delete.bind(scope, at: 1)
        try delete.bind(kind, at: 2)
        try delete.bind(segment.start, at: 3)
        try delete.run()
    }
}
#endif
