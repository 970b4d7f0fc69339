#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

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
    mutating func events(of database: Connection, _ index: IndexVerification?, _ problems: inout Problems) throws {
        let removed = try RemovedSequences(database)
        let rows = try database.statement("SELECT \(EventRow.columns) FROM events ORDER BY sequence")
        while try rows.step() {
            let sequence = rows.integer(0)
            if sequence < 1 || sequence <= last {
                problems.add("\(file): sequence \(sequence) comes after \(last).")
            } else if last < sequence &- 1, let first = try extent.event(in: last &+ 1...sequence &- 1, removed) {
                problems.add("\(file): events \(first) to \(sequence &- 1) are missing.")
            }
            if try removed.contains(sequence) { problems.add("\(file): event \(sequence) is there, and is listed as removed.") }
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

    /// Checks that as many sequences are listed as removed as were removed, and none behind the log's end.
    func removals(of database: Connection, head: Int64, _ problems: inout Problems) throws {
        let statistics = try RemovalTables.statistics(database)
        var listed: Int64 = 0
        let rows = try database.statement("SELECT block, bits FROM removed ORDER BY block")
        while try rows.step() {
            let bits = Array(rows.bytes(1))
            listed += Int64(RemovalBitmap(bits).count)
        }
        if listed != statistics.events {
            problems.add("\(file): \(listed) events are listed as removed, and \(statistics.events) were removed.")
        }
        if let last = statistics.sequences?.upperBound, last > head {
            problems.add("\(file): event \(last) is listed as removed, and the log ends at \(head).")
        }
    }

    /// Checks that no identity stands twice in the log, without the index and without keeping them in memory.
    func identities(of database: Connection, _ problems: inout Problems) throws {
        let rows = try database.statement(
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
#endif
