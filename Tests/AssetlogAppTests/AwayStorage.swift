import AssetlogCore
import AssetlogStandardPlugins
import AssetlogTesting
import Logging
import Synchronization

/// A database of a storage, which a test sends away and fetches back.
final class AwayDatabase: Sendable {
    struct Content {
        var isAway: Bool
        var tokens: [TokenRecord] = []
        var version: Int64 = 0
    }

    let content: Mutex<Content>

    init(isAway: Bool) {
        content = Mutex(Content(isAway: isAway))
    }

    func setAway(_ isAway: Bool) { content.withLock { $0.isAway = isAway } }

    func check() throws {
        if content.withLock({ $0.isAway }) { throw StorageError(.unavailable, "The database at 10.0.0.1 is away.") }
    }

    /// A storage on it, which opens whether it is there or not; the events are in memory.
    var plugin: StoragePlugin {
        StoragePlugin(name: "away", summary: "For tests.", stability: .development, keys: []) { _ in
            StorageSetup(
                open: { context in
                    let memory = try PluginList.standard.storage(named: "memory")
                    let configuration = try PluginConfiguration(
                        section: "storage.memory", keys: memory.keys, values: [:], directory: "/", dataDirectory: "/")
                    return AwayStorage(self, try await memory.configure(configuration).open(context))
                },
                openTokens: { AwayTokens(self) })
        }
    }
}

private struct AwayStorage: ForwardingStorage {
    private let database: AwayDatabase
    let inner: any Storage

    init(_ database: AwayDatabase, _ inner: any Storage) {
        self.database = database
        self.inner = inner
    }

    func health() -> StorageHealth {
        database.content.withLock { $0.isAway ? .away("The database at 10.0.0.1 is away.") : .ready }
    }
    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        try database.check()
        return try inner.append(batch)
    }
    func events(_ query: EventQuery) async throws -> EventPage {
        try database.check()
        return try await inner.events(query)
    }
    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        try database.check()
        return try await inner.event(id, deployment: deployment)
    }
    func logID() async throws -> LogID {
        try database.check()
        return try await inner.logID()
    }
    func statistics() async throws -> StorageStatistics {
        try database.check()
        return try await inner.statistics()
    }
}

private struct AwayTokens: TokenStore {
    private let database: AwayDatabase

    init(_ database: AwayDatabase) {
        self.database = database
    }

    func version() async throws -> Int64 {
        try database.check()
        return database.content.withLock { $0.version }
    }
    func tokens() async throws -> [TokenRecord] {
        try database.check()
        return database.content.withLock { $0.tokens }
    }
    func insert(_ token: TokenRecord) async throws {
        try database.check()
        database.content.withLock { content in
            content.tokens.append(token)
            content.version += 1
        }
    }
    func revoke(_ id: String, at time: Timestamp) async throws -> Bool { false }
    func replace(_ id: String, expiringAt time: Timestamp, by token: TokenRecord) async throws -> Bool { false }
    func close() async {}
}
