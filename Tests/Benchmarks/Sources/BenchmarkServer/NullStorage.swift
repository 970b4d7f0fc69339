import AssetlogCore
import Synchronization

extension StoragePlugin {
    /// Takes every event and keeps none: what is left of the time is the server without its storage.
    static let null = StoragePlugin(
        name: "null", summary: "Keeps nothing, for benchmarks.", stability: .development, keys: []
    ) { _ in
        StorageSetup { _ in NullStorage() }
    }
}

final class NullStorage: Storage {
    private let head = Mutex(Int64(0))

    func append(_ batch: EventBatch) throws -> AppendOutcome {
        head.withLock { head in
            defer { head += Int64(batch.count) }
            return AppendOutcome(sequences: head + 1...head + Int64(batch.count))
        }
    }

    func events(_ query: EventQuery) async throws -> EventPage { EventPage(events: [], next: 0) }
    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? { nil }
    func logID() async throws -> LogID { LogID(high: 1, low: 1) }
    func statistics() async throws -> StorageStatistics {
        let head = head.withLock { $0 }
        return StorageStatistics(events: head, head: head)
    }
    func cursors() async throws -> [ConsumerCursor] { [] }
    func cursor(of consumer: String) async throws -> ConsumerCursor { ConsumerCursor(consumer: consumer) }
    func advance(_ cursor: ConsumerCursor) async throws -> Bool { true }
    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
        ConsumerCursor(consumer: consumer, position: position)
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
