#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Several lists of sequences of the index as one in their order, read as far as it is asked for.
struct MergedEntries {
    // A handful for an asset, some hundred for a prefix or for all deployments: looked through for each sequence.
    private var lists: [EntryList]
    private let isDescending: Bool

    /// The sequence that it stands on; nil: there is none.
    private(set) var next: Int64?

    /// - Parameter kinds: As they stand in `entries`; see ``EventIndex/kind(_:isStray:)``.
    init(_ database: Connection, scopes: [Int64], kinds: [Int64], from first: Int64, descending: Bool) throws {
        isDescending = descending
        lists = try scopes.flatMap { scope in
            try kinds.map { try EntryList(database, scope: scope, kind: $0, descending: descending) }
        }
        try skip(to: first)
    }

    /// Goes to the next sequence.
    mutating func advance() throws {
        for index in lists.indices where lists[index].next == next { try lists[index].advance() }
        settle()
    }

    /// Goes to the first sequence that does not stand before `first`, in the direction of reading.
    mutating func skip(to first: Int64) throws {
        for index in lists.indices { try lists[index].skip(to: first) }
        settle()
    }

    private mutating func settle() {
        next = lists.lazy.compactMap(\.next).reduce(nil) { (first: Int64?, sequence: Int64) in
            guard let first else { return sequence }
            return isDescending ? max(first, sequence) : min(first, sequence)
        }
    }
}
#endif
