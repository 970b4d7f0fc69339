#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Takes out of the index what it has of removed events, by what the removals have noted in the file of the log.
///
/// Doing it again, after a crash in between, changes nothing. Until it is done, reads pass over what the index names and the log has
/// removed.
struct IndexPruner: Sendable {
    let log: ReaderPool
    /// The log's file.
    let path: String
    let index: EventIndex

    /// - Returns: The last step of a removal that the index has no more.
    func prune() async throws -> Int64 {
        try await index.database.writer.access { database in
            // Once it is said that the index has them no more, the log forgets what was removed. So this commit is on the disk
            // when it returns, unlike others of the index, whose loss only means that events are indexed again.
            try database.execute("PRAGMA synchronous = FULL")
            defer { try? database.execute("PRAGMA synchronous = NORMAL") }
            return try database.transaction {
                // Within the transaction of the index: no event of a removal that is read here is indexed later.
                let (step, removed) = try log.readForIndex(path) { log in
                    (try log.integer("SELECT step FROM removals") ?? 0, try Self.rows(log))
                }
                if !removed.isEmpty { try Removal(database).remove(removed) }
                return step
            }
        }
    }

    private struct Removed {
        var sequence: Int64
        var id: EventIDBytes
        var deployment: [UInt8]
        var assetKey: [UInt8]
        var kind: Int64
        var timestamp: Int64
    }

    private static func rows(_ log: Connection) throws -> [Removed] {
        // Sorted by asset, so that the rows of one page of the index come together.
        try log.statement(
            "SELECT sequence, event_id, deployment, asset_key, kind, timestamp FROM unindexed ORDER BY deployment, asset_key, kind, sequence"
        ).rows { row in
            guard let id = EventIDBytes(row.bytes(1)) else { return nil }
            return Removed(
                sequence: row.integer(0), id: id, deployment: Array(row.bytes(2)), assetKey: Array(row.bytes(3)), kind: row.integer(4),
                timestamp: row.integer(5))
        }.compactMap(\.self)
    }

    private struct Removal {
        /// A removed event with the numbers of its deployment and asset; nil: the index has nothing of the asset.
        private typealias Known = (event: Removed, deployment: Int64, asset: Int64?)

        private let scopes: ScopeFinder
        private let stray: Statement
        private let identities: IdentityWriter
        private let entries: EntryWriter

        init(_ database: Connection) throws {
            scopes = try ScopeFinder { try database.statement($0) }
            stray = try database.statement("DELETE FROM strays WHERE scope = ? AND kind = ? AND timestamp = ? AND sequence = ?")
            identities = try IdentityWriter(database)
            entries = try EntryWriter(database)
        }

        func remove(_ events: [Removed]) throws {
            let known = try events.compactMap { event -> Known? in
                // Without its number the index has nothing of it.
                guard let deployment = try number([], event.deployment) else { return nil }
                return (event, deployment, try number(event.assetKey, event.deployment))
            }
            for (event, deployment, asset) in known {
                try identities.remove(IdentityWriter.Entry(id: event.id, scope: deployment, sequence: event.sequence))
                for scope in [deployment, asset].compactMap(\.self) { try removeStray(event, scope) }
            }
            try removeListed(known.map { ($0.event, $0.deployment) })
            try removeListed(known.compactMap { known in known.asset.map { (known.event, $0) } })
        }

        private func removeListed(_ events: [(event: Removed, scope: Int64)]) throws {
            let listed = events.flatMap { event, scope in
                [false, true].map {
                    ListedSequence(scope: scope, kind: EventIndex.kind(event.kind, isStray: $0), sequence: event.sequence)
                }
            }
            try listed.forEachList { try entries.remove($0, scope: $1, kind: $2) }
        }

        private func removeStray(_ event: Removed, _ scope: Int64) throws {
            try stray.bind(scope, at: 1)
            try stray.bind(event.kind, at: 2)
            try stray.bind(event.timestamp, at: 3)
            try stray.bind(event.sequence, at: 4)
            try stray.run()
        }

        private func number(_ assetKey: [UInt8], _ deployment: [UInt8]) throws -> Int64? {
            try assetKey.withUnsafeBytes { assetKey in
                try deployment.withUnsafeBytes { deployment in
                    try scopes.number(assetKey: assetKey, deployment: deployment)
                }
            }
        }
    }
}
#endif
