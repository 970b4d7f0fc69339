#if Postgres
import AssetlogCore
import Foundation
import Testing

@Suite("What PostgreSQL refuses", .needsCluster, .fewAtOnce)
struct RefusalTests {
    private let cluster: Cluster
    private let schema: String

    init() throws {
        cluster = try Cluster.shared.get()
        schema = cluster.freshSchema()
    }

    /// Lets the next inserts fail with an error.
    private func fail(_ times: Int, with state: String) async throws {
        try await cluster.sql(
            """
            CREATE SEQUENCE IF NOT EXISTS \(schema).tries;
            CREATE OR REPLACE FUNCTION \(schema).refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('\(schema).tries') <= \(times) THEN
                    RAISE EXCEPTION 'refused for a test' USING ERRCODE = '\(state)';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON \(schema).events FOR EACH ROW EXECUTE FUNCTION \(schema).refuse();
            """)
    }

    @Test("because others were in the way is tried again", arguments: ["40001", "40P01", "55P03", "57P01", "25006"])
    func conflicts(state: String) async throws {
        let storage = try await open(schema, on: cluster)
        try await storage.add(events(0..<1))
        try await fail(3, with: state)
        #expect(try await storage.add(events(1..<3)).sequences?.count == 2)
        #expect(try await storage.add(chosen(events(3..<4))).skippedEvents == [])
        #expect(try await storage.numbers() == [0, 1, 2, 3])
        // Nothing that would hold readers back is left.
        let locks = try await cluster.sql(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = '\(schema).events'::regclass")
        #expect(locks == "0")
        await storage.close()
    }

    @Test(
        "for another reason is reported as what it is, and nothing is recorded",
        arguments: [
            ("53100", StorageError.Code.full, "no space left"), ("42501", .unavailable, "Docs/PostgreSQL.md"),
            ("XX001", .damaged, "damaged"), ("53200", .unavailable, "refused for a test"), ("57014", .unavailable, "57014"),
            ("P0001", .unavailable, "refused for a test"),
        ])
    func reasons(state: String, code: StorageError.Code, text: String) async throws {
        let storage = try await open(schema, on: cluster)
        try await storage.add(events(0..<1))
        try await fail(1, with: state)
        let error = await #expect(throws: StorageError.self) { try await storage.add(events(1..<3)) }
        #expect(error?.code == code)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        // The next one works at once.
        #expect(try await storage.add(events(3..<4)).sequences?.count == 1)
        #expect(try await storage.numbers() == [0, 3])
        #expect(storage.health().isReady)
        await storage.close()
    }

    @Test("while somebody has locked the table is done when that ends")
    func tableLock() async throws {
        let storage = try await open(schema, on: cluster)
        try await storage.add(events(0..<1))
        let session = try Session(cluster.url())
        try session.run("BEGIN; LOCK TABLE \(schema).events IN SHARE MODE;")
        let appending = Task { try await storage.add(events(1..<2)) }
        await eventually("the append waits") {
            try await cluster.sql(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '\(schema).events'::regclass") == "1"
        }
        try session.run("COMMIT;")
        #expect(try await appending.value.sequences?.count == 1)
        #expect(try await storage.numbers() == [0, 1])
        await storage.close()
    }

    @Test("because a session is ended or a statement is cancelled costs no acknowledged event")
    func terminations() async throws {
        let storage = try await open(schema, on: cluster)
        for number in 0..<5 {
            try await storage.add(events(number..<number + 1))
            try await cluster.sql(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'assetlog' AND query LIKE '%"\(schema)"%' AND pid <> pg_backend_pid()
                """)
            #expect(try await storage.numbers() == Array(0...number))
        }
        await storage.close()
    }

    @Test("because there are too many connections is reported, and works when there is room")
    func connections() async throws {
        let role = "limited_\(schema)"
        try await cluster.makeOwner(role, "CONNECTION LIMIT 1")
        let storage = try await open(schema, on: cluster, ["url": cluster.url(user: role, password: "pw"), "timeout": "5s"])
        // The reader has the one connection.
        let error = await #expect(throws: StorageError.self) { try await storage.add(events(0..<1)) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("too many connections") == true, "\(error?.message ?? "")")
        #expect(!storage.health().isReady)
        try await cluster.sql("ALTER ROLE \(role) CONNECTION LIMIT -1")
        await eventually("it appends") { try await storage.add(events(1..<2)).sequences != nil }
        #expect(storage.health().isReady)
        #expect(try await storage.numbers() == [1])
        await storage.close()
    }

    @Test("to a further reader does not make a server unready that works")
    func fewerReaders() async throws {
        let role = "limited_\(schema)"
        try await cluster.makeOwner(role, "CONNECTION LIMIT 2")
        // Longer than a slow machine takes for all that follows, or what waits is given up and sent again.
        let storage = try await open(schema, on: cluster, ["url": cluster.url(user: role, password: "pw"), "timeout": "5m"])
        try await storage.add(events(0..<1))
        let session = try Session(cluster.url())
        try session.run("BEGIN; LOCK TABLE \(schema).appends IN ACCESS EXCLUSIVE MODE;")
        let busy = Task { try await storage.statistics() }
        await eventually("a reader is busy") {
            try await cluster.sql("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '\(schema).appends'::regclass") == "1"
        }
        // Not before: it reads too, and could have been given the one connection for reading in place of the other.
        let background = Task { try await storage.run() }
        // For this one there is no connection.
        await #expect(throws: StorageError.self) { _ = try await storage.cursors() }
        try session.run("COMMIT;")
        #expect(try await busy.value.events == 1)
        await eventually("it is ready") { storage.health().isReady }
        background.cancel()
        await storage.close()
    }
}
#endif
