#if SQLite
internal import CSQLite

/// The prepared statements of a connection that nobody uses at the moment, reset and without values.
struct StatementCache {
    private let capacity: Int
    // The one that was used last is at the end. So few are found quickly by looking through them.
    private var entries: [(sql: String, statement: OpaquePointer)] = []

    /// - Parameter capacity: It keeps so many, and of one text a quarter of them.
    init(capacity: Int) {
        self.capacity = max(0, capacity)
    }

    /// Takes out a statement of a text; nil: there is none.
    mutating func take(_ sql: String) -> OpaquePointer? {
        guard let index = entries.lastIndex(where: { $0.sql == sql }) else { return nil }
        return entries.remove(at: index).statement
    }

    /// Puts a statement in; the one that was not used for the longest time may have to go.
    mutating func put(_ sql: String, _ statement: OpaquePointer) {
        guard capacity > 0 else {
            sqlite3_finalize(statement)
            return
        }
        entries.append((sql, statement))
        let equal = entries.reduce(0) { $0 + ($1.sql == sql ? 1 : 0) }
        if equal > max(1, capacity / 4), let oldest = entries.firstIndex(where: { $0.sql == sql }) {
            remove(at: oldest)
        } else if entries.count > capacity {
            remove(at: 0)
        }
    }

    mutating func removeAll() {
        for entry in entries { sqlite3_finalize(entry.statement) }
        entries = []
    }

    private mutating func remove(at index: Int) {
        sqlite3_finalize(entries.remove(at: index).statement)
    }
}
#endif
