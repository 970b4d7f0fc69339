#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Indexes identities ahead of everything else, when an index is built over a log that is there already.
///
/// Random identities touch every page of their table, so they go in in large sorted steps.
struct IdentityIndexer {
    /// With so many events that are not indexed, identities come first.
    static let threshold: Int64 = 131_072
    /// So many identities are indexed in one transaction; some 20 MB in memory.
    static let step = 524_288

    private let log: ReaderPool
    private let extent: LogExtent
    private let index: Connection

    init(log: ReaderPool, extent: LogExtent, index: Connection) throws {
        self.log = log
        self.extent = extent
        self.index = index
    }

    /// Indexes the identities of the next events.
    ///
    /// - Parameters:
    ///   - identities: The last event whose identity is indexed.
    ///   - watermark: The last event that is indexed in all.
    /// - Returns: Whether there were so many that it is worth it.
    func advance(after identities: Int64, watermark: Int64) throws -> Bool {
        var scopes = try ScopeNumbers(index)
        let head = try log.readForIndex(extent.file) { try extent.head($0) }
        guard head - watermark > Self.threshold, head - identities > Int64(Indexer.step) else { return false }
        let entries = try log.readForIndex(extent.file) { try read($0, after: identities, &scopes) }
        guard let last = entries.last else { return false }
        try IdentityWriter(index).insert(entries)
        let progress = try index.statement("UPDATE progress SET identities = ?, scopes = ?")
        try progress.bind(last.sequence, at: 1)
        try progress.bind(scopes.last, at: 2)
        try progress.run()
        return true
    }

    private func read(
        _ database: Connection, after identities: Int64, _ scopes: inout ScopeNumbers
    ) throws -> [IdentityWriter.Entry] {
        let rows = try database.statement(
            "SELECT sequence, event_id, deployment FROM events WHERE sequence > ? ORDER BY sequence LIMIT \(Self.step)")
        try rows.bind(identities, at: 1)
        var entries: [IdentityWriter.Entry] = []
        while try rows.step() {
            // What is damaged is found when the event is indexed in all.
            guard let id = EventIDBytes(rows.bytes(1)) else { continue }
            let scope = try scopes.number(ofDeployment: rows.bytes(2))
            entries.append(IdentityWriter.Entry(id: id, scope: scope, sequence: rows.integer(0)))
        }
        return entries
    }
}
#endif
