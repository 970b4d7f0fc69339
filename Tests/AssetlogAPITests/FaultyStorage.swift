import AssetlogCore

/// A storage whose reads do what a test wants them to.
struct FaultyStorage: Storage {
    let read: @Sendable () async throws -> Void

    func append(_ batch: EventBatch) throws -> AppendOutcome {
        // A full disk stays full for the probes; what can't be reached may be back after a while.
        throw StorageError(.full, "The disk /secret/path is full.")
    }
    func events(_ query: EventQuery) async throws -> EventPage {
        try await read()
        return EventPage(events: [], next: 0)
    }
    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        try await read()
        return nil
    }
    func logID() async throws -> LogID { LogID(high: 1, low: 1) }
    func statistics() async throws -> StorageStatistics {
        try await read()
        return StorageStatistics(events: 0, head: 0)
    }
    func cursors() async throws -> [ConsumerCursor] { [] }
    func cursor(of consumer: String) async throws -> ConsumerCursor { ConsumerCursor(consumer: consumer) }
    func advance(_ cursor: ConsumerCursor) async throws -> Bool { true }
    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
        ConsumerCursor(consumer: consumer)
    }
    func deadLetters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] { [] }
    func requestedDeadLetters(of consumer: String, limit: Int) async throws -> [DeadLetter] { [] }
    func deadLetterCount(of consumer: String) async throws -> Int { 0 }
    func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws {}
    func removeDeadLetters(of consumer: String, _ sequences: [Int64]?) async throws -> Int { 0 }
    func setPause(of consumer: String, _ reason: String?) async throws {}
    func pause(of consumer: String) async throws -> String? { nil }
    func close() async {}
}

/// An error that no part of the API knows.
struct SecretError: Error, CustomStringConvertible {
    var description: String { "password=hunter2" }
}
