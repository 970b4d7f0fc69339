#if SQLite
import AssetlogCore
import AssetlogSQLiteStorage
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import AssetlogAccess

@Suite("Watching tokens")
struct TokenWatcherTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-watch-\(UUID().uuidString)")
    private let log = CapturedLog()
    private let changes = NotedChanges()

    private func open() async throws -> any TokenStore {
        let configuration = try PluginConfiguration(
            section: "storage.sqlite", keys: StoragePlugin.sqlite.keys, values: [:], directory: "/", dataDirectory: directory.path)
        let open = try #require(try StoragePlugin.sqlite.configure(configuration).openTokens)
        return try await open()
    }

    /// Runs a watcher of sources while `body` does, after a first reading.
    private func watching(
        _ sources: [any TokenSource], _ body: (TokenVerifier, TokenWatcher) async throws -> Void
    ) async throws {
        let registry = TokenRegistry()
        let watcher = TokenWatcher(sources, registry: registry, logger: log.logger, onChange: changes.add)
        try await watcher.load()
        let running = Task { await watcher.run() }
        defer { running.cancel() }
        try await body(try TokenVerifier(registry), watcher)
        running.cancel()
        await running.value
        try? FileManager.default.removeItem(at: directory)
    }

    private func record(_ token: NewToken, _ name: String, revokedAt: Timestamp? = nil) -> TokenRecord {
        TokenRecord(
            id: token.id, hash: token.hash, grant: AccessGrant(name: name, rights: .read), createdAt: .now(),
            revokedAt: revokedAt)
    }

    private func name(_ token: NewToken, _ verifier: TokenVerifier) -> String? {
        Array(token.text.revealed.utf8).withUnsafeBytes { verifier.grant(ofToken: $0, at: .now())?.name }
    }

    @Test("has in force what a command kept, revoked and replaced next to it")
    func follows() async throws {
        let (first, second) = (try NewToken(), try NewToken())
        let store = try await open()
        try await watching([StoredTokens(store)]) { verifier, _ in
            let beside = try await self.open()
            #expect(name(first, verifier) == nil)
            try await beside.insert(record(first, "spark"))
            try await eventually { name(first, verifier) == "spark" }
            _ = try await beside.replace(first.id, expiringAt: Timestamp.now() + 3600, by: record(second, "spark"))
            try await eventually { name(second, verifier) == "spark" }
            #expect(name(first, verifier) == "spark")
            _ = try await beside.revoke(first.id, at: .now())
            try await eventually { name(first, verifier) == nil }
            #expect(name(second, verifier) == "spark")
            await beside.close()
        }
        await store.close()
        let seen = changes.all
        #expect(seen.map(\.kind) == [.added, .changed, .added, .revoked])
        #expect(seen.map(\.id) == [first.id, first.id, second.id, first.id])
        #expect(seen.allSatisfy { $0.token == "spark" && $0.source == "storage" })
    }

    @Test("keeps the tokens of a source that fails, says so once, and continues when it works again")
    func survives() async throws {
        let (first, second) = (try NewToken(), try NewToken())
        let store = try await open()
        try await store.insert(record(first, "spark"))
        let file = directory.appending(path: "tokens.sqlite").path
        try await watching([StoredTokens(store)]) { verifier, watcher in
            try FileManager.default.moveItem(atPath: file, toPath: file + ".away")
            try await eventually { log.count("can't be read") == 1 }
            watcher.refresh()
            try await Task.sleep(for: .milliseconds(600))
            #expect(log.count("can't be read") == 1)
            #expect(name(first, verifier) == "spark")
            try FileManager.default.moveItem(atPath: file + ".away", toPath: file)
            try await eventually { log.count("can be read again") == 1 }
            try await store.insert(record(second, "dbt"))
            try await eventually { name(second, verifier) == "dbt" }
        }
        await store.close()
    }

    @Test("takes of two tokens with one ID that of the first source")
    func precedence() async throws {
        let (token, other) = (try NewToken(), try NewToken())
        let first = FixedTokens([record(token, "first")], name: "auth.tokens")
        let second = FixedTokens([record(token, "second"), record(other, "other")], name: "auth.tokens_file")
        try await watching([first, second]) { verifier, _ in
            #expect(name(token, verifier) == "first")
            #expect(name(other, verifier) == "other")
        }
    }

    @Test("lets a token be worth nothing that any source has revoked")
    func revocationWins() async throws {
        let token = try NewToken()
        let store = try await open()
        try await store.insert(record(token, "stored"))
        try await watching([FixedTokens([record(token, "file")], name: "auth.tokens"), StoredTokens(store)]) { verifier, _ in
            #expect(name(token, verifier) == "file")
            _ = try await store.revoke(token.id, at: .now())
            try await eventually { name(token, verifier) == nil }
        }
        await store.close()
    }

    @Test("reads everything again when it is told to, though nothing seems changed")
    func refreshes() async throws {
        let (first, second) = (try NewToken(), try NewToken())
        let source = UnchangingSource([record(first, "first")])
        try await watching([source]) { verifier, watcher in
            source.records.withLock { $0 = [record(second, "second")] }
            watcher.refresh()
            try await eventually { name(second, verifier) == "second" }
            #expect(name(first, verifier) == nil)
        }
        #expect(changes.all.map(\.kind) == [.added, .removed])
    }

    @Test("waits for no source with another one")
    func independent() async throws {
        let token = try NewToken()
        let store = try await open()
        let hanging = UnchangingSource([])
        try await watching([hanging, StoredTokens(store)]) { verifier, watcher in
            hanging.hangs.store(true, ordering: .releasing)
            watcher.refresh()
            try await store.insert(record(token, "spark"))
            try await eventually { name(token, verifier) == "spark" }
        }
        await store.close()
    }

    @Test("refuses to begin with a source that can't be read")
    func begins() async throws {
        let store = try await open()
        await store.close()
        let watcher = TokenWatcher([StoredTokens(store)], registry: TokenRegistry(), logger: log.logger)
        await #expect(throws: StorageError.self) { try await watcher.load() }
        try? FileManager.default.removeItem(at: directory)
    }

    @Test("begins without a source that can't be reached, and has no token in force before it was read")
    func beginsLater() async throws {
        let (first, second) = (try NewToken(), try NewToken())
        // The second source has the first token revoked: nobody may use it, also while that can't be read.
        let revoked = record(first, "spark", revokedAt: .now())
        let distant = DistantSource([revoked, record(second, "etl")])
        let registry = TokenRegistry(isComplete: false)
        let watcher = TokenWatcher(
            [FixedTokens([record(first, "spark")], name: "auth.tokens"), distant], registry: registry,
            logger: log.logger, onChange: changes.add)
        #expect(try await watcher.load() == nil)
        let verifier = try TokenVerifier(registry)
        let running = Task { await watcher.run() }
        #expect(!registry.isComplete)
        #expect(name(first, verifier) == nil)
        #expect(log.count("can't be read yet") == 1)
        distant.isAway.store(false, ordering: .releasing)
        try await eventually { name(second, verifier) == "etl" }
        #expect(registry.isComplete)
        #expect(name(first, verifier) == nil)
        #expect(log.count("can be read again") == 1)
        // What was there all the time is no change.
        #expect(changes.all.isEmpty)
        running.cancel()
        await running.value
    }

    @Test("counts what is valid at the beginning")
    func counts() async throws {
        var expired = record(try NewToken(), "expired")
        expired.expiresAt = Timestamp(microseconds: 1)
        let records = [record(try NewToken(), "valid"), expired, record(try NewToken(), "revoked", revokedAt: .now())]
        let watcher = TokenWatcher(
            [FixedTokens(records, name: "auth.tokens")], registry: TokenRegistry(), logger: log.logger)
        #expect(try await watcher.load()?.map(\.grant.name) == ["valid"])
    }
}

/// A source that can't be reached at first.
private final class DistantSource: TokenSource {
    let isAway = Atomic<Bool>(true)
    let name = "distant"
    let pause: Duration? = .milliseconds(20)
    private let records: [TokenRecord]

    init(_ records: [TokenRecord]) {
        self.records = records
    }

    func version() async throws -> [Int64] {
        if isAway.load(ordering: .acquiring) { throw StorageError(.unavailable, "far away") }
        return [1]
    }
    func tokens() async throws -> [TokenRecord] { records }
}

/// A source whose version says nothing.
private final class UnchangingSource: TokenSource {
    let records: Mutex<[TokenRecord]>
    let hangs = Atomic<Bool>(false)
    var name: String { "fixture" }
    var pause: Duration? { .milliseconds(50) }

    init(_ records: [TokenRecord]) {
        self.records = Mutex(records)
    }

    func version() async throws -> [Int64] {
        while hangs.load(ordering: .acquiring) { try await Task.sleep(for: .seconds(3600)) }
        return [7]
    }

    func tokens() async throws -> [TokenRecord] { records.withLock { $0 } }
}

private final class NotedChanges: Sendable {
    private let changes = Mutex<[TokenChange]>([])
    var all: [TokenChange] { changes.withLock { $0 } }
    func add(_ change: TokenChange) { changes.withLock { $0.append(change) } }
}

/// Waits until a condition holds, for three minutes at most.
private func eventually(_ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(180)
    while ContinuousClock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("the condition did not come true within three minutes")
}

extension Timestamp {
    fileprivate static func + (time: Timestamp, seconds: Int64) -> Timestamp {
        Timestamp(microseconds: time.microseconds + seconds * 1_000_000)
    }
}
#endif
