#if Postgres
import AssetlogCore
import Foundation
import Testing

@testable import AssetlogPostgresStorage

@Suite("The log in PostgreSQL, whatever a role, a database or a connection sets", .serialized, .needsCluster, .fewAtOnce)
struct SettingsTests {
    private let cluster: Cluster
    private let schema: String

    init() throws {
        cluster = try Cluster.shared.get()
        schema = cluster.freshSchema()
    }

    /// Settings that hold for a session, each set apart from the others.
    private static let settings: [[String]] = [
        // How values are written and read.
        ["DateStyle = 'SQL, MDY'", "TimeZone = 'Asia/Shanghai'"], ["DateStyle = 'SQL, DMY'", "TimeZone = 'Asia/Kolkata'"],
        ["DateStyle = 'German'", "TimeZone = 'Europe/Berlin'"], ["DateStyle = 'Postgres, MDY'", "TimeZone = 'America/New_York'"],
        ["DateStyle = 'ISO, DMY'", "TimeZone = '<+1345>-13:45'"], ["DateStyle = 'Postgres, YMD'", "TimeZone = 'Australia/Lord_Howe'"],
        ["DateStyle = 'SQL, MDY'", "TimeZone = 'Asia/Shanghai'", "timezone_abbreviations = 'Australia'"],
        ["IntervalStyle = 'sql_standard'"], ["IntervalStyle = 'iso_8601'"], ["bytea_output = 'escape'"], ["extra_float_digits = -15"],
        ["client_encoding = 'LATIN1'"], ["xmloption = 'document'", "xmlbinary = 'hex'"], ["array_nulls = off"],
        ["quote_all_identifiers = on"], ["transform_null_equals = on"],
        ["standard_conforming_strings = off", "escape_string_warning = on", "backslash_quote = 'off'"],
        ["lc_messages = 'C.UTF-8'", "lc_time = 'C.UTF-8'", "lc_numeric = 'C.UTF-8'", "lc_monetary = 'C.UTF-8'"],
        ["default_text_search_config = 'pg_catalog.german'"],
        // How transactions behave.
        ["default_transaction_isolation = 'repeatable read'"], ["default_transaction_isolation = 'serializable'"],
        ["default_transaction_isolation = 'read uncommitted'"], ["default_transaction_deferrable = on"],
        ["default_transaction_isolation = 'serializable'", "default_transaction_deferrable = on"],
        ["synchronous_commit = 'local'"], ["synchronous_commit = 'remote_apply'"], ["commit_delay = 1000"], ["exit_on_error = on"],
        ["idle_in_transaction_session_timeout = 1"], ["lock_timeout = '1s'"], ["deadlock_timeout = '20ms'"],
        ["statement_timeout = '30s'"],
        // What names mean.
        ["search_path = ''"], ["search_path = 'nowhere'"], ["search_path = '\"$user\", public'"],
        // What the functions may do.
        ["row_security = off"], ["session_replication_role = 'replica'"], ["check_function_bodies = off"], ["role = 'postgres'"],
        ["plpgsql.variable_conflict = 'use_variable'"], ["plpgsql.variable_conflict = 'use_column'"], ["plpgsql.extra_warnings = 'all'"],
        ["plpgsql.extra_errors = 'all'"], ["plpgsql.check_asserts = off"], ["client_min_messages = 'debug5'"],
        ["client_min_messages = 'error'"],
        // How queries are planned, and with what.
        ["plan_cache_mode = 'force_custom_plan'"], ["plan_cache_mode = 'force_generic_plan'"],
        [
            "enable_indexscan = off", "enable_indexonlyscan = off", "enable_bitmapscan = off", "enable_nestloop = off",
            "enable_hashjoin = off",
            "enable_hashagg = off",
        ],
        ["enable_seqscan = off", "enable_sort = off", "enable_mergejoin = off", "enable_material = off", "enable_memoize = off"],
        ["enable_partition_pruning = off", "constraint_exclusion = off", "enable_partitionwise_join = on"],
        ["force_parallel_mode = on", "parallel_setup_cost = 0", "parallel_tuple_cost = 0", "min_parallel_table_scan_size = 0"],
        ["jit = on", "jit_above_cost = 0", "jit_inline_above_cost = 0", "jit_optimize_above_cost = 0"],
        ["geqo_threshold = 2", "from_collapse_limit = 1", "join_collapse_limit = 1"], ["work_mem = '64kB'", "temp_buffers = '800kB'"],
        // Where tables lie, and how.
        ["default_tablespace = 'pg_default'"], ["default_tablespace = 'nowhere'"], ["default_toast_compression = 'pglz'"],
        ["default_table_access_method = 'heap'"], ["track_activities = off"], ["application_name = 'somebody else'"],
    ]

    @Test("keeps its months and gives back what it got, under settings of the role", arguments: settings)
    func role(settings: [String]) async throws {
        let role = "odd_\(schema)"
        try await cluster.makeOwner(role)
        if settings.contains("role = 'postgres'") { try await cluster.sql("GRANT postgres TO \(role)") }
        for setting in settings { try await cluster.sql("ALTER ROLE \(role) SET \(setting)") }
        try await checkRoundTrip(["url": cluster.url(user: role, password: "pw")])
    }

    @Test("does so under settings of the database")
    func database() async throws {
        let database = "odd_\(schema)"
        try await cluster.sql("CREATE DATABASE \(database)")
        for setting in [
            "DateStyle = 'SQL, MDY'", "TimeZone = 'Asia/Shanghai'", "default_transaction_isolation = 'serializable'",
            "IntervalStyle = 'iso_8601'",
        ] {
            try await cluster.sql("ALTER DATABASE \(database) SET \(setting)")
        }
        try await checkRoundTrip(["url": cluster.url(database: database)], database: database)
    }

    @Test(
        "does so under settings of the connection string",
        arguments: [
            "options=-c%20DateStyle%3DSQL,MDY%20-c%20TimeZone%3DAsia/Shanghai%20-c%20default_transaction_isolation%3Dserializable",
            "options=-c%20client_encoding%3DLATIN1%20-c%20search_path%3Dnowhere", "client_encoding=LATIN1", "client_encoding=auto",
            "options=-c%20geqo%3Doff%20-c%20standard_conforming_strings%3Doff", "application_name=", "fallback_application_name=other",
            "replication=false", "target_session_attrs=any", "gssencmode=disable&sslcompression=0&tcp_user_timeout=60000",
        ])
    func connectionString(parameters: String) async throws {
        try await checkRoundTrip(["url": cluster.url() + "&" + parameters])
    }

    @Test(
        "does so behind a pooler whose sessions another program has changed",
        .enabled(if: Pooler.absence == nil, "there is no PgBouncer on this machine"))
    func pooler() async throws {
        let pooler = try Pooler.shared.get()
        try await pooler.waitUntilReady()
        try await checkRoundTrip(["url": pooler.oddURL])
    }

    @Test(
        "does so when a session behind a pooler changes after it was asked for its settings",
        .enabled(if: Pooler.absence == nil, "there is no PgBouncer on this machine"))
    func leak() async throws {
        let pooler = try Pooler.shared.get()
        try await pooler.waitUntilReady()
        let storage = try await open(schema, on: cluster, ["url": pooler.leakyURL])
        try await storage.add(events(0..<1))
        try await cluster.sql("SET default_transaction_isolation TO serializable; SET DateStyle TO German", as: pooler.leakyURL)
        #expect(try await cluster.sql("SHOW transaction_isolation", as: pooler.leakyURL) == "serializable")
        let known = events(1..<2)
        try await storage.add(chosen(known))
        #expect(try await storage.add(chosen(known)).skippedEvents.count == 1)
        try await storage.add(events(2..<3, received: Timestamp("2031-05-06T07:08:09Z")))
        #expect(try await storage.numbers() == [0, 1, 2])
        await storage.close()
    }

    @Test("does so when another schema comes before PostgreSQL's own, with functions and operators of the same names")
    func searchPath() async throws {
        let role = "odd_\(schema)"
        try await cluster.makeOwner(role)
        try await cluster.sql(
            """
            CREATE SCHEMA shadow_\(schema);
            CREATE FUNCTION shadow_\(schema).clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$;
            CREATE FUNCTION shadow_\(schema).octet_length(text) RETURNS integer LANGUAGE sql AS 'SELECT 1000000000';
            CREATE FUNCTION shadow_\(schema).array_to_json(text[]) RETURNS json LANGUAGE sql AS $$ SELECT '["shadow"]'::json $$;
            CREATE FUNCTION shadow_\(schema).never(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT false';
            CREATE OPERATOR shadow_\(schema).= (FUNCTION = shadow_\(schema).never, LEFTARG = uuid, RIGHTARG = uuid);
            CREATE DOMAIN shadow_\(schema).timestamptz AS text;
            GRANT USAGE ON SCHEMA shadow_\(schema) TO \(role);
            ALTER ROLE \(role) SET search_path = shadow_\(schema), pg_catalog;
            """)
        try await checkRoundTrip(["url": cluster.url(user: role, password: "pw")])
    }

    @Test("continues when its sessions are ended because they were idle")
    func idle() async throws {
        let role = "odd_\(schema)"
        try await cluster.makeOwner(role)
        try await cluster.sql("ALTER ROLE \(role) SET idle_session_timeout = '3s'")
        let storage = try await open(schema, on: cluster, ["url": cluster.url(user: role, password: "pw")])
        for number in 0..<2 {
            try await storage.add(events(number..<number + 1))
            #expect(try await storage.numbers() == Array(0...number))
            // Longer than that.
            try await Task.sleep(for: .seconds(4))
        }
        await storage.close()
    }

    @Test("says what keeps it from writing where transactions are read-only by default, and continues when they are not")
    func readOnly() async throws {
        let role = "odd_\(schema)"
        try await cluster.makeOwner(role)
        let storage = try await open(schema, on: cluster, ["url": cluster.url(user: role, password: "pw"), "timeout": "5s"])
        try await storage.add(events(0..<1))
        try await cluster.sql("ALTER ROLE \(role) SET default_transaction_read_only = on")
        try await cluster.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '\(role)'")
        let error = await #expect(throws: StorageError.self) { try await storage.add(events(1..<2)) }
        #expect(error?.message.contains("default_transaction_read_only is on") == true, "\(error?.message ?? "")")
        try await cluster.sql("ALTER ROLE \(role) RESET default_transaction_read_only")
        await eventually("it appends") { try await storage.add(events(2..<3)).sequences != nil }
        #expect(try await storage.numbers() == [0, 2])
        await storage.close()
    }

    @Test("counts no commit as durable whose session no longer waits for the disk")
    func durability() async throws {
        let role = "odd_\(schema)"
        try await cluster.makeOwner(role)
        let storage = try await open(schema, on: cluster, ["url": cluster.url(user: role, password: "pw")])
        try await storage.add(events(0..<1))
        // As after a reload of the server's settings, of which sessions hear that are open already.
        try await cluster.sql("ALTER FUNCTION \(schema).append_checked SET synchronous_commit = off")
        let error = await #expect(throws: StorageError.self) { try await storage.add(events(1..<2)) }
        #expect(error?.message.contains("would lose acknowledged events") == true, "\(error?.message ?? "")")
        try await cluster.sql("ALTER FUNCTION \(schema).append_checked RESET synchronous_commit")
        try await storage.add(events(2..<3))
        #expect(try await storage.numbers() == [0, 2])
        await storage.close()
    }

    // MARK: The round trip

    /// Opens a log, makes months, and compares everything that goes in with what comes out.
    private func checkRoundTrip(_ values: [String: String], database: String = "postgres") async throws {
        let storage = try await open(schema, on: cluster, values)
        let logged = Month.events()
        for event in logged { try await storage.add(chosen([event])) }
        try await storage.add(Month.events())
        let log = try await storage.log()
        #expect(log.prefix(logged.count).map(\.event) == logged)
        #expect(log.count == logged.count * 2)
        #expect(try await storage.add(chosen(logged)).skippedEvents.count == logged.count)
        #expect(try await storage.event(logged[0].id, deployment: "default")?.event == logged[0])
        let boundary = logged[1].timestamp
        let later = try await storage.events(EventQuery(limit: 100, deployment: "default", assetKey: logged[0].assetKey, from: boundary))
        #expect(later.events.prefix(logged.count - 1).map(\.event) == Array(logged[1...]))
        let latest = try await storage.events(EventQuery(order: .latest(before: nil), limit: 1))
        #expect(latest.events.first?.timestamp == logged.map(\.timestamp).max())
        #expect(try await storage.statistics().events == Int64(logged.count * 2))
        try await checkConsumers(storage)
        await storage.close()
        try await checkTokens(values)
        #expect(try await Month.wrongBounds(schema, on: cluster, database) == "")
    }

    private func checkConsumers(_ storage: any Storage) async throws {
        #expect(try await storage.lease("audit", for: .seconds(3600)))
        #expect(try await storage.advance(ConsumerCursor(consumer: "audit", position: 2)))
        #expect(try await storage.replay("audit", after: 1).generation == 1)
        #expect(try await storage.cursors().map(\.position) == [1])
        try await storage.endLease("audit")
    }

    private func checkTokens(_ values: [String: String]) async throws {
        let values = ["url": cluster.url(), "schema": schema].merging(values) { $1 }
        let openTokens = try #require(try setup(values).openTokens)
        let tokens = try await openTokens()
        let token = TokenRecord(
            id: "one", hash: (0..<32).map { UInt8($0 * 7 & 0xff) },
            grant: AccessGrant(
                name: "spark \\ 'ü'", rights: [.reportCheck],
                assets: [try #require(PartPattern("a/*")), try #require(PartPattern("ü \"x\""))]),
            certificateNames: ["a,b", "{c}", "NULL"], createdAt: Timestamp("2026-01-31T23:59:59.999999Z") ?? .now(),
            expiresAt: Timestamp("2027-03-28T01:30:00Z"))
        try await tokens.insert(token)
        #expect(try await tokens.tokens() == [token])
        #expect(try await tokens.revoke("one", at: .now()))
        await tokens.close()
    }
}

/// Events around the ends of months, and the bounds of their tables.
enum Month {
    /// Events that were received on both sides of the ends of months, and hours before and after.
    static func events() -> [Event] {
        [
            "2030-12-31T10:00:00Z", "2030-12-31T23:59:59.999999Z", "2031-01-01T00:00:00Z", "2031-01-01T13:59:59Z", "2031-03-31T00:30:00Z",
            "2031-03-31T23:59:59.999999Z", "2031-04-01T00:00:00.000001Z", "2031-10-26T01:30:00Z",
        ].compactMap { Timestamp($0) }.enumerated().map { number, time in
            Event(
                id: EventID(high: .random(in: 1 ... .max), low: .random(in: 0 ... .max)), deployment: "default", kind: .materialization,
                assetKey: AssetKey(["orders", "ü \\ ' \" $1 %s"]), partition: "\(number)\n\\x41 'quoted' \u{1F600}", timestamp: time,
                receivedAt: time, reportedBy: "spark \\'", details: Array("{\"metadata\":{\"text\":\"\\\\ü\\u0001\"}}".utf8))
        }
    }

    /// The months whose bounds are not those of UTC, one on a line.
    static func wrongBounds(_ schema: String, on cluster: Cluster, _ database: String = "postgres") async throws -> String {
        try await cluster.sql(
            """
            SET DateStyle = 'ISO'; SET TimeZone = 'UTC';
            SELECT relname || ' ' || bounds FROM (
                SELECT relname, pg_get_expr(relpartbound, pg_class.oid) AS bounds,
                    CASE WHEN relname ~ '^events_[0-9_]{7}$' THEN to_date(substr(relname, 8), 'YYYY_MM') END AS month
                FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
                WHERE inhparent = '\(schema).events'::regclass) AS month
            WHERE month IS NOT NULL AND bounds <> format('FOR VALUES FROM (''%s 00:00:00+00'') TO (''%s 00:00:00+00'')', month, (month + interval '1 month')::date)
            """, as: cluster.url(database: database))
    }
}
#endif
