#if Postgres
import AssetlogCore
import Foundation
import Testing

@testable import AssetlogPostgresStorage

@Suite("Months with wrong bounds, which an older release made", .needsCluster, .fewAtOnce)
struct MonthRepairTests {
    private let cluster: Cluster
    private let name: String
    private let schema: Schema

    init() throws {
        cluster = try Cluster.shared.get()
        name = cluster.freshSchema()
        schema = try #require(Schema(name))
    }

    private static let shanghai = "SET DateStyle = 'SQL, MDY'; SET TimeZone = 'Asia/Shanghai';"

    /// Makes the schema as version 2 did.
    private func makeOldSchema() async throws {
        try await cluster.sql(
            schema.sql(
                """
                CREATE SCHEMA {schema};
                CREATE TABLE {schema}.migrations (version bigint PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
                \(Migration.tables)
                \(Migration.functions)
                INSERT INTO {schema}.migrations (version) VALUES (1), (2);
                """))
    }

    /// Appends an event as an old server did, and returns its sequence.
    private func append(_ number: Int, received: String) async throws {
        try await cluster.sql(
            """
            SELECT \(name).append(gen_random_uuid(), '', ARRAY[gen_random_uuid()], ARRAY[7::bigint], ARRAY[1::smallint],
                ARRAY['\(received)'::timestamptz], ARRAY['\(received)'::timestamptz], ARRAY['default'], ARRAY['["orders"]'], ARRAY['\(number)'],
                ARRAY[NULL]::text[], ARRAY['{}'::bytea], NULL)
            """)
    }

    private func rows() async throws -> String {
        // The columns of version 2, for later ones add others.
        try await cluster.sql(
            """
            SET TimeZone = 'UTC';
            SELECT sequence, asset_hash, "timestamp", received_at, event_id, kind, deployment, asset_key, partition, reported_by, details
            FROM \(name).events ORDER BY sequence
            """)
    }

    /// Opens the log with this release, and sees that every hour of its months takes events.
    private func checkRepair(_ numbers: [Int]) async throws {
        let before = try await rows()
        let storage = try await open(name, on: cluster)
        #expect(try await rows() == before)
        #expect(try await Month.wrongBounds(name, on: cluster) == "")
        #expect(try await storage.numbers() == numbers)
        for (number, time) in [
            "2030-12-31T23:59:59Z", "2031-01-01T00:00:00Z", "2031-01-31T23:59:59Z", "2031-02-01T00:00:00Z", "2031-02-28T23:00:00Z",
            "2031-03-01T00:00:00Z",
        ].enumerated() {
            try await storage.add(events(100 + number..<101 + number, received: Timestamp(time)))
        }
        #expect(try await storage.numbers() == numbers + Array(100..<106))
        #expect(try await cluster.sql("SELECT to_regclass('\(name).moved_events') IS NULL") == "t")
        await storage.close()
    }

    @Test("get their own, and events that are not of their month move to it")
    func shifted() async throws {
        try await makeOldSchema()
        try await cluster.sql("\(Self.shanghai) SELECT \(name).ensure_partitions('2030-12-15Z', '2031-01-15Z')")
        #expect(try await Month.wrongBounds(name, on: cluster).contains("events_2031_01 FOR VALUES FROM ('2031-01-01 14:00:00+00')"))
        // This is how it was noticed: hours in which nothing could be appended, and nothing that would help.
        await #expect(throws: StorageError.self) { try await append(0, received: "2030-12-01T03:00:00Z") }
        try await append(0, received: "2030-12-31T20:00:00Z")
        try await append(1, received: "2031-01-01T05:00:00Z")
        try await append(2, received: "2031-01-20T05:00:00Z")
        try await append(3, received: "2031-02-01T13:59:59.999999Z")
        #expect(try await cluster.sql("SELECT count(*) FROM \(name).events_2030_12") == "2")
        try await checkRepair([0, 1, 2, 3])
        #expect(
            try await cluster.sql("SELECT string_agg(partition, ' ' ORDER BY sequence) FROM \(name).events_2031_01 WHERE sequence < 5")
                == "1 2")
    }

    @Test("overlap with later ones no more, which were made under other settings or not at all")
    func overlapping() async throws {
        try await makeOldSchema()
        try await cluster.sql("\(Self.shanghai) SELECT \(name).ensure_partitions('2031-01-15Z', '2031-01-15Z')")
        await #expect(throws: StorageError.self) {
            try await cluster.sql("SET TimeZone = 'UTC'; SELECT \(name).ensure_partitions('2031-02-15Z', '2031-02-15Z')")
        }
        try await cluster.sql("SET TimeZone = 'UTC'; SELECT \(name).ensure_partitions('2031-03-15Z', '2031-03-15Z')")
        try await append(0, received: "2031-02-01T01:00:00Z")
        try await append(1, received: "2031-03-01T01:00:00Z")
        try await checkRepair([0, 1])
    }

    @Test("give up what an operator's own table for the rest had to take")
    func fallback() async throws {
        try await makeOldSchema()
        try await cluster.sql("\(Self.shanghai) SELECT \(name).ensure_partitions('2031-01-15Z', '2031-01-15Z')")
        try await cluster.sql("CREATE TABLE \(name).\"The Rest\" PARTITION OF \(name).events DEFAULT")
        try await append(0, received: "2031-01-01T01:00:00Z")
        try await append(1, received: "2031-02-20T01:00:00Z")
        try await checkRepair([0, 1])
        #expect(try await cluster.sql("SELECT count(*) FROM \(name).\"The Rest\" WHERE sequence < 3") == "0")
    }

    @Test("that are right stay as they are, and so do tables of other names")
    func right() async throws {
        try await makeOldSchema()
        try await cluster.sql(
            """
            SET TimeZone = 'UTC'; SELECT \(name).ensure_partitions('2031-01-15', '2031-01-15');
            CREATE TABLE \(name).archive PARTITION OF \(name).events FOR VALUES FROM ('2020-01-01') TO ('2025-01-01');
            """)
        try await append(0, received: "2021-01-01T01:00:00Z")
        try await append(1, received: "2031-01-01T01:00:00Z")
        let node = try await cluster.sql("SELECT relfilenode FROM pg_class WHERE oid = '\(name).events_2031_01'::regclass")
        try await checkRepair([0, 1])
        #expect(try await cluster.sql("SELECT relfilenode FROM pg_class WHERE oid = '\(name).events_2031_01'::regclass") == node)
        #expect(try await cluster.sql("SELECT count(*) FROM \(name).archive") == "1")
    }

    @Test("are repaired by one of eight servers that start at once, and under the settings that made them")
    func eight() async throws {
        let role = "owner_\(name)"
        try await cluster.makeOwner(role)
        try await makeOldSchema()
        try await cluster.sql(
            """
            \(Self.shanghai) SELECT \(name).ensure_partitions('2030-12-15Z', '2031-01-15Z');
            ALTER SCHEMA \(name) OWNER TO \(role);
            DO $$ DECLARE thing regclass; BEGIN
                -- Sequences last: one that belongs to a column changes its owner with the table, and can't before it.
                FOR thing IN SELECT oid FROM pg_class WHERE relnamespace = '\(name)'::regnamespace AND relkind IN ('r', 'p', 'S')
                    ORDER BY relkind = 'S' LOOP
                    EXECUTE format('ALTER TABLE %s OWNER TO \(role)', thing);
                END LOOP;
            END $$;
            ALTER ROUTINE \(name).append OWNER TO \(role); ALTER ROUTINE \(name).ensure_partitions OWNER TO \(role);
            ALTER ROUTINE \(name).allocate OWNER TO \(role); ALTER ROUTINE \(name).horizon OWNER TO \(role);
            ALTER ROUTINE \(name).given OWNER TO \(role); ALTER ROUTINE \(name).tidy OWNER TO \(role); ALTER ROUTINE \(name).lock_half OWNER TO \(role);
            ALTER ROLE \(role) SET DateStyle = 'SQL, MDY'; ALTER ROLE \(role) SET TimeZone = 'Asia/Shanghai';
            """)
        try await append(0, received: "2031-01-01T05:00:00Z")
        let (cluster, name, url) = (cluster, name, cluster.url(user: role, password: "pw"))
        let storages = try await withThrowingTaskGroup(of: (any Storage).self) { group in
            for _ in 0..<8 { group.addTask { try await open(name, on: cluster, ["url": url]) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(try await Month.wrongBounds(name, on: cluster) == "")
        for (number, storage) in storages.enumerated() { try await storage.add(events(number + 1..<number + 2)) }
        await eventually("all is there") { try await storages[0].numbers() == Array(0..<9) }
        for storage in storages { await storage.close() }
    }
}
#endif
