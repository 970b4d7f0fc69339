#if SQLite
internal import AssetlogCore
internal import GRDB

/// Brings the index up to the log, in steps of many events so that each page of the index is written once per step.
struct Indexer: Sendable {
    /// At most so many events are indexed in one transaction.
    static let step = 32_768

    private struct Entry {
        var sequence: Int64
        var id: EventIDBytes
        var kind: Int64
        var timestamp: Int64
        var assetScope: Int64
        var deploymentScope: Int64
    }

    private struct Scope: Hashable {
        var assetKey: [UInt8]
        var deployment: [UInt8]
    }

    let log: DatabasePool
    let index: EventIndex
    let logPath: String

    /// Indexes the next events.
    ///
    /// - Returns: How many there were; less than ``step`` when the index has reached the log's end.
    func advance() async throws -> Int {
        try await index.pool.write { database in
            let watermark = try database.rawInteger("SELECT watermark FROM progress") ?? 0
            var scopes = try ScopeNumbers(database)
            // All rows are read before the first is indexed, so that this reader does not hold back the
            // write-ahead log's start-over for longer than it needs.
            let entries: [Entry]
            do {
                entries = try log.read { log in try read(log, after: watermark, &scopes) }
            } catch {
                // Said as the log's, so that the index is not thrown away for it.
                throw StorageError.from(error, file: logPath)
            }
            guard let last = entries.last else { return 0 }
            try insert(entries, into: database)
            let progress = try RawStatement(database, "UPDATE progress SET watermark = ?, watermark_id = ?, scopes = ?")
            try progress.bind(last.sequence, at: 1)
            try progress.bind(last.id, at: 2)
            try progress.bind(scopes.last, at: 3)
            try progress.run()
            return entries.count
        }
    }

    private func read(_ log: Database, after watermark: Int64, _ scopes: inout ScopeNumbers) throws -> [Entry] {
        let rows = try RawStatement(
            log,
            """
            SELECT sequence, event_id, kind, timestamp, deployment, asset_key FROM events WHERE sequence > ?
            ORDER BY sequence LIMIT \(Self.step)
            """)
        try rows.bind(watermark, at: 1)
        var entries: [Entry] = []
        while try rows.step() {
            let sequence = rows.integer(0)
            guard let id = EventIDBytes(rows.bytes(1)) else {
                throw StorageError(
                    .damaged, "\(logPath) is damaged: the event_id of the event \(sequence) can't be read.")
            }
            let deployment = Array(rows.bytes(4))
            entries.append(
                Entry(
                    sequence: sequence, id: id, kind: rows.integer(2), timestamp: rows.integer(3),
                    assetScope: try scopes.number(assetKey: Array(rows.bytes(5)), deployment: deployment),
                    deploymentScope: try scopes.number(assetKey: [], deployment: deployment)))
        }
        return entries
    }

    private func insert(_ entries: [Entry], into database: Database) throws {
        // An identity can come again when its event was removed from the log.
        let ids = try RawStatement(database, "INSERT OR REPLACE INTO ids (event_id, scope, sequence) VALUES (?, ?, ?)")
        let places = try RawStatement(database, "INSERT INTO entries (scope, kind, sequence) VALUES (?, ?, ?)")
        var zones: [Int64: (least: Int64, greatest: Int64)] = [:]
        // Sorted, for identities that clients chose may be random, and lie together in pages then.
        for entry in entries.sorted(by: { ($0.id, $0.sequence) < ($1.id, $1.sequence) }) {
            try ids.bind(entry.id, at: 1)
            try ids.bind(entry.deploymentScope, at: 2)
            try ids.bind(entry.sequence, at: 3)
            try ids.run()
        }
        for entry in entries {
            try places.bind(entry.deploymentScope, at: 1)
            try places.bind(entry.kind, at: 2)
            try places.bind(entry.sequence, at: 3)
            try places.run()
            let zone = zones[entry.sequence >> EventIndex.zoneBits] ?? (entry.timestamp, entry.timestamp)
            zones[entry.sequence >> EventIndex.zoneBits] = (
                min(zone.least, entry.timestamp), max(zone.greatest, entry.timestamp)
            )
        }
        // Sorted by asset, so that the rows of one page of the index come together.
        for entry in entries.sorted(by: {
            ($0.assetScope, $0.kind, $0.sequence) < ($1.assetScope, $1.kind, $1.sequence)
        }) {
            try places.bind(entry.assetScope, at: 1)
            try places.bind(entry.kind, at: 2)
            try places.bind(entry.sequence, at: 3)
            try places.run()
        }
        let zone = try RawStatement(
            database,
            """
            INSERT INTO zones (block, least, greatest) VALUES (?, ?, ?) ON CONFLICT (block) DO UPDATE
            SET least = min(least, excluded.least), greatest = max(greatest, excluded.greatest)
            """)
        for (block, bounds) in zones {
            try zone.bind(block, at: 1)
            try zone.bind(bounds.least, at: 2)
            try zone.bind(bounds.greatest, at: 3)
            try zone.run()
        }
    }

    /// Gives numbers to pairs of asset key and deployment; the pairs of one step are remembered.
    private struct ScopeNumbers {
        private(set) var last: Int64
        private var known: [Scope: Int64] = [:]
        private let find: RawStatement
        private let insert: RawStatement

        init(_ database: Database) throws {
            last = try database.rawInteger("SELECT scopes FROM progress") ?? 0
            find = try RawStatement(database, "SELECT scope FROM scopes WHERE asset_key = ? AND deployment = ?")
            insert = try RawStatement(database, "INSERT INTO scopes (asset_key, deployment, scope) VALUES (?, ?, ?)")
        }

        mutating func number(assetKey: [UInt8], deployment: [UInt8]) throws -> Int64 {
            let scope = Scope(assetKey: assetKey, deployment: deployment)
            if let number = known[scope] { return number }
            let number = try stored(scope)
            known[scope] = number
            return number
        }

        private mutating func stored(_ scope: Scope) throws -> Int64 {
            try scope.assetKey.withUnsafeBytes { assetKey in
                try scope.deployment.withUnsafeBytes { deployment in
                    try find.bind(text: assetKey, at: 1)
                    try find.bind(text: deployment, at: 2)
                    if try find.step() {
                        defer { find.reset() }
                        return find.integer(0)
                    }
                    last &+= 1
                    try insert.bind(text: assetKey, at: 1)
                    try insert.bind(text: deployment, at: 2)
                    try insert.bind(last, at: 3)
                    try insert.run()
                    return last
                }
            }
        }
    }
}
#endif
