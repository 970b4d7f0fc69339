import AssetlogCore

/// A storage of an older time: it does not know the filters that are looked for in each event.
struct ForgetfulStorage: Storage {
    let inner: any Storage

    func append(_ batch: EventBatch) throws -> AppendOutcome { try inner.append(batch) }

    func events(_ query: EventQuery) async throws -> EventPage {
        var known = query
        known.filter = EventFilter(
            deployment: query.deployment, assetKey: query.assetKey, kinds: query.kinds, from: query.from, to: query.to)
        return try await inner.events(known)
    }

    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? { try await inner.event(id, deployment: deployment) }
    func logID() async throws -> LogID { try await inner.logID() }
    func statistics() async throws -> StorageStatistics { try await inner.statistics() }
    func cursors() async throws -> [ConsumerCursor] { try await inner.cursors() }
    func cursor(of consumer: String) async throws -> ConsumerCursor { try await inner.cursor(of: consumer) }
    func advance(_ cursor: ConsumerCursor) async throws -> Bool { try await inner.advance(cursor) }
    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
        try await inner.replay(consumer, after: position)
    }
    func close() async { await inner.close() }
}
