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
        try await index.database.write { database in
            // Within the transaction of the index: no event of a removal that is read here is indexed later.
            let (step, removed) = try log.readForIndex(path) { log in
                (try log.integer("SELECT step FROM removals") ?? 0, try Self.rows(log))
            }
            guard !removed.isEmpty else { return step }
            let statements = try Statements(database)
            for event in removed { try statements.remove(event) }
            return step
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

    private final class Statements {
        private let scope: Statement
        private let id: Statement
        private let entry: Statement
        private let stray: Statement

        init(_ database: Connection) throws {
            scope = try database.statement("SELECT scope FROM scopes WHERE asset_key = ? AND deployment = ?")
            id = try database.statement("DELETE FROM ids WHERE event_id = ? AND scope = ? AND sequence = ?")
            entry = try database.statement("DELETE FROM entries WHERE scope = ? AND kind IN (?, ?) AND sequence = ?")
            stray = try database.statement("DELETE FROM strays WHERE scope = ? AND kind = ? AND timestamp = ? AND sequence = ?")
        }

        func remove(_ event: Removed) throws {
            // Without its number the index has nothing of it.
            guard let deployment = try number([], event.deployment) else { return }
            try id.bind(event.id, at: 1)
            try id.bind(deployment, at: 2)
            try id.bind(event.sequence, at: 3)
            try id.run()
            try removePlaces(event, deployment)
            if let asset = try number(event.assetKey, event.deployment) { try removePlaces(event, asset) }
        }

        private func removePlaces(_ event: Removed, _ scope: Int64) throws {
            try entry.bind(scope, at: 1)
            try entry.bind(EventIndex.kind(event.kind, isStray: false), at: 2)
            try entry.bind(EventIndex.kind(event.kind, isStray: true), at: 3)
            try entry.bind(event.sequence, at: 4)
            try entry.run()
            try stray.bind(scope, at: 1)
            try stray.bind(event.kind, at: 2)
            try stray.bind(event.timestamp, at: 3)
            try stray.bind(event.sequence, at: 4)
            try stray.run()
        }

        private func number(_ assetKey: [UInt8], _ deployment: [UInt8]) throws -> Int64? {
            try assetKey.withUnsafeBytes { assetKey in
                try deployment.withUnsafeBytes { deployment in
                    try scope.bind(text: assetKey, at: 1)
                    try scope.bind(text: deployment, at: 2)
                    defer {
                        scope.reset()
                        scope.clearBindings()
                    }
                    return try scope.step() ? scope.integer(0) : nil
                }
            }
        }
    }
}
#endif
