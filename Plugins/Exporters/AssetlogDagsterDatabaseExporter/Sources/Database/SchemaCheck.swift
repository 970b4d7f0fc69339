#if DagsterDatabase
import AssetlogCore
import AssetlogPostgres

/// Whether a storage of Dagster is one that this release knows how to write.
struct SchemaCheck {
    /// The revisions of Dagster's migrations with which its tables are as the exporter writes them, oldest first.
    static let knownRevisions = [
        "ec80dd91891a", "46b412388816", "284a732df317", "63d7a8ec641a", "1aca709bba64", "16e3655b4d9b", "6b7fb194ff9c",
        "7e2f3204cf8e", "f495c27d5019", "29b539ebc72a",
    ]

    /// The columns that are written, by table.
    static let columns: [(table: String, names: Set<String>)] = [
        ("event_logs", ["id", "run_id", "event", "dagster_event_type", "timestamp", "asset_key", "partition"]),
        ("asset_keys", ["asset_key", "last_materialization", "last_run_id", "last_materialization_timestamp"]),
        ("asset_event_tags", ["event_id", "asset_key", "key", "value", "event_timestamp"]),
        (
            "asset_check_executions",
            [
                "id", "asset_key", "check_name", "partition", "run_id", "execution_status", "evaluation_event",
                "evaluation_event_timestamp", "evaluation_event_storage_id", "materialization_event_storage_id", "create_timestamp",
            ]
        ),
        ("secondary_indexes", ["name", "migration_completed"]),
    ]

    let schema: SchemaName
    let connection: PostgresConnection
    let deadline: Deadline

    /// Checks the revision, the tables and Dagster's own mark of a migration.
    ///
    /// - Returns: The revision.
    /// - Throws: ``ExportError``, which is retriable where Dagster has not made its tables yet.
    func run() throws -> String {
        let revision = try revision()
        guard Self.knownRevisions.contains(revision) else { throw Self.unknown(revision) }
        try checkColumns(revision)
        let isMarked = try ask(
            """
            SELECT count(*) FROM {schema}.secondary_indexes
            WHERE name = 'asset_key_index_columns' AND migration_completed IS NOT NULL
            """
        ).integer(0, 0)
        guard isMarked > 0 else {
            throw ExportError(
                "Dagster's storage has not finished its migration asset_key_index_columns: run dagster instance migrate there, and"
                    + " restart the exporter.", isRetriable: false)
        }
        return revision
    }

    /// Why a revision is refused.
    static func unknown(_ revision: String) -> ExportError {
        ExportError(
            "Dagster's storage has the schema revision \(revision), which this release does not know; it knows"
                + " \(knownRevisions.joined(separator: ", ")). Use the exporter dagster, which reports to a webserver, or a release of"
                + " Assetlog that knows the revision.", isRetriable: false)
    }

    private func revision() throws -> String {
        let isThere = try ask("SELECT pg_catalog.to_regclass('{schema}.alembic_version') IS NOT NULL").boolean(0, 0)
        let rows = isThere ? try ask("SELECT version_num::text FROM {schema}.alembic_version ORDER BY 1") : nil
        guard let rows, rows.count > 0 else {
            throw ExportError(
                "There is no Dagster storage in the schema \(schema.text) of the database yet: start Dagster with it once, or correct"
                    + " url and schema.")
        }
        return (0..<rows.count).map { rows.text($0, 0) }.joined(separator: "+")
    }

    private func checkColumns(_ revision: String) throws {
        let found = try found()
        for (table, names) in Self.columns {
            let missing = names.subtracting(found[table] ?? []).sorted()
            guard !missing.isEmpty else { continue }
            throw ExportError(
                "Dagster's storage (revision \(revision)) lacks \(missing.joined(separator: ", ")) in the table \(table): it is not as"
                    + " Dagster makes it. Restore its tables, and restart the exporter.", isRetriable: false)
        }
    }

    private func found() throws -> [String: Set<String>] {
        var parameters = Parameters()
        parameters.append(schema.text)
        let rows = try connection.run(
            """
            SELECT c.relname::text, a.attname::text FROM pg_catalog.pg_attribute AS a
            JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
            """, parameters, before: deadline)
        var found: [String: Set<String>] = [:]
        for row in 0..<rows.count { found[rows.text(row, 0), default: []].insert(rows.text(row, 1)) }
        return found
    }

    private func ask(_ statement: String) throws -> Rows { try connection.run(schema.sql(statement), before: deadline) }
}
#endif
