#if SQLite
internal import AssetlogCore
internal import GRDB

/// A block of sequences, for reading the events in order of time; see ``TimeOrder``.
struct IndexZone {
    /// The first and the last sequence of the block.
    let sequences: ClosedRange<Int64>
    /// The greatest timestamp of the events in order of this block and of all before it.
    let highest: Int64
}

/// Finds the blocks that may hold an event in order from before a moment.
struct IndexZones {
    private let statement: RawStatement

    init(_ database: Database, before bound: EventMoment) throws {
        statement = try RawStatement(
            database,
            """
            SELECT block, highest FROM zones WHERE block <= ? AND (lowest, block << \(EventIndex.zoneBits)) < (?, ?)
            ORDER BY block DESC LIMIT 1
            """)
        try statement.bind(bound.timestamp.microseconds, at: 2)
        try statement.bind(bound.sequence, at: 3)
    }

    /// The block of a sequence, or the nearest one before it; nil: there is none.
    func nearest(to sequence: Int64) throws -> IndexZone? {
        try statement.bind(sequence >> EventIndex.zoneBits, at: 1)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return IndexZone(sequences: EventIndex.sequences(of: statement.integer(0)), highest: statement.integer(1))
    }
}

extension IndexReader {
    /// The blocks that may hold an event in order from before a moment.
    func zones(before bound: EventMoment) throws -> IndexZones { try IndexZones(database, before: bound) }

    /// The timestamps and sequences of the strays of a scope and kind from before a moment, greatest first.
    func strays(_ scope: Int64, _ kind: EventKind, before bound: EventMoment) throws -> RawStatement {
        let statement = try RawStatement(
            database,
            """
            SELECT timestamp, sequence FROM strays WHERE scope = ? AND kind = ? AND (timestamp, sequence) < (?, ?)
            ORDER BY timestamp DESC, sequence DESC
            """)
        try statement.bind(scope, at: 1)
        try statement.bind(Int64(kind.rawValue), at: 2)
        try statement.bind(bound.timestamp.microseconds, at: 3)
        try statement.bind(bound.sequence, at: 4)
        return statement
    }

    /// The sequences of the events in order of some scopes and kinds, greatest first.
    func eventsInOrder(_ scopes: [Int64], _ kinds: [EventKind], upTo last: Int64) throws -> OrderedEntries {
        let lists = try scopes.flatMap { scope in
            try kinds.map { kind in
                let statement = try RawStatement(
                    database,
                    """
                    SELECT sequence FROM entries WHERE scope = ? AND kind = ? AND sequence <= ? ORDER BY sequence DESC
                    """)
                try statement.bind(scope, at: 1)
                try statement.bind(Int64(kind.rawValue), at: 2)
                return statement
            }
        }
        return try OrderedEntries(lists, upTo: last)
    }
}

/// Several lists of descending sequences as one, read as far as it is asked for.
struct OrderedEntries {
    private struct List {
        let statement: RawStatement
        var next: Int64
    }

    // A handful, but for queries over all deployments: looked through for each sequence.
    private var lists: [List]

    /// The sequence that it stands on; nil: there is none.
    private(set) var next: Int64?

    fileprivate init(_ statements: [RawStatement], upTo last: Int64) throws {
        lists = statements.map { List(statement: $0, next: .max) }
        try skip(to: last)
    }

    /// Goes to the next sequence.
    mutating func advance() throws {
        for place in lists.indices where lists[place].next == next { try step(place) }
        settle()
    }

    /// Goes to the first sequence that is not greater than `last`.
    mutating func skip(to last: Int64) throws {
        for place in lists.indices where lists[place].next > last {
            lists[place].statement.reset()
            try lists[place].statement.bind(last, at: 3)
            try step(place)
        }
        settle()
    }

    private mutating func step(_ place: Int) throws {
        lists[place].next = try lists[place].statement.step() ? lists[place].statement.integer(0) : .min
    }

    private mutating func settle() {
        let greatest = lists.reduce(Int64.min) { max($0, $1.next) }
        next = greatest == .min ? nil : greatest
    }
}
#endif
