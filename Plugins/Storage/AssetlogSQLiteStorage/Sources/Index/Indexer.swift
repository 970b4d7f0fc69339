#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

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

        /// Makes the entry of the next event of the log.
        init(
            sequence: Int64, id: EventIDBytes, kind: Int64, timestamp: Int64, receivedAt: Int64, assetKey: UnsafeRawBufferPointer,
            deployment: UnsafeRawBufferPointer, _ scopes: inout ScopeNumbers, _ order: inout TimeOrder
        ) throws {
            (self.sequence, self.id, self.kind, self.timestamp) = (sequence, id, kind, timestamp)
            isStray = order.isStray(timestamp: timestamp, receivedAt: receivedAt)
            highest = order.highest
            assetScope = try scopes.number(assetKey: assetKey, deployment: deployment)
            deploymentScope = try scopes.number(ofDeployment: deployment)
        }
    }

    let log: ReaderPool
    let index: EventIndex
    let extent: LogExtent
    /// What was appended last.
    let appended: AppendedEvents

    /// Indexes the next events. Where very many are not indexed yet, their identities come first, so that events that
    /// clients send again can be distinguished from new ones soon.
    ///
    /// - Returns: How many there were; less than ``step`` when the index has reached the log's end.
    func advance() async throws -> Int {
        try await index.database.write { database in
            let watermark = try database.integer("SELECT watermark FROM progress") ?? 0
            let identities = max(watermark, try database.integer("SELECT identities FROM progress") ?? 0)
            let ahead = try IdentityIndexer(log: log, extent: extent, index: database)
            if try ahead.advance(after: identities, watermark: watermark) { return Self.step }
            var scopes = try ScopeNumbers(database)
            let highest = try database.integer("SELECT highest FROM zones ORDER BY block DESC LIMIT 1") ?? .min
            // Within the transaction: what a removal takes out of the log in the meantime it takes out of the index afterwards.
            let entries = try read(after: watermark, &scopes, TimeOrder(highest: highest))
            guard let last = entries.last else { return 0 }
            try insertIdentities(of: entries.filter { $0.sequence > identities }, into: database)
            try insertSequences(of: entries, into: database)
            try insertStrays(of: entries, into: database)
            try insertZones(of: entries, into: database)
            let progress = try database.statement("UPDATE progress SET watermark = ?, watermark_id = ?, scopes = ?")
            try progress.bind(last.sequence, at: 1)
            try progress.bind(last.id, at: 2)
            try progress.bind(scopes.last, at: 3)
            try progress.run()
            return entries.count
        }
    }

    private func read(after watermark: Int64, _ scopes: inout ScopeNumbers, _ order: TimeOrder) throws -> [Entry] {
        guard let list = appended.take(after: watermark) else {
            // All rows are read before the first is indexed, so that this reader does not hold back the write-ahead log's
            // start-over for longer than it needs.
            return try log.readForIndex(extent.file) { try read($0, after: watermark, &scopes, order) }
        }
        var order = order
        return try list.rows.map { row in
            try list.withTexts(of: row) { assetKey, deployment in
                try Entry(
                    sequence: row.sequence, id: row.id, kind: row.kind, timestamp: row.timestamp, receivedAt: row.receivedAt,
                    assetKey: assetKey, deployment: deployment, &scopes, &order)
            }
        }
    }

    private func read(
        _ log: Connection, after watermark: Int64, _ scopes: inout ScopeNumbers, _ order: TimeOrder
    ) throws -> [Entry] {
        var order = order
        let rows = try log.statement(
            """
            SELECT \(EventRow.columns) FROM events WHERE sequence > ? ORDER BY sequence LIMIT \(Self.step)
            """)
        try rows.bind(watermark, at: 1)
        var entries: [Entry] = []
        // An index over a damaged event would hide it from those who ask for what it was. So it ends before the first one.
        var continuity = Continuity(extent, log, watermark + 1...Int64.max)
        while try rows.step() {
            let sequence = rows.integer(0)
            do {
                try continuity.pass(sequence)
                let event = try EventRow.borrow(rows, in: extent)
                entries.append(
                    try Entry(
                        sequence: sequence, id: EventIDBytes(event.id), kind: Int64(event.kind.rawValue),
                        timestamp: event.timestamp.microseconds, receivedAt: event.receivedAt.microseconds,
                        assetKey: event.assetKey, deployment: event.deployment, &scopes, &order))
            } catch let error as StorageError where error.code == .damaged && !entries.isEmpty {
                return entries
            }
        }
        return entries
    }

    private func insertIdentities(of entries: [Entry], into database: Connection) throws {
        try IdentityWriter(database).insert(
            entries.map { IdentityWriter.Entry(id: $0.id, scope: $0.deploymentScope, sequence: $0.sequence) })
    }

    private func insertSequences(of entries: [Entry], into database: Connection) throws {
        let writer = try EntryWriter(database)
        for scope in [\Entry.deploymentScope, \Entry.assetScope] {
            let listed = entries.map {
                ListedSequence(
                    scope: $0[keyPath: scope], kind: EventIndex.kind($0.kind, isStray: $0.isStray), sequence: $0.sequence)
            }
            try listed.forEachList { try writer.append($0, scope: $1, kind: $2) }
        }
    }

    private func insertStrays(of entries: [Entry], into database: Connection) throws {
        let strays = entries.filter(\.isStray)
        guard !strays.isEmpty else { return }
        let insert = try database.statement("INSERT INTO strays (scope, kind, timestamp, sequence) VALUES (?, ?, ?, ?)")
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

    private func insertZones(of entries: [Entry], into database: Connection) throws {
        let zone = try database.statement(
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
}
#endif
