public import AssetlogCore

/// A storage that passes every call on to another one: a test's storage states only what it does differently.
public protocol ForwardingStorage: Storage {
    /// The storage that does the work.
    var inner: any Storage { get }
}

extension ForwardingStorage {
    public func append(_ batch: borrowing EventBatch) throws -> AppendOutcome { try inner.append(batch) }
    public func events(_ query: EventQuery) async throws -> EventPage { try await inner.events(query) }
    public func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        try await inner.event(id, deployment: deployment)
    }
    public func logID() async throws -> LogID { try await inner.logID() }
    public func statistics() async throws -> StorageStatistics { try await inner.statistics() }
    public func health() -> StorageHealth { inner.health() }
    public func run() async throws { try await inner.run() }
    public func close() async { await inner.close() }

    public func cursors() async throws -> [ConsumerCursor] { try await inner.cursors() }
    public func cursor(of consumer: String) async throws -> ConsumerCursor { try await inner.cursor(of: consumer) }
    public func advance(_ cursor: ConsumerCursor) async throws -> Bool { try await inner.advance(cursor) }
    public func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
        try await inner.replay(consumer, after: position)
    }
    public func lease(_ consumer: String, for duration: Duration) async throws -> Bool {
        try await inner.lease(consumer, for: duration)
    }
    public func endLease(_ consumer: String) async throws { try await inner.endLease(consumer) }
}
