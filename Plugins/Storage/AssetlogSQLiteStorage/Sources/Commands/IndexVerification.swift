#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Compares what the index says with the log.
final class IndexVerification {
    private let file: String
    private let watermark: Int64
    private let identities: IdentityFinder
    private let scopes: ScopeFinder
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
        identities = try IdentityFinder { try database.prepare($0) }
        scopes = try ScopeFinder { try database.prepare($0) }
        entry = try database.prepare(
            """
            SELECT start, sequences FROM entries WHERE scope = ? AND kind = ? AND start <= ? ORDER BY start DESC LIMIT 1
            """)
        stray = try database.prepare("SELECT 1 FROM strays WHERE scope = ? AND kind = ? AND sequence = ? AND timestamp = ?")
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
            if hasRemovals, !isStray, try !isListed(event, false) { isStray = true }
            if isStray { strays += 1 }
            let isFound = try isIdentityFound(event) && isListed(event, isStray) && isInZone(event, isStray)
            if !isFound { problems.add(advice("lacks event \(event.sequence)")) }
        } catch {
            throw StorageError(.damaged, advice("can't be read (\(error))"))
        }
    }

    private func isIdentityFound(_ event: LoggedEvent) throws -> Bool {
        guard let scope = try scopes.number(assetKey: "", deployment: event.deployment) else { return false }
        return try identities.sequence(of: EventIDBytes(event.id), scope: scope) == event.sequence
    }

    private func isListed(_ event: LoggedEvent, _ isStray: Bool) throws -> Bool {
        for assetKey in ["", event.assetKey.canonical] {
            guard let scope = try scopes.number(assetKey: assetKey, deployment: event.deployment),
                try isListed(event, scope, isStray), try !isStray || isFoundAsStray(event, scope)
            else { return false }
        }
        return true
    }

    private func isListed(_ event: LoggedEvent, _ scope: Int64, _ isStray: Bool) throws -> Bool {
        try entry.bind(scope, at: 1)
        try entry.bind(EventIndex.kind(Int64(event.kind.rawValue), isStray: isStray), at: 2)
        try entry.bind(event.sequence, at: 3)
        defer { entry.reset() }
        guard try entry.step() else { return false }
        return SequenceSegment.sequences(from: entry.integer(0), entry.bytes(1)).contains(event.sequence)
    }

    private func isFoundAsStray(_ event: LoggedEvent, _ scope: Int64) throws -> Bool {
        try stray.bind(scope, at: 1)
        try stray.bind(Int64(event.kind.rawValue), at: 2)
        try stray.bind(event.sequence, at: 3)
        try stray.bind(event.timestamp.microseconds, at: 4)
        return try has(stray)
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
        let alone = try database.integer("SELECT count(*) FROM ids") ?? 0
        let timed = try database.integer("SELECT sum(length(entries)) FROM timed_ids") ?? 0
        let ids = alone + timed / Int64(IdentitySegment.entryBytes)
        let entries = try database.integer("SELECT sum(count) FROM entries") ?? 0
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
