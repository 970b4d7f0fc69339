#if Postgres
import AssetlogCore
import Foundation
import Testing

@Suite("A log in PostgreSQL that others have changed", .needsCluster, .fewAtOnce)
struct TruthTests {
    private let cluster: Cluster
    private let schema: String

    init() throws {
        cluster = try Cluster.shared.get()
        schema = cluster.freshSchema()
    }

    @Test(
        "refuses an event whose row was changed, by its sequence",
        arguments: [
            "details = '{\"description\":null}'", "details = 'x'", "\"timestamp\" = \"timestamp\" + interval '1 microsecond'",
            "asset_key = '[\"other\"]'", "partition = NULL", "partition = ''", "deployment = 'prod'", "kind = 2",
            "reported_by = 'somebody'", "received_at = received_at - interval '1 second'", "checksum = checksum + 1",
            "event_id = gen_random_uuid()", "sequence = 99",
        ])
    func changed(_ change: String) async throws {
        let storage = try await open(schema, on: cluster)
        try await storage.add(events(0..<5))
        let log = try await storage.log()
        let victim = log[2]
        try await cluster.sql("UPDATE \(schema).events SET \(change) WHERE sequence = \(victim.sequence)")
        let after = change.hasPrefix("sequence") ? log[3].sequence : log[1].sequence
        // A sequence beyond all that were given is not read before it is given.
        if change.hasPrefix("sequence") { try await cluster.sql("SELECT setval('\(schema).event_sequence', 200)") }
        await eventually("the change is seen") {
            do {
                _ = try await storage.events(EventQuery(order: .ascending(after: after), limit: 10))
                return false
            } catch let error as StorageError {
                return error.code == .damaged && error.sequence == (change.hasPrefix("sequence") ? 99 : victim.sequence)
            }
        }
        // The others can be read.
        #expect(try await storage.events(EventQuery(limit: 2)).events.map(\.sequence) == log.prefix(2).map(\.sequence))
        await storage.close()
    }

    @Test("reads rows of an older release, which have no checksum, unless they are no events")
    func unchecked() async throws {
        let storage = try await open(schema, on: cluster)
        try await storage.add(events(0..<3))
        let log = try await storage.log()
        try await cluster.sql("UPDATE \(schema).events SET checksum = NULL")
        #expect(try await storage.log() == log)
        try await cluster.sql("UPDATE \(schema).events SET details = '{\"a\": 1}' WHERE sequence = \(log[1].sequence)")
        let error = await #expect(throws: StorageError.self) { _ = try await storage.log() }
        #expect(error?.sequence == log[1].sequence)
        await storage.close()
    }

    @Test("keeps its identity over servers, and refuses to continue when the tables were created again under it")
    func madeAnew() async throws {
        let (first, second) = (try await open(schema, on: cluster), try await open(schema, on: cluster))
        let log = try await first.logID()
        #expect(try await second.logID() == log)
        try await first.add(events(0..<3))
        await second.close()
        try await cluster.sql("DROP SCHEMA \(schema) CASCADE")
        let third = try await open(schema, on: cluster)
        #expect(try await third.logID() != log)
        let background = Task { try await first.run() }
        await eventually("the other log is noticed") { !first.health().isReady }
        #expect(first.health().problem?.contains("holds the log") == true, "\(first.health().problem ?? "")")
        let error = await #expect(throws: StorageError.self) { try await first.add(events(3..<4)) }
        #expect(error?.message.contains("Restart the servers") == true)
        await #expect(throws: StorageError.self) { _ = try await first.events(EventQuery()) }
        #expect(try await third.numbers() == [])
        background.cancel()
        await first.close()
        await third.close()
    }

    @Test("shows what is left when it was set back under a server, and the identity stays")
    func setBack() async throws {
        let storage = try await open(schema, on: cluster)
        try await storage.add(events(0..<10))
        let log = try await storage.log()
        let identity = try await storage.logID()
        let background = Task { try await storage.run() }
        try await Task.sleep(for: .milliseconds(300))
        try await cluster.sql("DELETE FROM \(schema).events WHERE sequence > \(log[5].sequence)")
        await eventually("the log's end is another one") { try await storage.statistics().head == log[5].sequence }
        #expect(try await storage.numbers() == Array(0..<6))
        #expect(try await storage.logID() == identity)
        background.cancel()
        await storage.close()
    }
}
#endif
