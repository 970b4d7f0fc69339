#if SQLite
internal import AssetlogCore
internal import GRDB

/// Reads every event of the log.
struct LogVerification {
    private let extent: LogExtent
    private(set) var count: Int64 = 0
    private var last: Int64

    private var file: String { extent.file }

    init(_ extent: LogExtent) {
        self.extent = extent
        last = extent.first - 1
    }

    /// Checks that each row is an event, that no sequence is missing, and that the index knows them.
    mutating func events(of database: Database, _ index: IndexVerification?, _ problems: inout Problems) throws {
        let rows = try RawStatement(database, "SELECT \(EventRow.columns) FROM events ORDER BY sequence")
        while try rows.step() {
            let sequence = rows.integer(0)
            if sequence < 1 || sequence <= last {
                problems.add("\(file): sequence \(sequence) comes after \(last).")
            } else if last < sequence &- 1, let first = extent.event(in: last &+ 1...sequence &- 1) {
                problems.add("\(file): events \(first) to \(sequence &- 1) are missing.")
            }
            count += 1
            last = sequence
            do {
                let event = try EventRow.read(rows, in: extent)
                check(event, &problems)
                try index?.check(event, &problems)
            } catch let error as StorageError {
                problems.add(error.message)
            }
        }
    }

    private func check(_ event: LoggedEvent, _ problems: inout Problems) {
        func wrong(_ what: String) { problems.add("\(file): event \(event.sequence) has \(what).") }
        if event.deployment.isEmpty { wrong("no deployment") }
        if AssetKey(json: event.assetKey.canonical)?.canonical.utf8.elementsEqual(event.assetKey.canonical.utf8) != true {
            wrong("an asset key that is not in canonical form: \(event.assetKey.canonical)")
        }
        do {
            let depth = JSONScanner.maximumStoredDepth
            let kind = try event.details.withUnsafeBytes { try JSONScanner.validate($0, depth: depth) }
            if kind != .object { wrong("details that are not a JSON object") }
        } catch {
            wrong("details that are not JSON: \(error)")
        }
    }

    /// Checks that no identity stands twice in the log, without the index and without keeping them in memory.
    func identities(of database: Database, _ problems: inout Problems) throws {
        let rows = try RawStatement(
            database,
            """
            SELECT event_id, min(sequence), max(sequence) FROM events GROUP BY event_id, deployment HAVING count(*) > 1
            LIMIT 20
            """)
        while try rows.step() {
            guard let id = EventIDBytes(rows.bytes(0)) else { continue }
            problems.add(
                "\(file): event \(id.id) is in the log more than once, as \(rows.integer(1)) and \(rows.integer(2))."
            )
        }
    }
}

/// Compares what the index says with the log.
final class IndexVerification {
    private let file: String
    private let watermark: Int64
    private let id: RawStatement
    private let entry: RawStatement
    private let stray: RawStatement
    private let zone: RawStatement
    private let database: Database
    private var order = TimeOrder()
    private var checked: Int64 = 0
    private var strays: Int64 = 0

    init(_ database: Database, file: String) throws {
        self.file = file
        self.database = database
        watermark = try IndexReader(database).watermark
        id = try RawStatement(
            database,
            """
            SELECT 1 FROM ids JOIN scopes USING (scope)
            WHERE event_id = ? AND asset_key = '' AND deployment = ? AND sequence = ?
            """)
        entry = try RawStatement(
            database,
            """
            SELECT 1 FROM entries JOIN scopes USING (scope)
            WHERE asset_key = ? AND deployment = ? AND kind = ? AND sequence = ?
            """)
        stray = try RawStatement(
            database,
            """
            SELECT 1 FROM strays JOIN scopes USING (scope)
            WHERE asset_key = ? AND deployment = ? AND kind = ? AND sequence = ? AND timestamp = ?
            """)
        zone = try RawStatement(
            database,
            """
            SELECT 1 FROM zones WHERE block = ?1 AND ?2 BETWEEN least AND greatest
            AND (?3 OR ?2 BETWEEN lowest AND highest) AND highest >= ?4
            """)
    }

    /// Checks that the index finds an event by all it should be found by.
    func check(_ event: LoggedEvent, _ problems: inout Problems) throws {
        guard event.sequence <= watermark else { return }
        checked += 1
        let isStray = order.isStray(
            timestamp: event.timestamp.microseconds, receivedAt: event.receivedAt.microseconds)
        if isStray { strays += 1 }
        do {
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
    func counts(_ problems: inout Problems) throws {
        let ids = try database.rawInteger("SELECT count(*) FROM ids") ?? 0
        let entries = try database.rawInteger("SELECT count(*) FROM entries") ?? 0
        let strays = try database.rawInteger("SELECT count(*) FROM strays") ?? 0
        if ids > checked || entries > checked * 2 || strays > self.strays * 2 {
            problems.add(advice("has events that are not in the log"))
        }
    }

    private func has(_ statement: RawStatement) throws -> Bool {
        defer { statement.reset() }
        return try statement.step()
    }

    private func advice(_ what: String) -> String {
        "\(file) \(what). Stop the server, delete the file, and start the server: it rebuilds the index."
    }
}
#endif
