#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres

/// Brings the schema of a database to the version of this release, or checks that it is there.
struct Migrator: Sendable {
    /// What is done about a schema that is missing or older.
    enum Mode: String, CaseIterable, Sendable {
        /// It is made, or brought up to date; several servers may start at once.
        case run
        /// The server refuses to work with it: somebody else migrates.
        case check
    }

    let schema: Schema
    let mode: Mode

    /// Any number that no other program uses for this: one migration at a time in a database.
    private static let lock: Int64 = 0x6173_7365_746c_6f67

    /// Leaves the schema at the current version; to look for it must not take longer than the timeout.
    ///
    /// - Throws: ``StorageError`` when it can't be, ``PostgresFailure``.
    func migrate(_ connection: PostgresConnection, within timeout: Duration) throws {
        let deadline = Deadline(in: timeout)
        try checkServer(connection, deadline)
        let version = try version(connection, deadline)
        guard version < Migration.current else { return try refuse(newer: version) }
        guard mode == .run else {
            throw StorageError(
                .unavailable,
                "The schema \(schema.name) has version \(version), and this release needs \(Migration.current). Run"
                    + " `assetlog serve` once with storage.postgres.migrate: run and a role that owns the schema.")
        }
        // Others may be at it, and a step may take long, whatever bounds the statements of this role otherwise.
        try connection.run(script, .init(), with: Self.settings, before: Deadline(in: max(timeout, .seconds(60))))
        try refuse(newer: try self.version(connection, Deadline(in: timeout)))
    }

    private func checkServer(_ connection: PostgresConnection, _ deadline: Deadline) throws {
        let rows = try connection.run(
            """
            SELECT current_setting('server_version_num')::bigint, current_setting('server_encoding'),
                current_setting('server_version')
            """, before: deadline)
        guard rows.integer(0, 0) >= 130_000 else {
            throw StorageError(
                .unavailable, "PostgreSQL \(rows.text(0, 2)) is too old; this storage needs 13 or newer.")
        }
        guard rows.text(0, 1) == "UTF8" else {
            throw StorageError(
                .unavailable,
                "The database has the encoding \(rows.text(0, 1)), which can't hold all text. Create one with ENCODING 'UTF8'.")
        }
    }

    private func refuse(newer version: Int64) throws {
        guard version > Migration.current else { return }
        throw StorageError(
            .tooNew,
            "The schema \(schema.name) has version \(version), and this release knows \(Migration.current). Use the"
                + " release that migrated it, or a newer one.")
    }

    /// The version of the schema; 0 when there is none.
    private func version(_ connection: PostgresConnection, _ deadline: Deadline) throws -> Int64 {
        let table = try connection.run(
            schema.sql("SELECT to_regclass('{schema}.migrations') IS NOT NULL"), before: deadline)
        guard table.boolean(0, 0) else { return 0 }
        let rows = try connection.run(
            schema.sql("SELECT coalesce(max(version), 0) FROM {schema}.migrations"), before: deadline)
        return rows.integer(0, 0)
    }

    private static let settings = """
        SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
            pg_catalog.set_config('statement_timeout', '0', true), pg_catalog.set_config('lock_timeout', '0', true),
            -- A partitioned table may not name the tablespace that its database has anyway.
            pg_catalog.set_config('default_tablespace', CASE
                WHEN pg_catalog.current_setting('default_tablespace') = spcname THEN ''
                ELSE pg_catalog.current_setting('default_tablespace') END, true)
        FROM pg_catalog.pg_database JOIN pg_catalog.pg_tablespace ON pg_tablespace.oid = dattablespace
        WHERE datname = pg_catalog.current_database()
        """

    /// One transaction that does what is missing. It waits for its turn first and looks only then, for another server
    /// may have done it in the meantime.
    private var script: String {
        let steps = Migration.all.map { step in
            """
            IF NOT EXISTS (SELECT FROM {schema}.migrations WHERE version = \(step.version)) THEN
            EXECUTE $step$
            \(step.script)
            $step$;
            INSERT INTO {schema}.migrations (version) VALUES (\(step.version));
            END IF;
            """
        }
        return schema.sql(
            """
            DO $migration$
            BEGIN
            PERFORM pg_advisory_xact_lock(\(Self.lock));
            IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = '{name}') THEN CREATE SCHEMA {schema}; END IF;
            IF NOT EXISTS (
                SELECT FROM pg_class WHERE relname = 'migrations' AND relnamespace = '{name}'::regnamespace)
            THEN
                CREATE TABLE {schema}.migrations (
                    version bigint PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
            END IF;
            \(steps.joined(separator: "\n"))
            END $migration$
            """)
    }
}
#endif
