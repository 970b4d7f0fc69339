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
        var isStray: Bool
        /// The greatest timestamp of the events in order up to this one.
        var highest: Int64
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
            let highest = try database.rawInteger("SELECT highest FROM zones ORDER BY block DESC LIMIT 1") ?? .min
            do {
                entries = try log.read { log in
                    try read(log, after: watermark, &scopes, TimeOrder(highest: highest))
                }
            } catch {
                // Said as the log's, so that the index is not thrown away for it.
                throw StorageError.from(error, file: logPath)
            }
            guard let last = entries.last else { return 0 }
            try insertIdentities(of: entries, into: database)
            try insertPlaces(of: entries, into: database)
            try insertStrays(of: entries, into: database)
            try insertZones(of: entries, into: database)
            let progress = try RawStatement(database, "UPDATE progress SET watermark = ?, watermark_id = ?, scopes = ?")
            try progress.bind(last.sequence, at: 1)
            try progress.bind(last.id, at: 2)
            try progress.bind(scopes.last, at: 3)
            try progress.run()
            return entries.count
        }
    }

    private func read(
        _ log: Database, after watermark: Int64, _ scopes: inout ScopeNumbers, _ order: TimeOrder
    ) throws -> [Entry] {
        var order = order
        let rows = try RawStatement(
            log,
            """
            SELECT sequence, event_id, kind, timestamp, deployment, asset_key, received_at FROM events WHERE sequence > ?
            ORDER BY sequence LIMIT \(Self.step)
            """)
        try rows.bind(watermark, at: 1)
        var entries: [Entry] = []
        while try rows.step() {
            let sequence = rows.integer(0)
            guard let id = EventIDBytes(rows.bytes(1)) else {
                throw StorageError(
                    .damaged, "\(logPath) is damaged: the event_id of event \(sequence) can't be read.")
            }
            let deployment = Array(rows.bytes(4))
            let isStray = order.isStray(timestamp: rows.integer(3), receivedAt: rows.integer(6))
            entries.append(
                Entry(
                    sequence: sequence, id: id, kind: rows.integer(2), timestamp: rows.integer(3),
                    isStray: isStray, highest: order.highest,
                    assetScope: try scopes.number(assetKey: Array(rows.bytes(5)), deployment: deployment),
                    deploymentScope: try scopes.number(assetKey: [], deployment: deployment)))
        }
        return entries
    }

    private func insertIdentities(of entries: [Entry], into database: Database) throws {
        // An identity can come again when its event was removed from the log.
        let ids = try RawStatement(database, "INSERT OR REPLACE INTO ids (event_id, scope, sequence) VALUES (?, ?, ?)")
        // Sorted, for identities that clients chose may be random, and lie together in pages then.
        for entry in entries.sorted(by: { ($0.id, $0.sequence) < ($1.id, $1.sequence) }) {
            try ids.bind(entry.id, at: 1)
            try ids.bind(entry.deploymentScope, at: 2)
            try ids.bind(entry.sequence, at: 3)
            try ids.run()
        }
    }

    private func insertPlaces(of entries: [Entry], into database: Database) throws {
        let places = try RawStatement(database, "INSERT INTO entries (scope, kind, sequence) VALUES (?, ?, ?)")
        func insert(_ entry: Entry, _ scope: Int64) throws {
            try places.bind(scope, at: 1)
            try places.bind(EventIndex.kind(entry.kind, isStray: entry.isStray), at: 2)
            try places.bind(entry.sequence, at: 3)
            try places.run()
        }
        for entry in entries { try insert(entry, entry.deploymentScope) }
        // Sorted by asset, so that the rows of one page of the index come together.
        for entry in entries.sorted(by: {
            ($0.assetScope, $0.kind, $0.sequence) < ($1.assetScope, $1.kind, $1.sequence)
        }) {
            try insert(entry, entry.assetScope)
        }
    }

    private func insertStrays(of entries: [Entry], into database: Database) throws {
        let strays = entries.filter(\.isStray)
        guard !strays.isEmpty else { return }
        let insert = try RawStatement(
            database, "INSERT INTO strays (scope, kind, timestamp, sequence) VALUES (?, ?, ?, ?)")
        for scope in [\Entry.deploymentScope, \Entry.assetScope] {
            let sorted = strays.sorted {
                ($0[keyPath: scope], $0.kind, $0.timestamp, $0.sequence)
                    < ($1[keyPath: scope], $1.kind, $1.timestamp, $1.sequence)
            }
            for entry in sorted {
                try insert.bind(entry[keyPath: scope], at: 1)
                try insert.bind(entry.kind, at: 2)
                try insert.bind(entry.timestamp, at: 3)
                try insert.bind(entry.sequence, at: 4)
                try insert.run()
            }
        }
    }

    private func insertZones(of entries: [Entry], into database: Database) throws {
        let zone = try RawStatement(
            database,
            """
            INSERT INTO zones (block, least, greatest, lowest, highest) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (block) DO UPDATE
            SET least = min(least, excluded.least), greatest = max(greatest, excluded.greatest),
                lowest = min(lowest, excluded.lowest), highest = excluded.highest
            """)
        var rest = entries[...]
        while let first = rest.first {
            let block = first.sequence >> EventIndex.zoneBits
            let events = rest.prefix { $0.sequence >> EventIndex.zoneBits == block }
            rest = rest.dropFirst(events.count)
            try zone.bind(block, at: 1)
            try zone.bind(events.reduce(Int64.max) { min($0, $1.timestamp) }, at: 2)
            try zone.bind(events.reduce(Int64.min) { max($0, $1.timestamp) }, at: 3)
            // Without an event in order no moment is before the greatest number.
            try zone.bind(events.reduce(Int64.max) { $1.isStray ? $0 : min($0, $1.timestamp) }, at: 4)
            try zone.bind(events.last?.highest ?? .min, at: 5)
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
