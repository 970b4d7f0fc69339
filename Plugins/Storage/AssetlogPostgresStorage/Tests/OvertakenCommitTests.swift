#if Postgres
import AssetlogCore
import Foundation
import Testing

@Suite("A slow commit in PostgreSQL", .needsCluster, .fewAtOnce)
struct OvertakenCommitTests {
    @Test("that is overtaken is skipped by no reader", arguments: ["COMMIT", "ROLLBACK"])
    func overtaken(ending: String) async throws {
        let cluster = try Cluster.shared.get()
        let schema = cluster.freshSchema()
        let (server, other) = (try await open(schema, on: cluster), try await open(schema, on: cluster))
        try await server.add(events(0..<2))

        let session = try Session(cluster.url())
        try session.run("BEGIN;")
        let slow = try #require(try session.append(2, to: schema))
        let outcome = try await server.add(events(3..<5))
        #expect(outcome.sequences == slow + 1...slow + 2)
        try await other.add(events(5..<6))

        // A third server has acknowledged nothing: it shows what is before the open transaction, whatever is asked for.
        let third = try await open(schema, on: cluster)
        for _ in 0..<3 {
            let ascending = try await third.events(EventQuery(limit: 10))
            #expect(ascending.events.map(\.partition) == ["0", "1"])
            guard case .ascending(let next)? = ascending.continuation else {
                Issue.record("a page of events continues nowhere")
                break
            }
            #expect(next < slow)
            #expect(try await third.events(EventQuery(order: .descending(before: nil), limit: 10)).events.count == 2)
            #expect(try await third.events(EventQuery(order: .latest(before: nil), limit: 10)).events.count == 2)
            #expect(try await third.events(EventQuery(order: .ascending(after: slow - 1), limit: 10)) == EventPage())
            #expect(try await third.statistics().head < slow)
            // Longer than a reader's knowledge is used.
            try await Task.sleep(for: .milliseconds(150))
        }

        // A server that has acknowledged a later one shows neither less nor an order with a hole that is filled later: it waits.
        let reading = Task {
            while true {
                do { return try await server.numbers() } catch let error as StorageError where error.code == .unavailable {}
            }
        }
        try await Task.sleep(for: .milliseconds(300))
        try session.run("\(ending);")
        let expected = ending == "COMMIT" ? [0, 1, 2, 3, 4, 5] : [0, 1, 3, 4, 5]
        let seen = try await reading.value
        #expect(seen == expected.filter { $0 < 5 } || seen == expected)
        for reader in [server, other, third] {
            await eventually("everything is shown after \(ending)") { try await reader.numbers() == expected }
        }
        for storage in [server, other, third] { await storage.close() }
    }

    @Test("that lasts too long makes its server's readers fail, not skip")
    func patience() async throws {
        let cluster = try Cluster.shared.get()
        let schema = cluster.freshSchema()
        let server = try await open(schema, on: cluster, ["timeout": "20s"])
        let session = try Session(cluster.url())
        try session.run("BEGIN;")
        _ = try session.append(0, to: schema)
        try await server.add(events(1..<2))
        let error = await #expect(throws: StorageError.self) { try await server.log() }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("Another server") == true, "\(error?.message ?? "")")
        try session.run("COMMIT;")
        await eventually("both are there") { try await server.numbers() == [0, 1] }
        await server.close()
    }

    @Test("that a failover has lost is not waited for")
    func lost() async throws {
        let cluster = try Cluster.shared.get()
        let schema = cluster.freshSchema()
        let server = try await open(schema, on: cluster, ["timeout": "20s"])
        try await server.add(events(0..<3))
        // As on a standby that became the primary, and had the first two only.
        try await cluster.sql(
            "DELETE FROM \(schema).events WHERE sequence > 2; SELECT setval('\(schema).event_sequence', 2);")
        #expect(try await server.numbers() == [0, 1])
        try await server.add(events(3..<4))
        #expect(try await server.numbers() == [0, 1, 3])
        await server.close()
    }

    @Test("of somebody else does not hold readers back")
    func foreign() async throws {
        let cluster = try Cluster.shared.get()
        let schema = cluster.freshSchema()
        let (server, other) = (try await open(schema, on: cluster), try await open(schema, on: cluster))
        try await server.add(events(0..<1))
        // A long one that writes, with locks of its own; one that only looks, at a snapshot of before; and one in another
        // database, which happens to have a lock with the numbers that an append would have.
        let writing = try Session(cluster.url())
        try writing.run(
            """
            SET client_min_messages = error;
            BEGIN; CREATE TEMPORARY TABLE foreign_rows (a int); INSERT INTO foreign_rows VALUES (1);
            SELECT pg_current_xact_id(), pg_advisory_xact_lock(4711), pg_advisory_xact_lock(1, 2);
            """)
        let looking = try Session(cluster.url())
        try looking.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM \(schema).events;")
        try await cluster.sql("CREATE DATABASE \(schema)_other")
        let log = try await cluster.sql("SELECT '\(schema).events'::regclass::oid")
        let elsewhere = try Session(cluster.url(database: "\(schema)_other"))
        try elsewhere.run("SELECT pg_advisory_lock(\(log), 1);")

        try await server.add(events(1..<5))
        #expect(try await server.numbers() == [0, 1, 2, 3, 4])
        await eventually("another server shows them") { try await other.numbers() == [0, 1, 2, 3, 4] }
        #expect(try looking.run("SELECT count(*) FROM \(schema).events;") == "1")
        try writing.run("ROLLBACK;")
        for storage in [server, other] { await storage.close() }
    }
}
#endif
