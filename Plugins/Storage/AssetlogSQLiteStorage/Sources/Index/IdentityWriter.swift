#if SQLite
internal import AssetlogSQLite

/// Changes the tables `ids` and `timed_ids`: which sequence the event of an identity has.
struct IdentityWriter {
    /// An event's identity, the number of its deployment, and its sequence.
    struct Entry {
        var id: EventIDBytes
        var scope: Int64
        var sequence: Int64
    }

    private let find: Statement
    private let following: Statement
    private let insertSegment: Statement
    private let deleteSegment: Statement
    private let insert: Statement
    private let delete: Statement

    init(_ database: Connection) throws {
        find = try database.statement(
            "SELECT start, entries FROM timed_ids WHERE scope = ? AND start <= ? ORDER BY start DESC LIMIT 1")
        following = try database.statement("SELECT start FROM timed_ids WHERE scope = ? AND start > ? ORDER BY start LIMIT 1")
        insertSegment = try database.statement("INSERT OR REPLACE INTO timed_ids (scope, start, entries) VALUES (?, ?, ?)")
        deleteSegment = try database.statement("DELETE FROM timed_ids WHERE scope = ? AND start = ?")
        // An identity can come again when its event was removed from the log.
        insert = try database.statement("INSERT OR REPLACE INTO ids (event_id, scope, sequence) VALUES (?, ?, ?)")
        delete = try database.statement("DELETE FROM ids WHERE event_id = ? AND scope = ? AND sequence = ?")
    }

    /// Adds identities. One that is there already gets the sequence that is added last.
    func insert(_ entries: [Entry]) throws {
        // Sorted, so that the rows of one page of the index come together: those that clients chose may be random.
        let sorted = entries.sorted { ($0.scope, $0.id, $0.sequence) < ($1.scope, $1.id, $1.sequence) }
        var rest = sorted[...]
        while let first = rest.first {
            guard first.id.isTimed else {
                try insertAlone(first)
                rest = rest.dropFirst()
                continue
            }
            let (segment, end) = try segment(of: first)
            let new = rest.prefix { entry in
                entry.scope == first.scope && entry.id.isTimed && end.map { entry.id < $0 } ?? true
            }
            try insert(new, into: segment)
            rest = rest.dropFirst(new.count)
        }
    }

    /// Takes out an identity, if it is that of the sequence.
    func remove(_ entry: Entry) throws {
        guard entry.id.isTimed else {
            try delete.bind(entry.id, at: 1)
            try delete.bind(entry.scope, at: 2)
            try delete.bind(entry.sequence, at: 3)
            return try delete.run()
        }
        guard var segment = try segment(of: entry).segment else { return }
        let count = segment.entries.count
        segment.entries.removeAll { $0.id == entry.id && $0.sequence == entry.sequence }
        if segment.entries.isEmpty {
            try deleteSegment.bind(entry.scope, at: 1)
            try deleteSegment.bind(segment.start, at: 2)
            try deleteSegment.run()
        } else if segment.entries.count < count {
            try write(segment, entry.scope)
        }
    }

    private func insertAlone(_ entry: Entry) throws {
        try insert.bind(entry.id, at: 1)
        try insert.bind(entry.scope, at: 2)
        try insert.bind(entry.sequence, at: 3)
        try insert.run()
    }

    /// The segment into which an identity belongs, and the start of the one after that.
    private func segment(of entry: Entry) throws -> (segment: IdentitySegment?, end: EventIDBytes?) {
        for statement in [find, following] {
            try statement.bind(entry.scope, at: 1)
            try statement.bind(entry.id, at: 2)
        }
        defer {
            find.reset()
            following.reset()
        }
        let segment =
            try find.step() ? EventIDBytes(find.bytes(0)).map { IdentitySegment(start: $0, bytes: find.bytes(1)) } : nil
        return (segment, try following.step() ? EventIDBytes(following.bytes(0)) : nil)
    }

    /// Merges new identities into a segment, which is split where it becomes too long.
    private func insert(_ new: ArraySlice<Entry>, into segment: IdentitySegment?) throws {
        guard let first = new.first else { return }
        let old = segment?.entries ?? []
        let added = new.map { IdentitySegment.Entry(id: $0.id, sequence: $0.sequence) }
        let isAppended = old.last.map { $0.id < first.id } ?? true
        let merged = Self.merged(old, added, isAppended: isAppended)
        // What is added at the end stays full; elsewhere there is room for what comes between.
        let parts = (merged.count + IdentitySegment.maximumCount - 1) / IdentitySegment.maximumCount
        let size = isAppended ? IdentitySegment.maximumCount : (merged.count + parts - 1) / parts
        for start in stride(from: 0, to: merged.count, by: size) {
            let part = Array(merged[start..<min(start + size, merged.count)])
            let key = start == 0 ? segment?.start : nil
            try write(IdentitySegment(start: key ?? part[0].id, entries: part), first.scope)
        }
    }

    /// Both in the order of their identities; of an identity that is there more than once the last one counts.
    private static func merged(
        _ old: [IdentitySegment.Entry], _ new: [IdentitySegment.Entry], isAppended: Bool
    ) -> [IdentitySegment.Entry] {
        var all = Array((old + new).enumerated())
        if !isAppended { all.sort { ($0.element.id, $0.offset) < ($1.element.id, $1.offset) } }
        return all.reduce(into: []) { merged, next in
            if merged.last?.id == next.element.id { merged.removeLast() }
            merged.append(next.element)
        }
    }

    private func write(_ segment: IdentitySegment, _ scope: Int64) throws {
        try insertSegment.bind(scope, at: 1)
        try insertSegment.bind(segment.start, at: 2)
        try segment.bytes.withUnsafeBytes { bytes in
            try insertSegment.bind(blob: bytes, at: 3)
            try insertSegment.run()
        }
        insertSegment.clearBindings()
    }
}

/// Finds the sequence of an identity.
struct IdentityFinder {
    private let alone: Statement
    private let segment: Statement

    /// - Parameter prepare: Makes a statement of a connection to the index.
    init(_ prepare: (String) throws -> Statement) throws {
        alone = try prepare("SELECT sequence FROM ids WHERE event_id = ? AND scope = ?")
        segment = try prepare("SELECT entries FROM timed_ids WHERE start <= ? AND scope = ? ORDER BY start DESC LIMIT 1")
    }

    /// The sequence of an event.
    ///
    /// - Parameter scope: The number of its deployment.
    func sequence(of id: EventIDBytes, scope: Int64) throws -> Int64? {
        let statement = id.isTimed ? segment : alone
        try statement.bind(id, at: 1)
        try statement.bind(scope, at: 2)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return id.isTimed ? IdentitySegment.sequence(of: id, in: statement.bytes(0)) : statement.integer(0)
    }
}
#endif
