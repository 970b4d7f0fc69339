#if SQLite
internal import CSQLite

/// Where SQLite leaves the number of pages of a write-ahead log after a commit.
final class WALCounter {
    /// On the heap, for SQLite keeps the pointer until the hook is removed, which the connection does when it closes.
    private let count: UnsafeMutablePointer<Int32>

    init(_ connection: OpaquePointer) {
        count = .allocate(capacity: 1)
        count.initialize(to: 0)
        sqlite3_wal_hook(
            connection,
            { count, _, _, pages in
                count?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, count)
    }

    deinit {
        count.deallocate()
    }

    var pages: Int { Int(count.pointee) }
}
#endif
