#if DagsterDatabase
import AssetlogCore
import Testing

@testable import AssetlogDagsterDatabaseExporter

/// What the exporter asks of a storage before it writes.
@Suite(.enabled(if: Cluster.absence == nil))
struct SchemaTests {
    @Test("storages of every known revision are written", arguments: SchemaCheck.knownRevisions)
    func knows(revision: String) async throws {
        let storage = try await DagsterStorage(revision: revision)
        #expect(try await storage.deliver(.made(1)) == [.delivered])
    }

    @Test("an unknown revision is refused by its name, with the known ones, at the start, in a test and in a delivery")
    func refusesRevision() async throws {
        let storage = try await DagsterStorage(revision: "0123456789ab")
        let atStart = await #expect(throws: ExportError.self) { _ = try await storage.open() }
        let exporter: any Exporter = try DagsterDatabaseExporter(storage.settings, name: "ui", logger: .silent)
        let inTest = await #expect(throws: ExportError.self) { try await exporter.test(with: .made(1)) }
        let inDelivery = await #expect(throws: ExportError.self) {
            try await exporter.deliver(ExportBatch(log: .test, generation: 0, events: [.made(1)]))
        }
        await exporter.close()
        for error in [atStart, inTest, inDelivery] {
            #expect(error?.isRetriable == false)
            for part in ["0123456789ab", "ec80dd91891a", "29b539ebc72a"] { #expect(error?.message.contains(part) == true) }
        }
        #expect(try await storage.sql("SELECT count(*) FROM event_logs;") == "0")
    }

    @Test(
        "a storage that is not as Dagster makes it is refused with what it lacks",
        arguments: [
            ("ALTER TABLE asset_check_executions DROP COLUMN partition", "lacks partition in the table asset_check_executions"),
            ("DROP TABLE asset_event_tags", "in the table asset_event_tags"),
            ("DELETE FROM secondary_indexes", "dagster instance migrate"),
            ("UPDATE secondary_indexes SET migration_completed = NULL", "dagster instance migrate"),
        ])
    func refuses(change: String, message: String) async throws {
        let storage = try await DagsterStorage()
        try await storage.sql("\(change);")
        let error = await #expect(throws: ExportError.self) { _ = try await storage.open() }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.isRetriable == false)
    }

    @Test("tables that Dagster has not made yet are waited for")
    func waits() async throws {
        let storage = try await DagsterStorage()
        try await storage.sql("ALTER TABLE alembic_version RENAME TO later;")
        let exporter = try await storage.open()
        let batch = ExportBatch(log: .test, generation: 0, events: [.made(1)])
        let error = await #expect(throws: ExportError.self) { try await exporter.deliver(batch) }
        #expect(error?.isRetriable == true)
        #expect(error?.message.contains("start Dagster with it once") == true)
        try await storage.sql("ALTER TABLE later RENAME TO alembic_version;")
        #expect(try await exporter.deliver(batch) == [.delivered])
        await exporter.close()
    }

    @Test("a database that can't be reached is waited for")
    func away() async throws {
        let settings = try DagsterStorage.settings(["url": "postgresql://127.0.0.1:1/dagster?password=hush"])
        let exporter = try DagsterDatabaseExporter(settings, name: "ui", logger: .silent)
        try await exporter.connectIfPossible()
        let error = await #expect(throws: ExportError.self) {
            try await exporter.deliver(ExportBatch(log: .test, generation: 0, events: [.made(1)]))
        }
        #expect(error?.isRetriable == true)
        #expect(error?.message.contains("can't be reached") == true)
        #expect(error?.message.contains("hush") == false)
        await exporter.close()
    }

    @Test("a test says what answers, and writes nothing")
    func dryRun() async throws {
        let storage = try await DagsterStorage()
        let exporter = try await storage.open()
        let sentence = try await exporter.test(with: .made(1))
        await exporter.close()
        #expect(sentence.contains("revision 29b539ebc72a in \(storage.schema)"))
        #expect(sentence.contains("role postgres"))
        #expect(try await storage.sql("SELECT count(*) FROM event_logs;") == "0")
        #expect(try await storage.sql("SELECT last_value, is_called FROM event_logs_id_seq;") == "1|f")
    }

    @Test("a role without the right to make the exporter's table gets an error that says so, and goes on when it was made for it")
    func privileges() async throws {
        let storage = try await DagsterStorage()
        let role = "role_of_\(storage.schema)"
        try await storage.sql(
            """
            CREATE ROLE \(role) LOGIN PASSWORD 'pw'; GRANT USAGE ON SCHEMA \(storage.schema) TO \(role);
            GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA \(storage.schema) TO \(role);
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA \(storage.schema) TO \(role);
            """)
        let other = DagsterStorage(url: storage.url.replacing("postgres:secret", with: "\(role):pw"), schema: storage.schema)
        let exporter = try await other.open()
        let batch = ExportBatch(log: .test, generation: 0, events: [.made(1)])
        let error = await #expect(throws: ExportError.self) { try await exporter.deliver(batch) }
        #expect(error?.message.contains("denies the exporter's role access") == true, "\(error?.message ?? "")")
        await (try await storage.open()).close()
        try await storage.sql("GRANT SELECT, INSERT, DELETE ON assetlog_exported_events TO \(role);")
        #expect(try await exporter.deliver(batch) == [.delivered])
        await exporter.close()
    }

    @Test("a preview shows the row, and why there is none")
    func previews() async throws {
        let settings = try DagsterStorage.settings(["url": "postgresql://db/dagster"])
        let exporter = try DagsterDatabaseExporter(settings, name: "ui", logger: .silent)
        let events: [LoggedEvent] = [.made(1, partition: "p"), .made(2, .materializationStarted), .made(3, partition: "\0")]
        let preview = try await exporter.preview(ExportBatch(log: .test, generation: 0, events: events))
        await exporter.close()
        let lines = preview?.split(separator: "\n") ?? []
        #expect(lines.first?.hasPrefix(#"ASSET_MATERIALIZATION of ["warehouse", "orders"], partition p at 2026"#) == true)
        #expect(lines.dropFirst().map { $0.prefix(8) } == ["skipped:", "rejected"])
    }
}
#endif
