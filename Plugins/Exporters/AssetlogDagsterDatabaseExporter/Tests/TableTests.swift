#if DagsterDatabase
import AssetlogCore
import Testing

@testable import AssetlogDagsterDatabaseExporter

/// What stands in Dagster's tables after a delivery.
@Suite(.enabled(if: Cluster.absence == nil))
struct TableTests {
    @Test("each kind of event writes the rows that a report of it writes")
    func rows() async throws {
        let storage = try await DagsterStorage()
        let results = try await storage.deliver(
            .made(1, partition: "p1", details: #"{"data_version":"1.1"}"#), .made(2, .observation, of: ["o"], partition: ""),
            .made(3, .check, of: ["c"], partition: "", details: #"{"check_name":"n","passed":false}"#), .made(4, .materializationFailed))
        #expect(results.prefix(3) == [.delivered, .delivered, .delivered])
        #expect(results[3] == .skipped(reason: "open source Dagster does not read failures without a run"))
        #expect(
            try await storage.sql(
                "SELECT id, run_id, dagster_event_type, \"timestamp\", step_key, asset_key, partition FROM event_logs ORDER BY id;") == """
                    1||ASSET_MATERIALIZATION|2026-09-21 14:13:21||["warehouse", "orders"]|p1
                    2||ASSET_OBSERVATION|2026-09-21 14:13:22||["o"]|
                    3||ASSET_CHECK_EVALUATION|2026-09-21 14:13:23|||
                    """)
        #expect(
            try await storage.sql("SELECT event_id, asset_key, key, value, event_timestamp FROM asset_event_tags;")
                == #"1|["warehouse", "orders"]|dagster/data_version|1.1|2026-09-21 14:13:21"#)
        #expect(
            try await storage.sql(
                """
                SELECT asset_key, last_run_id IS NULL, last_run_id, last_materialization IS NULL, last_materialization_timestamp
                FROM asset_keys ORDER BY id;
                """) == """
                    ["o"]|t||t|2026-09-21 14:13:22
                    ["warehouse", "orders"]|f||f|2026-09-21 14:13:21
                    """)
        #expect(
            try await storage.sql(
                """
                SELECT c.asset_key, check_name, c.partition IS NULL, c.run_id, execution_status, evaluation_event_timestamp,
                    evaluation_event = event, materialization_event_storage_id, c.create_timestamp > now() - interval '1 hour'
                FROM asset_check_executions AS c JOIN event_logs AS e ON e.id = evaluation_event_storage_id;
                """) == #"["c"]|n|f||FAILED|2026-09-21 14:13:23|t||t"#)
    }

    @Test("the latest materialization is the whole record with its id")
    func record() async throws {
        let storage = try await DagsterStorage()
        try await storage.deliver(.made(1))
        #expect(
            try await storage.sql(
                """
                SELECT last_materialization = '{"__class__": "EventLogRecord", "event_log_entry": ' || event || ', "storage_id": ' || e.id || '}'
                FROM asset_keys JOIN event_logs AS e USING (asset_key);
                """) == "t")
    }

    @Test(
        "a late event never replaces what happened later, in one batch or in several",
        arguments: [
            ([10, 5], 10, 10), ([5, 10], 10, 10), ([10, 10], 10, 10), ([10, 5, 7], 10, 10), ([5, -20, 10], 10, 20), ([5, -20], 5, 20),
            ([-20, 5], 5, 20),
        ] as [([Int64], Int64, Int64)], [true, false])
    func late(_ expectation: (seconds: [Int64], materialized: Int64, seen: Int64), inOneBatch: Bool) async throws {
        let storage = try await DagsterStorage()
        // Those below zero are observations.
        let events = expectation.seconds.enumerated().map { index, second in
            LoggedEvent.made(Int64(index + 1), second < 0 ? .observation : .materialization, at: abs(second))
        }
        let exporter = try await storage.open()
        for batch in inOneBatch ? [events] : events.map({ [$0] }) {
            try await exporter.deliver(ExportBatch(log: .test, generation: 0, events: batch))
        }
        await exporter.close()
        let base = LoggedEvent.epoch / 1_000_000
        #expect(
            try await storage.sql(
                """
                SELECT substring(last_materialization FROM '"timestamp": ([0-9.]+), "user')::float8 - \(base),
                    extract(epoch FROM last_materialization_timestamp)::bigint - \(base) FROM asset_keys;
                """) == "\(expectation.materialized)|\(expectation.seen)")
        // Of two at the same time the one that was recorded later counts.
        let last = expectation.seconds.lastIndex(of: expectation.materialized).map { $0 + 1 }
        #expect(try await storage.sql("SELECT substring(last_materialization FROM '([0-9]+)\\}$') FROM asset_keys;") == "\(last ?? 0)")
    }

    @Test("a materialization of a run of Dagster, with whatever message, is compared by its own time")
    func afterRun() async throws {
        let storage = try await DagsterStorage()
        let record =
            #"{"event_log_entry": {"x": "\"timestamp\": 1", "timestamp": \#(LoggedEvent.epoch / 1_000_000 + 50).25, "#
            + #""user_message": "a \"quoted\" }, one"}, "storage_id": 7}"#
        try await storage.sql(
            """
            INSERT INTO asset_keys (asset_key, last_materialization, last_run_id, last_materialization_timestamp)
            VALUES ('["warehouse", "orders"]', $$\(record)$$, 'run', to_timestamp(\(LoggedEvent.epoch / 1_000_000 + 90)) AT TIME ZONE 'UTC');
            """)
        try await storage.deliver(.made(1, at: 50))
        #expect(try await storage.sql("SELECT last_run_id FROM asset_keys;") == "run")
        try await storage.deliver(.made(2, at: 51))
        #expect(
            try await storage.sql("SELECT last_run_id, extract(epoch FROM last_materialization_timestamp)::bigint FROM asset_keys;")
                == "|\(LoggedEvent.epoch / 1_000_000 + 90)")
    }

    @Test("a partition's check has one row with its latest result, and a late result does not replace it", arguments: [true, false])
    func partitionedCheck(inOneBatch: Bool) async throws {
        let storage = try await DagsterStorage()
        try await storage.sql(
            """
            INSERT INTO asset_check_executions (asset_key, check_name, partition, run_id, create_timestamp)
            VALUES ('["warehouse", "orders"]', 'n', 'p', '', '2020-01-01');
            """)
        let events = [(5, false), (9, true), (7, false)].enumerated().map { index, result in
            LoggedEvent.made(
                Int64(index + 1), .check, at: Int64(result.0), partition: "p", details: #"{"check_name":"n","passed":\#(result.1)}"#)
        }
        let exporter = try await storage.open()
        for batch in inOneBatch ? [events] : events.map({ [$0] }) {
            #expect(
                try await exporter.deliver(ExportBatch(log: .test, generation: 0, events: batch)).allSatisfy { $0 == .delivered })
        }
        await exporter.close()
        #expect(
            try await storage.sql(
                """
                SELECT execution_status, evaluation_event_storage_id, create_timestamp > '2021-01-01', id > 1,
                    (SELECT count(*) FROM event_logs) FROM asset_check_executions;
                """) == "SUCCEEDED|2|t|t|3")
    }

    @Test("a check without partition has a row for each result")
    func plainCheck() async throws {
        let storage = try await DagsterStorage()
        let details = #"{"check_name":"n","passed":true}"#
        try await storage.deliver(.made(1, .check, details: details), .made(2, .check, details: details))
        #expect(try await storage.sql("SELECT count(*), count(DISTINCT evaluation_event_storage_id) FROM asset_check_executions;") == "2|2")
    }

    @Test("an event that the tables refuse is rejected by itself, and the others are written")
    func refusal() async throws {
        let storage = try await DagsterStorage()
        try await storage.sql("ALTER TABLE event_logs ADD CHECK (partition <> 'bad');")
        let exporter = try await storage.open()
        let events = (1...9).map { LoggedEvent.made($0, partition: $0 == 6 ? "bad" : "good") }
        let results = try await exporter.deliver(ExportBatch(log: .test, generation: 0, events: events))
        await exporter.close()
        #expect(results.map { $0 == .delivered } == (1...9).map { $0 != 6 })
        guard case .rejected(let failure) = results[5] else {
            Issue.record("\(results[5])")
            return
        }
        #expect(failure.answer.contains("23514"))
        #expect(try await storage.sql("SELECT count(*) FROM event_logs;") == "8")
    }

    @Test("an event that something in the database refuses is tried again, and those that follow it in its asset wait")
    func trigger() async throws {
        let storage = try await DagsterStorage()
        try await storage.sql(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $$not this one$$; END';
            CREATE TRIGGER refuse BEFORE INSERT ON event_logs FOR EACH ROW WHEN (NEW.partition = 'bad') EXECUTE FUNCTION refuse();
            """)
        let exporter = try await storage.open()
        let events = (1...9).map { LoggedEvent.made($0, of: ["\($0 % 2)"], partition: $0 == 4 ? "bad" : "good") }
        let batch = ExportBatch(log: .test, generation: 0, events: events)
        let results = try await exporter.deliver(batch)
        #expect(results.map { $0 == .delivered } == [true, true, true, false, true, false, true, false, true])
        #expect(results[5] == .untried && results[7] == .untried)
        guard case .retry(let failure) = results[3] else {
            Issue.record("\(results[3])")
            return
        }
        #expect(failure.isCounted)
        #expect(failure.answer.contains("not this one"))
        try await storage.sql("DROP TRIGGER refuse ON event_logs;")
        #expect(try await exporter.deliver(batch) == batch.results(.delivered))
        await exporter.close()
        #expect(
            try await storage.sql("SELECT string_agg(partition, ' ' ORDER BY id) FROM event_logs WHERE asset_key = '[\"0\"]';")
                == "good bad good good")
    }

    @Test("exporters of two names keep their own account of what they wrote")
    func names() async throws {
        let storage = try await DagsterStorage()
        for name in ["a", "b", "a"] {
            let exporter = try await storage.open(name)
            try await exporter.deliver(ExportBatch(log: .test, generation: 0, events: [.made(1)]))
            await exporter.close()
        }
        #expect(try await storage.sql("SELECT count(*) FROM event_logs;") == "2")
    }

    @Test("only the last events, and generations of the last days, are remembered")
    func prunes() async throws {
        let storage = try await DagsterStorage()
        let exporter = try await storage.open()
        for generation in Int64(0)...2 {
            try await exporter.deliver(ExportBatch(log: .test, generation: generation, events: (1...9).map { .made($0) }))
        }
        await exporter.close()
        try await storage.sql("UPDATE assetlog_exported_events SET exported_at = now() - interval '8 days' WHERE generation = 0;")
        let settings = try storage.settings
        try await onThread {
            try DagsterDatabase(settings, exporter: "ui", logger: .silent).prune(.test, generation: 2, keeping: 4)
        }
        #expect(
            try await storage.sql("SELECT generation, min(sequence), count(*) FROM assetlog_exported_events GROUP BY 1 ORDER BY 1;") == """
                1|1|9
                2|6|4
                """)
    }
}
#endif
