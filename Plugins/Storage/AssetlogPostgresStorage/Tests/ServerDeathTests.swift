#if Postgres
import AssetlogCore
import Foundation
import Synchronization
import Testing

/// What was acknowledged of a stream of events, each append one event with the next number.
private final class Stream: Sendable {
    private struct State {
        var acknowledged: [Int: Int64] = [:]
        var failures = 0
        var isDone = false
    }

    private let state = Mutex(State())

    var acknowledged: [Int: Int64] { state.withLock { $0.acknowledged } }
    var failures: Int { state.withLock { $0.failures } }

    func end() { state.withLock { $0.isDone = true } }

    /// Appends until the end; an append that failed is not tried again.
    func append(to storage: any Storage) async throws {
        try await onThread {
            var number = 0
            while !self.state.withLock({ $0.isDone }) {
                do {
                    let sequence = try storage.append(EventBatch(events(number..<number + 1))).sequences?.lowerBound
                    self.state.withLock { $0.acknowledged[number] = sequence }
                } catch {
                    self.state.withLock { $0.failures += 1 }
                    guard (error as? StorageError)?.code == .unavailable else { throw error }
                }
                number += 1
            }
        }
    }

    /// Follows the log until everything acknowledged was seen after the end.
    func follow(_ storage: any Storage) async throws -> [LoggedEvent] {
        var (seen, after): ([LoggedEvent], Int64) = ([], 0)
        while true {
            let (isDone, last) = state.withLock { ($0.isDone, $0.acknowledged.values.max() ?? 0) }
            if isDone, after >= last { return seen }
            guard let page = try? await storage.events(EventQuery(order: .ascending(after: after), limit: 100)) else {
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            seen += page.events
            if case .ascending(let next)? = page.continuation { after = next }
            if page.events.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        }
    }
}

/// They stop their own cluster, one after the other.
@Suite("A PostgreSQL that dies", .serialized, .needsCluster, .fewAtOnce)
struct ServerDeathTests {
    private static let cluster = Result { try Cluster() }

    @Test("under appends and reads loses and duplicates nothing that was acknowledged, and everything continues by itself")
    func kills() async throws {
        let cluster = try Self.cluster.get()
        let schema = cluster.freshSchema()
        let writer = try await open(schema, on: cluster, ["timeout": "2s"])
        let reader = try await open(schema, on: cluster, ["timeout": "2s"])
        let stream = Stream()
        let background = [writer, reader].map { storage in Task { try await storage.run() } }
        let appending = Task { try await stream.append(to: writer) }
        let following = [writer, reader].map { storage in Task { try await stream.follow(storage) } }
        for round in 1...2 {
            let before = stream.acknowledged.count
            await eventually("appends go on") { stream.acknowledged.count >= before + 50 }
            let failures = stream.failures
            try await onThread { try cluster.tell("kill") }
            await eventually("both say that it is away") { !writer.health().isReady && !reader.health().isReady }
            #expect(writer.health().problem?.contains("PostgreSQL") == true)
            if round == 2 { await eventually("appends fail, in bounded time") { stream.failures > failures } }
            try await onThread { try cluster.tell("start") }
            await eventually("both say that it is back") { writer.health().isReady && reader.health().isReady }
        }
        let before = stream.acknowledged.count
        await eventually("appends go on") { stream.acknowledged.count >= before + 50 }
        stream.end()
        try await appending.value
        let acknowledged = stream.acknowledged
        let log = try await writer.log()
        let numbers = log.compactMap { $0.partition.flatMap { Int($0) } }
        // In order, none twice; those that nobody acknowledged may be there.
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
        let sequences = Dictionary(uniqueKeysWithValues: zip(numbers, log.map(\.sequence)))
        #expect(acknowledged.allSatisfy { sequences[$0] == $1 })
        for task in following {
            let seen = try await task.value.map(\.sequence)
            #expect(log.map(\.sequence).starts(with: seen))
        }
        for task in background { task.cancel() }
        for storage in [writer, reader] { await storage.close() }
    }

    @Test("before a server starts lets it start, and it recovers")
    func away() async throws {
        let cluster = try Self.cluster.get()
        let schema = cluster.freshSchema()
        try await onThread { try cluster.tell("stop") }
        let storage = try await open(schema, on: cluster, ["timeout": "1s"])
        #expect(!storage.health().isReady)
        for _ in 0..<2 {
            let error = await #expect(throws: StorageError.self) { try await storage.add(events(0..<1)) }
            #expect(error?.code == .unavailable)
            await #expect(throws: StorageError.self) { try await storage.log() }
            await #expect(throws: StorageError.self) { _ = try await storage.cursor(of: "audit") }
        }
        let background = Task { try await storage.run() }
        try await onThread { try cluster.tell("start") }
        await eventually("it is ready") { storage.health().isReady }
        await eventually("it appends") { try await storage.add(events(1..<2)).sequences != nil }
        #expect(try await storage.numbers() == [1])
        background.cancel()
        await storage.close()
    }

    @Test("loses no standby unnoticed: a commit that did not wait for it is not acknowledged, though its role hides warnings")
    func hiddenWarning() async throws {
        let cluster = try Self.cluster.get()
        let schema = cluster.freshSchema()
        try await cluster.makeOwner("quiet", "")
        try await cluster.sql("ALTER ROLE quiet SET client_min_messages = 'error'")
        let storage = try await open(schema, on: cluster, ["url": cluster.url(user: "quiet", password: "pw"), "timeout": "1m"])
        try await storage.add(events(0..<1))
        try await cluster.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        try await cluster.sql("SELECT pg_reload_conf()")
        let appending = Task { try await storage.add(events(1..<2)) }
        await eventually("the commit waits for its standby, and somebody cancels that") {
            try await cluster.sql(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'quiet' AND wait_event = 'SyncRep'") == "t"
        }
        try await cluster.sql("ALTER SYSTEM RESET synchronous_standby_names")
        try await cluster.sql("SELECT pg_reload_conf()")
        let error = await #expect(throws: StorageError.self) { try await appending.value }
        #expect(error?.message.contains("may not have reached its standbys") == true, "\(error?.message ?? "")")
        try await storage.add(events(2..<3))
        #expect(try await storage.numbers() == [0, 1, 2])
        await storage.close()
    }

    @Test("is not trusted with fsync = off, unless its operator says so")
    func fsync() async throws {
        let cluster = try Self.cluster.get()
        let schema = cluster.freshSchema()
        try await cluster.sql("ALTER SYSTEM SET fsync = off")
        try await cluster.sql("SELECT pg_reload_conf()")
        await eventually("it is off") { try await cluster.sql("SHOW fsync") == "off" }
        let error = await #expect(throws: StorageError.self) { _ = try await open(schema, on: cluster) }
        #expect(error?.message.contains("fsync is off") == true, "\(error?.message ?? "")")
        let storage = try await open(schema, on: cluster, ["allow_asynchronous_commit": "true"])
        try await storage.add(events(0..<1))
        await storage.close()
        try await cluster.sql("ALTER SYSTEM RESET fsync")
        try await cluster.sql("SELECT pg_reload_conf()")
        // Switched off while a server runs.
        await eventually("it is on") { try await cluster.sql("SHOW fsync") == "on" }
        let running = try await open(schema, on: cluster)
        try await running.add(events(1..<2))
        try await cluster.sql("ALTER SYSTEM SET fsync = off")
        try await cluster.sql("SELECT pg_reload_conf()")
        await eventually("nothing is acknowledged") {
            do { try await running.add(events(2..<3)) } catch { return "\(error)".contains("fsync is off") }
            return false
        }
        await running.close()
        try await cluster.sql("ALTER SYSTEM RESET fsync")
        try await cluster.sql("SELECT pg_reload_conf()")
    }
}
#endif
