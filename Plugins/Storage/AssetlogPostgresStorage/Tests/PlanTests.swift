#if Postgres
import AssetlogCore
import Foundation
import Testing

@testable import AssetlogPostgresStorage

@Suite("The event table in PostgreSQL", .needsCluster, .fewAtOnce)
struct PlanTests {
    /// What is asked of a table of 200,000 events, and the indexes that may answer it.
    struct Reading: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var query: EventQuery
        /// How many events may be looked at.
        var window: Int?
        var indexes: [String]
        /// Whether the index gives the order as well, so that a page costs what is in it.
        var isOrdered = true
        /// The values of the statement's parameters, in their order.
        var values: [String]
    }

    private static let asset = AssetKey(["asset 77"])
    private static let hash = "\(AssetHash.of(asset, in: "default"))"
    private static let time = Timestamp("2026-02-03T04:05:06Z") ?? .now()

    private static let dayLater = Timestamp(microseconds: time.microseconds + 86_400_000_000)

    private static let readings: [Reading] = [
        Reading(
            testDescription: "from a sequence", query: EventQuery(order: .ascending(after: 120_000), limit: 100),
            indexes: ["sequence"], values: ["120000", "200000", "8388608"]),
        Reading(
            testDescription: "the last ones", query: EventQuery(order: .descending(before: nil), limit: 100), indexes: ["sequence"],
            values: ["200001", "8388608"]),
        Reading(
            testDescription: "an asset, from a sequence",
            query: EventQuery(order: .ascending(after: 120_000), limit: 100, deployment: "default", assetKey: asset),
            indexes: ["asset_hash_sequence"],
            values: ["120000", "200000", hash, "'default'", "'\(asset.canonical)'", "8388608"]),
        Reading(
            testDescription: "the last ones of an asset",
            query: EventQuery(order: .descending(before: nil), limit: 1, deployment: "default", assetKey: asset),
            indexes: ["asset_hash_sequence"], values: ["200001", hash, "'default'", "'\(asset.canonical)'", "8388608"]),
        Reading(
            testDescription: "the latest of an asset",
            query: EventQuery(order: .latest(before: nil), limit: 1, deployment: "default", assetKey: asset),
            indexes: ["asset_hash_timestamp"], values: ["200000", hash, "'default'", "'\(asset.canonical)'", "8388608"]),
        Reading(
            testDescription: "the latest", query: EventQuery(order: .latest(before: nil), limit: 100), indexes: ["timestamp"],
            values: ["200000", "8388608"]),
        Reading(
            testDescription: "the latest before a moment",
            query: EventQuery(order: .latest(before: EventTimeKey(timestamp: time, sequence: 7)), limit: 100),
            indexes: ["timestamp"], values: ["200000", "'\(time)'", "7", "8388608"]),
        Reading(
            testDescription: "a time", query: EventQuery(limit: 100, from: time, to: dayLater), indexes: ["timestamp"],
            isOrdered: false, values: ["0", "200000", "'\(time)'", "'\(dayLater)'", "8388608"]),
        Reading(
            testDescription: "a time of an asset",
            query: EventQuery(limit: 100, deployment: "default", assetKey: asset, from: time, to: dayLater),
            // Any of these will do in a month that is not of that time.
            indexes: ["asset_hash", "timestamp_sequence"], isOrdered: false,
            values: [
                "0", "200000", hash, "'default'", "'\(asset.canonical)'", "'\(time)'",
                "'\(dayLater)'", "8388608",
            ]),
        Reading(
            testDescription: "a partition, among the events after a sequence",
            query: EventQuery(order: .ascending(after: 120_000), limit: 100, filter: EventFilter(partition: "p")),
            window: 10_000, indexes: ["sequence"], values: ["120000", "200000", "'p'", "8388608"]),
        Reading(
            testDescription: "a prefix and a check, among the latest events of a deployment",
            query: EventQuery(
                order: .latest(before: nil), limit: 100,
                filter: EventFilter(deployment: "default", prefix: asset, checkName: "c", passed: false)),
            window: 10_000, indexes: ["timestamp"],
            values: [
                "200000", "'default'", "3", "'\(asset.canonical)'", "'[\"asset 77\",'", "'[\"asset 77\"-'",
                #"'\x22636865636b5f6e616d65223a226322'"#, #"'\x22706173736564223a66616c7365'"#, "8388608",
            ]),
        Reading(
            testDescription: "a partition of an asset, among its events before one",
            query: EventQuery(
                order: .descending(before: nil), limit: 10,
                filter: EventFilter(deployment: "default", assetKey: asset, partition: "p")),
            window: 100, indexes: ["asset_hash_sequence"],
            values: ["200001", hash, "'default'", "'\(asset.canonical)'", "'p'", "8388608"]),
        Reading(
            testDescription: "a deployment, among the events after a sequence",
            query: EventQuery(order: .ascending(after: 120_000), limit: 100, deployment: "few"), window: 10_000,
            indexes: ["sequence"], values: ["120000", "200000", "'few'", "8388608"]),
        Reading(
            testDescription: "a kind, among the last events of an asset",
            query: EventQuery(
                order: .descending(before: nil), limit: 100, deployment: "default", assetKey: asset, kinds: [.check]),
            window: 10_000, indexes: ["asset_hash_sequence"],
            values: ["200001", hash, "'default'", "'\(asset.canonical)'", "3", "8388608"]),
        Reading(
            testDescription: "a long time, among the events after a sequence",
            query: EventQuery(order: .ascending(after: 120_000), limit: 100, from: time), window: 10_000,
            indexes: ["sequence"], values: ["120000", "200000", "'\(time)'", "8388608"]),
        Reading(
            testDescription: "the assets of a token, among the latest events",
            query: EventQuery(
                order: .latest(before: nil), limit: 100,
                filter: EventFilter(deployment: "default", assets: ["none/of/these", "a*/**"].compactMap { PartPattern($0) })),
            window: 10_000, indexes: ["timestamp"],
            values: ["200000", "'default'", #"'["none","of","these"]'"#, #"'["a%"%]'"#, "8388608"]),
    ]

    /// A log of four months, made once, of 400 assets that take turns.
    private static let table = Task { () throws -> String in
        let cluster = try Cluster.shared.get()
        let name = cluster.freshSchema()
        try await open(name, on: cluster).close()
        // FNV-1a is not in PostgreSQL; only the asset that is asked for needs its true number.
        try await cluster.sql(
            """
            -- The months of today are empty, and an empty table is read as a whole.
            DO $$ DECLARE part regclass; BEGIN
                FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = '\(name).events'::regclass LOOP
                    EXECUTE format('DROP TABLE %s', part);
                END LOOP;
            END $$;
            SELECT \(name).ensure_partitions('2026-01-01', '2026-04-30');
            SET synchronous_commit = off;
            INSERT INTO \(name).events (sequence, asset_hash, "timestamp", received_at, event_id, kind, deployment, asset_key, details)
            SELECT number, CASE WHEN number % 400 = 77 THEN \(hash) ELSE hashtextextended((number % 400)::text, 0) END,
                moment, moment, gen_random_uuid(), 1, 'default', '["asset ' || number % 400 || '"]', '{}'
            FROM (SELECT number, '2026-01-01'::timestamptz + number * interval '50 seconds' AS moment
                FROM generate_series(1, 200000) AS number) AS made;
            SELECT setval('\(name).event_sequence', 200000);
            ANALYZE \(name).events;
            """)
        return name
    }

    @Test("answers by an index", arguments: readings, ["force_generic_plan", "force_custom_plan"])
    func plans(reading: Reading, mode: String) async throws {
        let name = try await Self.table.value
        let schema = try #require(Schema(name))
        let (query, limit) = (reading.query, reading.query.limit)
        let statement =
            reading.isOrdered
            ? PageStatement(query, horizon: 200_000, among: reading.window, limit: limit, schema)
            : PageStatement(sorting: query, horizon: 200_000, limit: limit, schema)
        let types = reading.values.map { value in
            value.hasPrefix("'2026") ? "timestamptz" : value.hasPrefix(#"'\x"#) ? "bytea" : value.hasPrefix("'") ? "text" : "bigint"
        }
        let plan = try await plan(
            of: statement, "page (\(types.joined(separator: ", ")))", "page (\(reading.values.joined(separator: ", ")))", mode)
        #expect(!plan.contains("Seq Scan"), "\(plan)")
        let scans = plan.split(separator: "\n").filter { $0.contains("Scan") && !$0.contains("Subquery Scan") }
        #expect(!scans.isEmpty, "\(plan)")
        for scan in scans {
            let isFitting = reading.indexes.contains { scan.contains("_\($0)") } || scan.contains("Bitmap Heap Scan")
            #expect(isFitting, "\(scan) in \(plan)")
        }
        if reading.isOrdered { #expect(!plan.contains("Sort  (cost"), "\(plan)") }
    }

    private func plan(of statement: PageStatement, _ name: String, _ call: String, _ mode: String) async throws -> String {
        try await Cluster.shared.get().sql(
            """
            SET plan_cache_mode = \(mode);
            BEGIN;
            \(statement.settings);
            PREPARE \(name) AS \(statement.text);
            EXPLAIN EXECUTE \(call);
            """)
    }

    @Test(
        "counts the events of a time, and finds the end of what is looked at, by an index",
        arguments: ["force_generic_plan", "force_custom_plan"])
    func bounds(mode: String) async throws {
        let schema = try #require(Schema(try await Self.table.value))
        let timed = EventQuery(order: .ascending(after: 120_000), deployment: "default", from: Self.time, to: Self.dayLater)
        let count = try await plan(
            of: PageStatement(countOf: timed, upTo: 1000, schema), "page (bigint, timestamptz, timestamptz)",
            "page (9223372036854775807, '\(Self.time)', '\(Self.dayLater)')", mode)
        let end = try await plan(
            of: PageStatement(endOf: 1000, timed, horizon: 200_000, schema), "page (bigint, bigint)", "page (120000, 200000)", mode)
        for (plan, index) in [(count, "_timestamp_"), (end, "_sequence_idx")] {
            #expect(!plan.contains("Seq Scan") && !plan.contains("Sort  (cost"), "\(plan)")
            #expect(plan.contains(index), "\(plan)")
        }
    }

    @Test(
        "looks at no more events than a page may skip, and then continues",
        arguments: [
            EventFilter(deployment: "default", partition: "nowhere"), EventFilter(prefix: AssetKey(["nothing"])),
            EventFilter(checkName: "c"), EventFilter(deployment: "default", assetKey: asset, partition: "nowhere"),
            EventFilter(deployment: "few"), EventFilter(deployment: "default", kinds: [.observation]),
            EventFilter(deployment: "default", assets: [pattern]), EventFilter(partition: "nowhere", from: .init(microseconds: 0)),
            EventFilter(deployment: "default", assetKey: asset, kinds: [.check]),
        ])
    func bounded(filter: EventFilter) async throws {
        let cluster = try Cluster.shared.get()
        let storage = try await open(try await Self.table.value, on: cluster)
        let isOfAsset = filter.assetKey != nil
        let looked: Int64 = isOfAsset ? 100 * 400 : 2000
        let orders: [(EventQuery.Order, Int64)] = [
            (.ascending(after: 50_000), 50_000 + looked), (.descending(before: 150_001), 150_001 - looked),
            // An event every fifty seconds, so that by time they stand as in the log.
            (.latest(before: EventTimeKey(timestamp: Self.timeKey(of: 150_001), sequence: 150_001)), 150_001 - looked),
        ]
        for (order, next) in orders {
            var query = EventQuery(order: order, filter: filter)
            query.maximumSkipped = isOfAsset ? 100 : 2000
            let page = try await storage.events(query)
            #expect(page.events.isEmpty)
            #expect(page.skipped == query.maximumSkipped)
            let found = try #require(Self.sequence(of: page.continuation))
            #expect(abs(found - next) < 400, "\(found), expected \(next)")
        }
        await storage.close()
    }

    private static func sequence(of order: EventQuery.Order?) -> Int64? {
        switch order {
        case nil: nil
        case .ascending(let after): after
        case .descending(let before): before
        case .latest(let before): before?.sequence
        }
    }

    private static let pattern = PartPattern("nothing/*") ?? { preconditionFailure() }()

    private static func timeKey(of sequence: Int64) -> Timestamp {
        Timestamp(microseconds: (Timestamp("2026-01-01T00:00:00Z") ?? .now()).microseconds + sequence * 50_000_000)
    }

    @Test("finds the assets of a token that names very many, in pages of every size", arguments: [1, 3, 1000])
    func manyPatterns(limit: Int) async throws {
        let storage = try await open(try await Self.table.value, on: Cluster.shared.get())
        let patterns = (0..<500).compactMap { PartPattern("none/\($0)") } + [try #require(PartPattern("asset 77"))]
        var query = EventQuery(limit: limit, filter: EventFilter(deployment: "default", assets: patterns))
        var (found, pages) = ([Int64](), 0)
        while found.count < 10 {
            let page = try await storage.events(query)
            #expect(page.skipped <= query.maximumSkipped && page.events.count <= limit)
            found += page.events.map(\.sequence)
            query.order = try #require(page.continuation)
            pages += 1
            try #require(pages < 50)
        }
        #expect(found.prefix(10) == [77, 477, 877, 1277, 1677, 2077, 2477, 2877, 3277, 3677])
        await storage.close()
    }

    @Test("finds the events of a time that has few of them at once, wherever they stand")
    func timed() async throws {
        let storage = try await open(try await Self.table.value, on: Cluster.shared.get())
        var query = EventQuery(limit: 3, deployment: "default", from: Self.timeKey(of: 190_000), to: Self.timeKey(of: 191_000))
        query.maximumSkipped = 1
        #expect(try await storage.events(query).events.map(\.sequence) == [190_000, 190_001, 190_002])
        query.order = .descending(before: nil)
        #expect(try await storage.events(query).events.map(\.sequence) == [190_999, 190_998, 190_997])
        await storage.close()
    }

    @Test("has a partition for each month of receipt, made when it is needed")
    func partitions() async throws {
        let cluster = try Cluster.shared.get()
        let schema = cluster.freshSchema()
        let storage = try await open(schema, on: cluster)
        func partitions() async throws -> [String] {
            try await cluster.sql(
                """
                SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
                WHERE inhparent = '\(schema).events'::regclass ORDER BY relname
                """
            ).split(separator: "\n").map(String.init)
        }
        // This month and the next are there.
        let first = try await partitions()
        #expect((2...3).contains(first.count), "\(first)")
        let months = ["2020-02-29T23:59:59.999999Z", "2020-03-01T00:00:00Z", "2037-12-31T23:59:59Z"]
        for (number, month) in months.enumerated() {
            try await storage.add(events(number..<number + 1, received: Timestamp(month)))
        }
        // Of one batch, events of several months; and two servers that meet a new month at once.
        let mixed = events(3..<4, received: Timestamp("2021-05-05T00:00:00Z")) + events(4..<5, received: Timestamp("2021-07-05T00:00:00Z"))
        let other = try await open(schema, on: cluster)
        async let one = storage.add(mixed)
        async let two = other.add(events(5..<6, received: Timestamp("2021-06-05T00:00:00Z")))
        _ = try await (one, two)
        await eventually("all is there") { try await Set(storage.numbers()) == Set(0..<6) }
        #expect(
            try await partitions() == [
                "events_2020_02", "events_2020_03", "events_2021_05", "events_2021_06", "events_2021_07",
            ] + first + ["events_2037_12"])
        let rows = try await cluster.sql("SELECT partition FROM \(schema).events_2020_02")
        #expect(rows == "0")
        for storage in [storage, other] { await storage.close() }
    }
}
#endif
