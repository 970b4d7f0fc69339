#if DagsterDatabase
import AssetlogCore
import AssetlogPostgres

/// What the exporter keeps beside Dagster's tables: a table of what it wrote, and the function that writes.
///
/// The function, because a lock must be taken and the rows be written with no message of the client in between: a client that
/// falls silent in the middle of a transaction would block Dagster for as long as nobody notices.
struct Installation {
    /// The name of the table.
    static let table = "assetlog_exported_events"
    /// The name of the function; its number changes with what it does.
    static let function = "assetlog_export_1"

    let schema: SchemaName

    /// Asks whether the function is there.
    var question: String {
        schema.sql("SELECT pg_catalog.to_regproc('{schema}.\(Self.function)') IS NOT NULL")
    }

    /// The statement that makes both, one client at a time.
    var statement: String {
        schema.sql(
            """
            DO $install$ BEGIN
            PERFORM pg_catalog.pg_advisory_xact_lock(\(Self.lock));
            \(Self.tableText)
            \(Self.timeText)
            \(Self.functionText)
            END $install$
            """)
    }

    /// The call of the function; its parameters are the exporter's name, log, generation, whether it passes over the lock of the
    /// table, and the columns. It returns what it has locked.
    var call: String {
        let columns = (5...14).map { "$\($0)" }.joined(separator: ", ")
        return schema.sql("SELECT {schema}.\(Self.function)($1, $2, $3, $4 = 1, \(columns))")
    }

    // The exporters of one database wait for each other by it, so that only one at a time waits for Dagster.
    private static let lock = "pg_catalog.hashtextextended('assetlog {schema}', 0)"

    private static let tableText = """
        CREATE TABLE IF NOT EXISTS {schema}.\(table) (
            exporter text NOT NULL,
            log uuid NOT NULL,
            generation bigint NOT NULL,
            sequence bigint NOT NULL,
            event_id uuid NOT NULL,
            storage_id bigint NOT NULL,
            exported_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
            PRIMARY KEY (exporter, log, generation, sequence, event_id));
        """

    // When a stored EventLogRecord happened; it stands at the end, after what reporters wrote.
    private static let timeText = #"""
        CREATE OR REPLACE FUNCTION {schema}.assetlog_materialized_at(record text) RETURNS float8
        LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $function$
            SELECT substring(
                right(record, 2000)
                FROM '"timestamp": ([0-9.eE+-]+), "user_message": "(?:[^"\\]|\\.)*"\}, "storage_id": [0-9]+\}$')::float8
        $function$;
        """#

    private static let functionText = """
        CREATE OR REPLACE FUNCTION {schema}.\(function)(
            of_exporter text, of_log uuid, of_generation bigint, passes_over_table boolean,
            sequences bigint[], event_ids uuid[], types text[], events text[], times timestamptz[], keys text[],
            partitions text[], versions text[], checks text[], passes boolean[])
        RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '200ms' AS $function$
        DECLARE
            ids regclass := pg_get_serial_sequence('{schema}.event_logs', 'id');
            locked text := CASE WHEN passes_over_table THEN 'sequence' ELSE 'table' END;
            lowest bigint := (SELECT min(s) FROM unnest(sequences) AS s);
            highest bigint := (SELECT max(s) FROM unnest(sequences) AS s);
        BEGIN
            PERFORM pg_advisory_xact_lock(\(lock));
            IF locked = 'table' THEN
                BEGIN
                    LOCK TABLE {schema}.event_logs IN SHARE ROW EXCLUSIVE MODE;
                EXCEPTION WHEN lock_not_available THEN
                    locked := 'sequence';
                END;
            END IF;
            IF locked = 'sequence' THEN
                -- It is owned by that column already: this changes nothing, and writes no new file as other options do.
                EXECUTE format('ALTER SEQUENCE %s OWNED BY {schema}.event_logs.id', ids);
            END IF;
        \(insertText)
            RETURN locked;
        END $function$;
        """

    // Everything of a batch in one statement. Of several events of an asset, or of a partition of a check, the tables of what is
    // current get the one that happened last, and only where nothing later stands already.
    private static let insertText = """
        WITH input AS (
            SELECT * FROM unnest(
                sequences, event_ids, types, events, times, keys, partitions, versions, checks, passes
            ) WITH ORDINALITY AS i(
                sequence, event_id, type, event, happened_at, key, partition, version, check_name, has_passed, place)
        ), fresh AS MATERIALIZED (
            SELECT i.*, i.happened_at AT TIME ZONE 'UTC' AS at, nextval(ids) AS id FROM (
                SELECT * FROM input WHERE NOT EXISTS (
                    SELECT FROM {schema}.\(table) AS e
                    WHERE e.exporter = of_exporter AND e.log = of_log AND e.generation = of_generation
                        AND e.sequence BETWEEN lowest AND highest
                        AND e.sequence = input.sequence AND e.event_id = input.event_id)
                ORDER BY place) AS i
        ), remembered AS (
            INSERT INTO {schema}.\(table) (exporter, log, generation, sequence, event_id, storage_id)
            SELECT of_exporter, of_log, of_generation, sequence, event_id, id FROM fresh
        ), stored AS (
            INSERT INTO {schema}.event_logs (id, run_id, event, dagster_event_type, "timestamp", asset_key, partition)
            SELECT id, '', event, type, at, CASE WHEN check_name IS NULL THEN key END,
                CASE WHEN check_name IS NULL THEN nullif(partition, '') END
            FROM fresh ORDER BY place
        ), tagged AS (
            INSERT INTO {schema}.asset_event_tags (event_id, asset_key, key, value, event_timestamp)
            SELECT id, key, 'dagster/data_version', version, at FROM fresh WHERE version IS NOT NULL ORDER BY place
        ), newest AS (
            SELECT DISTINCT ON (key) key,
                '{"__class__": "EventLogRecord", "event_log_entry": ' || event || ', "storage_id": ' || id || '}' AS record
            FROM fresh WHERE type = 'ASSET_MATERIALIZATION' ORDER BY key, at DESC, place DESC
        ), latest AS (
            SELECT key, max(at) AS at FROM fresh WHERE check_name IS NULL GROUP BY key
        ), catalogued AS (
            INSERT INTO {schema}.asset_keys AS a (asset_key, last_materialization, last_run_id, last_materialization_timestamp)
            SELECT l.key, n.record, CASE WHEN n.record IS NOT NULL THEN '' END, l.at
            FROM latest AS l LEFT JOIN newest AS n USING (key) ORDER BY l.key
            ON CONFLICT (asset_key) DO UPDATE SET
                (last_materialization, last_run_id) = (
                    SELECT CASE WHEN t.is_later THEN excluded.last_materialization ELSE a.last_materialization END,
                        CASE WHEN t.is_later THEN excluded.last_run_id ELSE a.last_run_id END
                    FROM (SELECT {schema}.assetlog_materialized_at(excluded.last_materialization) >= coalesce(
                        {schema}.assetlog_materialized_at(a.last_materialization),
                        CASE WHEN a.last_materialization IS NOT NULL
                            THEN extract(epoch FROM a.last_materialization_timestamp)::float8 END,
                        '-infinity') AS is_later) AS t),
                last_materialization_timestamp = greatest(
                    a.last_materialization_timestamp, excluded.last_materialization_timestamp)
        ), evaluated AS (
            SELECT *, row_number() OVER (PARTITION BY key, check_name, partition ORDER BY at DESC, place DESC) AS age
            FROM fresh WHERE check_name IS NOT NULL
        )
        INSERT INTO {schema}.asset_check_executions AS c (
            asset_key, check_name, partition, run_id, execution_status, evaluation_event, evaluation_event_timestamp,
            evaluation_event_storage_id)
        SELECT key, check_name, partition, '', CASE WHEN has_passed THEN 'SUCCEEDED' ELSE 'FAILED' END, event, at, id
        FROM evaluated WHERE partition IS NULL OR age = 1 ORDER BY place
        ON CONFLICT (asset_key, check_name, run_id, partition) DO UPDATE SET
            id = excluded.id, execution_status = excluded.execution_status, evaluation_event = excluded.evaluation_event,
            evaluation_event_timestamp = excluded.evaluation_event_timestamp,
            evaluation_event_storage_id = excluded.evaluation_event_storage_id,
            materialization_event_storage_id = NULL, create_timestamp = DEFAULT
        WHERE excluded.evaluation_event_timestamp >= coalesce(c.evaluation_event_timestamp, '-infinity');
        """
}
#endif
