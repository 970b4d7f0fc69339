#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Finds one event by its identity, inside one snapshot of the log: by the index, and by a scan behind it.
struct EventFinder {
    private let id: EventID
    private let deployment: String
    private let log: Connection
    private let extent: LogExtent
    private let cancellation: ReadCancellation

    init(_ id: EventID, in deployment: String, log: Connection, extent: LogExtent, _ cancellation: ReadCancellation) {
        self.cancellation = cancellation
        self.id = id
        self.deployment = deployment
        self.log = log
        self.extent = extent
    }

    func find(_ index: IndexReader?) throws -> LoggedEvent? {
        let head = try extent.head(log)
        // The index may be newer than this snapshot of the log.
        if let sequence = try index?.sequence(of: id, in: deployment), sequence <= head,
            let event = try event(at: sequence)
        {
            return event
        }
        let start = try index?.identities() ?? 0
        guard start < head else { return nil }
        let scan = try LogScan(log, extent, start + 1...head, EventQuery(deployment: deployment))
        while let row = try scan.next() {
            try cancellation.check()
            if row.matches, row.columns.id == id { return LoggedEvent(sequence: row.sequence, event: row.columns.event) }
        }
        return nil
    }

    /// The event at a sequence, unless it is another one: what the index says is never trusted alone.
    private func event(at sequence: Int64) throws -> LoggedEvent? {
        let row = try log.statement("SELECT \(EventRow.columns) FROM events WHERE sequence = ?")
        try row.bind(sequence, at: 1)
        defer { row.reset() }
        guard try row.step() else {
            try extent.requireRemoval(of: sequence, from: log)
            return nil
        }
        let event = try EventRow.read(row, in: extent)
        return event.id == id && event.deployment.utf8.elementsEqual(deployment.utf8) ? event : nil
    }
}
#endif
