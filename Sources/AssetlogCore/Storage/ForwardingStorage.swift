/// A storage that passes every call on to another one, and states only what it does differently.
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
    public var retaining: (any RetainingStorage)? { inner.retaining }
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

    public func deadLetters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] {
        try await inner.deadLetters(of: consumer, after: sequence, limit: limit)
    }
    public func requestedDeadLetters(of consumer: String, limit: Int) async throws -> [DeadLetter] {
        try await inner.requestedDeadLetters(of: consumer, limit: limit)
    }
    public func deadLetterCount(of consumer: String) async throws -> Int { try await inner.deadLetterCount(of: consumer) }
    public func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws {
        try await inner.keepDeadLetters(letters, of: consumer)
    }
    public func removeDeadLetters(of consumer: String, _ sequences: [Int64]?) async throws -> Int {
        try await inner.removeDeadLetters(of: consumer, sequences)
    }
    public func setPause(of consumer: String, _ reason: String?) async throws { try await inner.setPause(of: consumer, reason) }
    public func pause(of consumer: String) async throws -> String? { try await inner.pause(of: consumer) }
}
