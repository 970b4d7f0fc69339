#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Compares what the index says with the log.
final class IndexVerification {
    private let file: String
    private let watermark: Int64
    private let id: Statement
    private let entry: Statement
    private let stray: Statement
    private let zone: Statement
    private let database: Connection
    private var order = TimeOrder()
    /// Whether events were removed from the log: the index may have taken events for strays because of them.
    var hasRemovals = false
    private var checked: Int64 = 0
    private var strays: Int64 = 0

    init(_ database: Connection, file: String) throws {
        self.file = file
        self.database = database
        watermark = try IndexReader(database).watermark
        id = try database.prepare(
            """
            SELECT 1 FROM ids JOIN scopes USING (scope)
            WHERE event_id = ? AND asset_key = '' AND deployment = ? AND sequence = ?
            """)
        entry = try database.prepare(
            """
            SELECT 1 FROM entries JOIN scopes USING (scope)
            WHERE asset_key = ? AND deployment = ? AND kind = ? AND sequence = ?
            """)
        stray = try database.prepare(
            """
            SELECT 1 FROM strays JOIN scopes USING (scope)
            WHERE asset_key = ? AND deployment = ? AND kind = ? AND sequence = ? AND timestamp = ?
            """)
        zone = try database.prepare(
            """
            SELECT 1 FROM zones WHERE block = ?1 AND ?2 BETWEEN least AND greatest
            AND (?3 OR ?2 BETWEEN lowest AND highest) AND highest >= ?4
            """)
    }

    /// Checks that the index finds an event by all it should be found by.
    func check(_ event: LoggedEvent, _ problems: inout Problems) throws {
        guard event.sequence <= watermark else { return }
        checked += 1
        var isStray = order.isStray(
            timestamp: event.timestamp.microseconds, receivedAt: event.receivedAt.microseconds)
        do {
            if hasRemovals, !isStray, try !arePlacesFound(event, false) { isStray = true }
            if isStray { strays += 1 }
            let isFound = try isIdentityFound(event) && arePlacesFound(event, isStray) && isInZone(event, isStray)
            if !isFound { problems.add(advice("lacks event \(event.sequence)")) }
        } catch {
            throw StorageError(.damaged, advice("can't be read (\(error))"))
        }
    }

    private func isIdentityFound(_ event: LoggedEvent) throws -> Bool {
        try id.bind(EventIDBytes(event.id), at: 1)
        try id.bind(event.deployment, at: 2)
        try id.bind(event.sequence, at: 3)
        return try has(id)
    }

    private func arePlacesFound(_ event: LoggedEvent, _ isStray: Bool) throws -> Bool {
        for statement in isStray ? [entry, stray] : [entry] {
            let kind = Int64(event.kind.rawValue)
            for assetKey in ["", event.assetKey.canonical] {
                try statement.bind(assetKey, at: 1)
                try statement.bind(event.deployment, at: 2)
                try statement.bind(statement === entry ? EventIndex.kind(kind, isStray: isStray) : kind, at: 3)
                try statement.bind(event.sequence, at: 4)
                if statement === stray { try statement.bind(event.timestamp.microseconds, at: 5) }
                guard try has(statement) else { return false }
            }
        }
        return true
    }

    private func isInZone(_ event: LoggedEvent, _ isStray: Bool) throws -> Bool {
        try zone.bind(event.sequence >> EventIndex.zoneBits, at: 1)
        try zone.bind(event.timestamp.microseconds, at: 2)
        try zone.bind(isStray ? 1 : 0, at: 3)
        try zone.bind(order.highest, at: 4)
        return try has(zone)
    }

    /// Checks that the index holds nothing but what the log holds.
    ///
    /// - Parameter unindexed: So many removed events the index may still have.
    func counts(unindexed: Int64, _ problems: inout Problems) throws {
        let known = checked + unindexed
        let ids = try database.integer("SELECT count(*) FROM ids") ?? 0
        let entries = try database.integer("SELECT count(*) FROM entries") ?? 0
        let strays = try database.integer("SELECT count(*) FROM strays") ?? 0
        if ids > known || entries > known * 2 || strays > (self.strays + unindexed) * 2 {
            problems.add(advice("has events that are not in the log"))
        }
    }

    private func has(_ statement: Statement) throws -> Bool {
        defer { statement.reset() }
        return try statement.step()
    }

    private func advice(_ what: String) -> String {
        "\(file) \(what). Stop the server, delete the file, and start the server: it rebuilds the index."
    }
}
#endif
