#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Answers from the index, inside one snapshot of it: where events are that a query may want.
struct IndexReader {
    let database: Connection
    /// The index knows every event up to this sequence, and none behind it.
    let watermark: Int64

    init(_ database: Connection) throws {
        self.database = database
        watermark = try database.integer("SELECT watermark FROM progress") ?? 0
    }

    /// The index knows the identity of every event up to this sequence.
    func identities() throws -> Int64 {
        max(watermark, try database.integer("SELECT identities FROM progress") ?? 0)
    }

    /// The first sequence that the index knows; nil: it knows none.
    func first() throws -> Int64? {
        let kinds = EventKind.allCases.flatMap { kind in
            [false, true].map { EventIndex.kind(Int64(kind.rawValue), isStray: $0) }
        }
        let scopes = try database.statement("SELECT scope FROM scopes WHERE asset_key = ''").rows { $0.integer(0) }
        return try MergedEntries(database, scopes: scopes, kinds: kinds, from: 0, descending: false).next
    }

    /// The sequence of an event.
    func sequence(of id: EventID, in deployment: String) throws -> Int64? {
        let scopes = try ScopeFinder { try database.statement($0) }
        guard let scope = try scopes.number(assetKey: "", deployment: deployment) else { return nil }
        return try IdentityFinder { try database.statement($0) }.sequence(of: EventIDBytes(id), scope: scope)
    }

    /// The sequences that together hold every event of the filter's deployment, assets and kinds, from one on.
    ///
    /// Nil: the filter names none of them, so that the log itself is the list.
    func entries(for filter: EventFilter, from first: Int64, descending: Bool) throws -> MergedEntries? {
        guard
            filter.deployment != nil || filter.assetKey != nil || filter.prefix != nil || filter.assets != nil
                || filter.possibleKinds != nil
        else { return nil }
        let kinds = filter.sortedKinds.flatMap { kind in
            [false, true].map { EventIndex.kind(Int64(kind.rawValue), isStray: $0) }
        }
        return try MergedEntries(
            database, scopes: scopes(for: filter), kinds: kinds, from: first, descending: descending)
    }

    /// The numbers of the scopes that together hold every event of the filter's deployment and assets.
    func scopes(for filter: EventFilter) throws -> [Int64] {
        if filter.assetKey == nil, filter.prefix != nil || filter.assets != nil, let scopes = try scopesOfAssets(filter) {
            return scopes
        }
        let deployment = filter.deployment == nil ? "" : " AND deployment = ?"
        let statement = try database.statement("SELECT scope FROM scopes WHERE asset_key = ?\(deployment)")
        for (index, value) in [filter.assetKey?.canonical ?? "", filter.deployment].compactMap(\.self).enumerated() {
            try statement.bind(value, at: index + 1)
        }
        var scopes: [Int64] = []
        while try statement.step() { scopes.append(statement.integer(0)) }
        return scopes
    }

    /// How many assets below a prefix, or that patterns match, are read by their own lists. Of more, the events of the whole
    /// deployment are looked at: each list costs a statement, and of hundreds of assets most events are close together.
    static let maximumAssets = 64
    /// How many assets are looked at to find those that match.
    static let maximumCandidates = 4096

    /// The numbers of the assets that the filter's prefix and patterns leave; nil: there are too many, or too many to look at.
    private func scopesOfAssets(_ filter: EventFilter) throws -> [Int64]? {
        let statement = try database.statement(
            "SELECT scope, asset_key FROM scopes WHERE asset_key >= ?1 AND asset_key < ?2"
                + (filter.deployment == nil ? "" : " AND deployment = ?3"))
        if let deployment = filter.deployment { try statement.bind(deployment, at: 3) }
        var (scopes, candidates) = (Set<Int64>(), 0)
        for start in filter.keyStarts {
            // No byte of a text is as great. SQLite reads both while it steps.
            let end = start + [0xff]
            let hasAll = try start.withUnsafeBytes { start in
                try end.withUnsafeBytes { end in
                    try statement.bind(text: start, at: 1)
                    try statement.bind(text: end, at: 2)
                    defer { statement.reset() }
                    while try statement.step() {
                        candidates += 1
                        if filter.matches(canonicalKey: statement.bytes(1)) { scopes.insert(statement.integer(0)) }
                        guard scopes.count <= Self.maximumAssets, candidates <= Self.maximumCandidates else { return false }
                    }
                    return true
                }
            }
            guard hasAll else { return nil }
        }
        return scopes.sorted()
    }

    /// The part of `range` nearest to its start (its end, when descending) where the block's times touch the filter's.
    ///
    /// Nil: there is none.
    func nextRun(in range: ClosedRange<Int64>, for filter: EventFilter, descending: Bool) throws -> ClosedRange<Int64>? {
        guard filter.from != nil || filter.to != nil else { return range }
        let statement = try database.statement(
            """
            SELECT block FROM zones WHERE block BETWEEN ? AND ? AND greatest >= ? AND least < ?
            ORDER BY block \(descending ? "DESC" : "ASC") LIMIT 256
            """)
        try statement.bind(range.lowerBound >> EventIndex.zoneBits, at: 1)
        try statement.bind(range.upperBound >> EventIndex.zoneBits, at: 2)
        try statement.bind(filter.from?.microseconds ?? .min, at: 3)
        // No event is as late as the greatest number, in microseconds.
        try statement.bind(filter.to?.microseconds ?? .max, at: 4)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        var blocks = statement.integer(0)...statement.integer(0)
        while try statement.step() {
            let block = statement.integer(0)
            guard block == (descending ? blocks.lowerBound - 1 : blocks.upperBound + 1) else { break }
            blocks = min(block, blocks.lowerBound)...max(block, blocks.upperBound)
        }
        let (first, last) = (EventIndex.sequences(of: blocks.lowerBound), EventIndex.sequences(of: blocks.upperBound))
        return (first.lowerBound...last.upperBound).clamped(to: range)
    }
}

extension EventFilter {
    /// What the canonical texts of the keys begin with that its prefix and patterns may match.
    fileprivate var keyStarts: [[UInt8]] {
        if let prefix { return [Array(prefix.canonical.utf8.dropLast())] }
        let starts = (assets ?? []).compactMap { $0.canonicalPieces.first.map { Array($0.utf8) } }
        // What begins with another one is found with that, which stands before it.
        return starts.sorted { $0.lexicographicallyPrecedes($1) }.reduce(into: []) { kept, start in
            if let last = kept.last, start.starts(with: last) { return }
            kept.append(start)
        }
    }
}
#endif
