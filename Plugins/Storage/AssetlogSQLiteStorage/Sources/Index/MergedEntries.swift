#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Several lists of sequences of the index as one in their order, read as far as it is asked for.
struct MergedEntries {
    /// The sequences of one scope and kind.
    private struct List {
        let statement: Statement
        var next: Int64?
    }

    // A handful for an asset, some hundred for a prefix or for all deployments: looked through for each sequence.
    private var lists: [List]
    private let isDescending: Bool

    /// The sequence that it stands on; nil: there is none.
    private(set) var next: Int64?

    /// - Parameter kinds: As they stand in `entries`; see ``EventIndex/kind(_:isStray:)``.
    init(_ database: Connection, scopes: [Int64], kinds: [Int64], from first: Int64, descending: Bool) throws {
        isDescending = descending
        let sql = """
            SELECT sequence FROM entries WHERE scope = ? AND kind = ? AND sequence \(descending ? "<=" : ">=") ?
            ORDER BY sequence \(descending ? "DESC" : "ASC")
            """
        lists = try scopes.flatMap { scope in
            try kinds.map { kind in
                let statement = try database.statement(sql)
                try statement.bind(scope, at: 1)
                try statement.bind(kind, at: 2)
                return List(statement: statement, next: descending ? .max : .min)
            }
        }
        try skip(to: first)
    }

    /// Goes to the next sequence.
    mutating func advance() throws {
        for place in lists.indices where lists[place].next == next { try step(place) }
        settle()
    }

    /// Goes to the first sequence that does not stand before `first`, in the direction of reading.
    mutating func skip(to first: Int64) throws {
        for place in lists.indices {
            guard let next = lists[place].next, isDescending ? next > first : next < first else { continue }
            lists[place].statement.reset()
            try lists[place].statement.bind(first, at: 3)
            try step(place)
        }
        settle()
    }

    private mutating func step(_ place: Int) throws {
        lists[place].next = try lists[place].statement.step() ? lists[place].statement.integer(0) : nil
    }

    private mutating func settle() {
        next = lists.lazy.compactMap(\.next).reduce(nil) { (first: Int64?, sequence: Int64) in
            guard let first else { return sequence }
            return isDescending ? max(first, sequence) : min(first, sequence)
        }
    }
}
#endif
