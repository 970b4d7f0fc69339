#if DagsterDatabase
import AssetlogCore
import AssetlogPostgres
import AssetlogTesting
import Foundation
import Logging

@testable import AssetlogDagsterDatabaseExporter

/// A storage of Dagster: the tables as its current release makes them, in a schema of their own.
struct DagsterStorage: Sendable {
    let url: String
    let schema: String

    /// Makes a storage of a revision.
    init(revision: String = "29b539ebc72a") async throws {
        let cluster = try Cluster.shared.get()
        (url, schema) = (cluster.url, cluster.freshSchema())
        try await sql(
            """
            CREATE SCHEMA \(schema); SET search_path = \(schema); \(Self.tables)
            INSERT INTO alembic_version VALUES ('\(revision)');
            INSERT INTO secondary_indexes (name, migration_completed) VALUES ('asset_key_index_columns', now());
            """)
    }

    /// Takes a storage that another process made.
    init(url: String, schema: String) {
        (self.url, self.schema) = (url, schema)
    }

    var settings: DagsterDatabaseSettings {
        get throws { try Self.settings(["url": url, "schema": schema]) }
    }

    static func settings(_ values: [String: String]) throws -> DagsterDatabaseSettings {
        try DagsterDatabaseSettings(
            PluginConfiguration(
                section: "exporters.ui", keys: ExporterPlugin.dagsterDatabase.keys, values: values.mapValues { [$0] },
                directory: "/etc", dataDirectory: "/data"))
    }

    /// Opens an exporter to it, as a server does.
    func open(_ name: String = "ui") async throws -> any Exporter {
        let exporter = try DagsterDatabaseExporter(settings, name: name, logger: .silent)
        try await exporter.connectIfPossible()
        return exporter
    }

    /// Delivers events in one batch with an exporter that is opened for it.
    @discardableResult
    func deliver(_ events: LoggedEvent...) async throws -> [DeliveryResult] {
        let exporter = try await open()
        let results = try await exporter.deliver(ExportBatch(log: .test, generation: 0, events: events))
        await exporter.close()
        return results
    }

    /// Runs SQL in its schema and returns what it printed, a row on a line, columns apart by `|`.
    @discardableResult
    func sql(_ statements: String) async throws -> String {
        let psql = Process()
        psql.executableURL = URL(filePath: "/usr/bin/psql")
        psql.arguments = [url, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        psql.environment = ProcessInfo.processInfo.environment.merging(["PGOPTIONS": "-c search_path=\(schema)"]) { $1 }
        let (input, output) = (Pipe(), Pipe())
        (psql.standardInput, psql.standardOutput, psql.standardError) = (input, output, output)
        try psql.run()
        return try await onThread {
            try input.fileHandleForWriting.write(contentsOf: Data(statements.utf8))
            try input.fileHandleForWriting.close()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            psql.waitUntilExit()
            guard psql.terminationStatus == 0 else { throw ExportError(text) }
            return text.trimmingCharacters(in: .newlines)
        }
    }

    /// A connection of one's own; blocking.
    func connect() throws -> PostgresConnection {
        try PostgresConnection(settings.connection, within: .seconds(60))
    }

    /// Runs a statement with the schema's name where it says `{schema}`, on a connection of one's own; blocking.
    @discardableResult
    func run(_ statement: String, _ number: Int64? = nil, on connection: PostgresConnection) throws -> Rows {
        var parameters = Parameters()
        if let number { parameters.append(number) }
        let text = statement.replacing("{schema}", with: schema)
        return try connection.run(text, parameters, before: Deadline(in: .seconds(300)))
    }

    // MARK: As a destination of the conformance suite

    // The identities of the suite's events end with their sequences.
    private func shown() async throws -> [ExportedEvent] {
        let ids = try await sql(
            #"SELECT substring(event FROM '"text": "([0-9a-f-]{36})"\}, "label": "assetlog/event_id"') FROM event_logs ORDER BY id;"#)
        return ids.split(separator: "\n").compactMap { EventID(String($0)) }.map { id in
            ExportedEvent(sequence: Int64(id.low & 0xffff_ffff_ffff))
        }
    }

    var destination: ExporterDestination {
        ExporterDestination(
            open: { try await self.open() },
            shown: { try await self.shown() },
            setFailing: { isFailing in
                try await self.sql(
                    isFailing
                        ? """
                        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $$no$$; END';
                        CREATE TRIGGER fail BEFORE INSERT ON asset_keys FOR EACH ROW EXECUTE FUNCTION fail();
                        """ : "DROP TRIGGER fail ON asset_keys; DROP FUNCTION fail();")
            },
            remove: { _ = try? await self.sql("SET client_min_messages = error; DROP SCHEMA \(self.schema) CASCADE;") })
    }

    private static let tables = """
        CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
        CREATE TABLE secondary_indexes (
            id bigserial PRIMARY KEY, name varchar(512) UNIQUE, create_timestamp timestamp DEFAULT CURRENT_TIMESTAMP,
            migration_completed timestamp);
        CREATE TABLE event_logs (
            id bigserial PRIMARY KEY, run_id varchar(255), event text NOT NULL, dagster_event_type text, "timestamp" timestamp,
            step_key text, asset_key text, partition text);
        CREATE INDEX ON event_logs (run_id, id);
        CREATE INDEX ON event_logs (dagster_event_type, id);
        CREATE INDEX ON event_logs (step_key);
        CREATE INDEX ON event_logs (asset_key, dagster_event_type, id) WHERE asset_key IS NOT NULL;
        CREATE INDEX ON event_logs (asset_key, dagster_event_type, partition, id)
            WHERE asset_key IS NOT NULL AND partition IS NOT NULL;
        CREATE TABLE asset_keys (
            id bigserial PRIMARY KEY, asset_key varchar(512) UNIQUE, last_materialization text, last_run_id varchar(255),
            asset_details text, wipe_timestamp timestamp, last_materialization_timestamp timestamp, tags text,
            create_timestamp timestamp DEFAULT CURRENT_TIMESTAMP, cached_status_data text);
        CREATE TABLE asset_event_tags (
            id bigserial PRIMARY KEY, event_id bigint, asset_key text NOT NULL, key text NOT NULL, value text,
            event_timestamp timestamp);
        CREATE INDEX ON asset_event_tags (asset_key, key, value);
        CREATE INDEX ON asset_event_tags (event_id);
        CREATE TABLE asset_check_executions (
            id bigserial PRIMARY KEY, asset_key text, check_name text, partition text, run_id varchar(255),
            execution_status varchar(255), evaluation_event text, evaluation_event_timestamp timestamp,
            evaluation_event_storage_id bigint, materialization_event_storage_id bigint,
            create_timestamp timestamp DEFAULT CURRENT_TIMESTAMP);
        CREATE INDEX ON asset_check_executions (asset_key, check_name, materialization_event_storage_id, partition);
        CREATE UNIQUE INDEX ON asset_check_executions (asset_key, check_name, run_id, partition);
        """
}

extension Logger {
    static var silent: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }
}

extension LogID {
    static let test = LogID(high: 1, low: 1)
}

extension LoggedEvent {
    /// The time of the event with the sequence 0.
    static let epoch: Int64 = 1_790_000_000_000_000

    /// An event that happened so many seconds after ``epoch``.
    static func made(
        _ sequence: Int64, _ kind: EventKind = .materialization, of key: [String] = ["warehouse", "orders"], at second: Int64? = nil,
        partition: String? = nil, reportedBy: String? = nil, deployment: String = "default", details: String = "{}"
    ) -> LoggedEvent {
        let time = Timestamp(microseconds: epoch + (second ?? sequence) * 1_000_000)
        return LoggedEvent(
            sequence: sequence,
            event: Event(
                id: EventID(high: 0x0199_0000_0000_7000, low: 1 << 63 | UInt64(sequence)), deployment: deployment, kind: kind,
                assetKey: AssetKey(key), partition: partition, timestamp: time, receivedAt: Timestamp(microseconds: epoch),
                reportedBy: reportedBy, details: Array(details.utf8)))
    }
}
#endif
