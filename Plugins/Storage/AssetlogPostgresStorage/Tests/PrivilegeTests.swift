#if Postgres
import AssetlogCore
import Foundation
import Testing

@Suite("A PostgreSQL role", .needsCluster, .fewAtOnce)
struct PrivilegeTests {
    private let cluster: Cluster
    private let schema: String
    private var owner: String { "owner_\(schema)" }
    private var role: String { "server_\(schema)" }
    private var ownerURL: String { cluster.url(user: owner, password: "pw") }
    private var roleURL: String { cluster.url(user: role, password: "pw") }

    init() throws {
        cluster = try Cluster.shared.get()
        schema = cluster.freshSchema()
    }

    /// Makes both roles, and the schema by the owner.
    private func prepare() async throws {
        try await cluster.makeOwner(owner)
        try await cluster.sql("CREATE ROLE \(role) LOGIN PASSWORD 'pw'")
        try await open(schema, on: cluster, ["url": ownerURL]).close()
    }

    private var setup: [String: String] { ["url": roleURL, "schema": schema, "migrate": "check", "timeout": "2s"] }

    @Test("with no more than the documented grants appends, reads, consumes and keeps tokens, and can't write the log otherwise")
    func least() async throws {
        try await prepare()
        try await cluster.run(
            file: Cluster.plugin.appendingPathComponent("grants.sql").path, ["schema": schema, "role": role], as: ownerURL)
        let storage = try await open(schema, on: cluster, setup)
        let background = Task { try await storage.run() }
        try await storage.add(events(0..<2))
        let known = events(2..<3)
        try await storage.add(chosen(known))
        #expect(try await storage.add(chosen(known)).skippedEvents.count == 1)
        // A month that has no partition yet.
        try await storage.add(events(3..<4, received: Timestamp("2031-03-04T05:06:07Z")))
        #expect(try await storage.numbers() == [0, 1, 2, 3])
        #expect(try await storage.statistics().events == 4)
        #expect(try await storage.lease("audit", for: .seconds(60)))
        #expect(try await storage.advance(ConsumerCursor(consumer: "audit", position: 2)))
        #expect(try await storage.replay("audit", after: 0).generation == 1)
        try await storage.endLease("audit")
        let letter = DeadLetter(
            sequence: 1, log: try await storage.logID(), event: known[0].id, attempts: 12, failedAt: .now(), message: "no")
        for _ in 0..<2 { try await storage.keepDeadLetters([letter], of: "audit") }
        #expect(try await storage.removeDeadLetters(of: "audit", [1]) == 1)
        for reason in ["maintenance", "more maintenance", nil] { try await storage.setPause(of: "audit", reason) }
        #expect(try await storage.pause(of: "audit") == nil)
        try await keepTokens()
        await eventually("it tidies without a complaint") { storage.health().isReady }
        #expect(try await cluster.sql("SELECT \(schema).tidy()", as: roleURL) == "")
        background.cancel()
        await storage.close()

        for statement in [
            "INSERT INTO \(schema).events SELECT * FROM \(schema).events", "UPDATE \(schema).events SET sequence = 0",
            "DELETE FROM \(schema).events", "TRUNCATE \(schema).events", "DROP TABLE \(schema).events",
            "DELETE FROM \(schema).appends", "UPDATE \(schema).totals SET events = 0", "DELETE FROM \(schema).tokens",
            "UPDATE \(schema).tokens SET rights = 255", "SELECT nextval('\(schema).event_sequence')",
            "SELECT \(schema).allocate(1)", "CREATE TABLE \(schema).mine (a int)",
        ] {
            let error = await #expect(throws: StorageError.self, "\(statement)") { try await cluster.sql(statement, as: roleURL) }
            let complaint = error?.message ?? ""
            #expect(complaint.contains("permission denied") || complaint.contains("must be owner"), "\(statement): \(complaint)")
        }
    }

    private func keepTokens() async throws {
        let openTokens = try #require(try AssetlogPostgresStorageTests.setup(setup).openTokens)
        let tokens = try await openTokens()
        func record(_ id: String) -> TokenRecord {
            TokenRecord(
                id: id, hash: [UInt8](repeating: 7, count: 32), grant: AccessGrant(name: "spark", rights: []),
                certificateNames: [], createdAt: .now())
        }
        let version = try await tokens.version()
        try await tokens.insert(record("first"))
        #expect(try await tokens.replace("first", expiringAt: .now(), by: record("second")))
        #expect(try await tokens.revoke("second", at: .now()))
        #expect(try await tokens.tokens().map(\.id) == ["first", "second"])
        #expect(try await tokens.version() == version + 3)
        await tokens.close()
    }

    @Test("without grants is shown what it lacks and where the grants are")
    func none() async throws {
        try await prepare()
        let storage = try await open(schema, on: cluster, setup)
        #expect(!storage.health().isReady)
        let error = await #expect(throws: StorageError.self) { try await storage.add(events(0..<1)) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("permission denied for schema \(schema)") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("Docs/PostgreSQL.md") == true)
        // It is granted while the server runs.
        try await cluster.run(
            file: Cluster.plugin.appendingPathComponent("grants.sql").path, ["schema": schema, "role": role], as: ownerURL)
        await eventually("it appends") { try await storage.add(events(1..<2)).sequences != nil }
        await storage.close()
    }

    @Test("that only reads the log can't run its functions, nor lead them astray with tables of its own")
    func reader() async throws {
        try await prepare()
        try await cluster.sql("GRANT USAGE ON SCHEMA \(schema) TO \(role)")
        for function in ["horizon()", "tidy()", "allocate(1)", "ensure_partitions(now(), now())"] {
            let error = await #expect(throws: StorageError.self) { try await cluster.sql("SELECT \(schema).\(function)", as: roleURL) }
            #expect(error?.message.contains("permission denied for function") == true, "\(function): \(error?.message ?? "")")
        }
        try await cluster.sql("GRANT EXECUTE ON FUNCTION \(schema).horizon TO \(role)")
        let trick = """
            CREATE TEMPORARY TABLE pg_locks (locktype text, objsubid int, database oid, classid oid, objid oid);
            GRANT SELECT ON pg_locks TO PUBLIC;
            INSERT INTO pg_locks SELECT 'advisory', 2, d.oid, '\(schema).events'::regclass, 1 FROM pg_database AS d;
            SELECT \(schema).horizon();
            """
        let storage = try await open(schema, on: cluster, ["url": ownerURL])
        try await storage.add(events(0..<3))
        #expect(try await cluster.sql(trick, as: roleURL) == "3")
        await storage.close()
    }
}
#endif
