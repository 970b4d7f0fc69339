#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres
internal import Logging

extension PostgresStorage: RetainingStorage {
    func remove(_ removal: EventRemoval) async throws -> Bool {
        guard removal.isValid else { throw StorageError.invalidRemoval }
        return try await removalTable.remove(removal)
    }

    func sequenceOfRemoved(_ id: EventID, deployment: String) async throws -> Int64? {
        try await removalTable.sequence(of: id, deployment: deployment)
    }

    func forgetIdentities(removedBefore time: Timestamp, limit: Int) async throws -> Int {
        try await removalTable.forgetIdentities(removedBefore: time, limit: limit)
    }

    func removals() async throws -> RemovalStatistics { try await removalTable.statistics() }

    func removedEvents(after number: Int64, limit: Int) async throws -> [RemovedEvents] {
        try await removalTable.sums(after: number, limit: limit)
    }

    func removedEvents(of assetKey: AssetKey, in deployment: String) async throws -> [RemovedEvents] {
        try await removalTable.sums(of: assetKey, in: deployment)
    }

    /// A month of which no more events are left is dropped, and they are moved; appends wait for that long.
    static let mostKeptOfMonth: Int64 = 10_000

    /// Drops months from which almost everything was removed, one after the other.
    func dropMonths() async throws {
        while !Task.isCancelled {
            let dropped = try await pool.run("SELECT {schema}.drop_month($1)", { $0.append(Self.mostKeptOfMonth) }) { rows in
                rows.isNull(0, 0) ? nil : rows.text(0, 0)
            }
            guard let dropped else { break }
            logger.notice("A month was dropped, of which retention has left little.", metadata: ["table": "\(dropped)"])
        }
    }

    /// Lets PostgreSQL check once what is kept of dropped months, so that a new month need not.
    func validateKeptEvents() async throws {
        try await pool.run("SELECT {schema}.validate_kept_events()") { _ in }
    }
}
#endif
