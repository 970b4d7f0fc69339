#if Postgres
extension Migration {
    /// Version 3: functions that do the same whatever a role, a database or a connection sets, and months whose bounds were
    /// wrong because of that.
    ///
    /// Version 2 wrote the bounds of a month as texts in the session's `DateStyle`. In most styles these name the time zone by
    /// letters such as CST, which PostgreSQL reads as those of another zone.
    static let settings = monthFunction + appendFunction + monthRepair

    private static let monthFunction = """
        CREATE OR REPLACE FUNCTION {schema}.ensure_partitions(earliest timestamptz, latest timestamptz) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        DECLARE
            month date := date_trunc('month', earliest AT TIME ZONE 'UTC')::date;
            following date;
            name text;
            is_there boolean;
            made integer := 0;
        BEGIN
            IF (latest AT TIME ZONE 'UTC')::date - month > 36600 THEN
                RAISE EXCEPTION 'from % to % are more than a hundred years', earliest, latest;
            END IF;
            WHILE month <= (latest AT TIME ZONE 'UTC')::date LOOP
                following := (month + interval '1 month')::date;
                name := 'events_' || to_char(month, 'YYYY_MM');
                -- In the catalog, for a name's look-up may not see what another server has made just now.
                SELECT EXISTS (
                    SELECT FROM pg_class WHERE relname = name AND relnamespace = '{name}'::regnamespace) INTO is_there;
                IF NOT is_there THEN
                    PERFORM pg_advisory_xact_lock('{schema}.events'::regclass::oid::bigint);
                    SELECT EXISTS (
                        SELECT FROM pg_class WHERE relname = name AND relnamespace = '{name}'::regnamespace) INTO is_there;
                    IF NOT is_there THEN
                        -- Made apart and then attached, which holds up no append. The bounds are written so that every
                        -- DateStyle and TimeZone reads them alike.
                        EXECUTE format('CREATE TABLE {schema}.%I (LIKE {schema}.events INCLUDING ALL)', name);
                        EXECUTE format(
                            'ALTER TABLE {schema}.events ATTACH PARTITION {schema}.%I FOR VALUES FROM (%L) TO (%L)', name,
                            to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(following, 'YYYY-MM-DD') || ' 00:00:00+00');
                        made := made + 1;
                    END IF;
                END IF;
                month := following;
            END LOOP;
            RETURN made;
        END $function$;

        """

    private static let appendFunction = """
        -- `durability` is a level of synchronous_commit, or nothing for that of the session. The word `unsafe` after it accepts
        -- that a crash loses the commit.
        CREATE OR REPLACE FUNCTION {schema}.append(
            this uuid, durability text, ids uuid[], hashes bigint[], kinds smallint[], times timestamptz[],
            receipts timestamptz[], deployments text[], keys text[], partitions text[], reporters text[], contents bytea[],
            chosen boolean[]
        ) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
        AS $function$
        DECLARE
            first bigint;
            level text := split_part(durability, ' ', 1);
        BEGIN
            -- Each statement below must see what was committed before it.
            IF current_setting('transaction_isolation') <> 'read committed' THEN
                RAISE EXCEPTION 'an append needs a transaction that is read committed' USING ERRCODE = 'AL001';
            END IF;
            PERFORM set_config('lock_timeout', '5s', true);
            IF level <> '' THEN PERFORM set_config('synchronous_commit', level, true); END IF;
            -- The server's own settings may have changed since the connection was made.
            IF 'off' IN (current_setting('synchronous_commit'), current_setting('fsync'))
                AND split_part(durability, ' ', 2) <> 'unsafe'
            THEN
                RAISE EXCEPTION 'a crash would lose this commit' USING ERRCODE = 'AL002';
            END IF;
            -- A warning is how PostgreSQL says that a commit is on one machine only.
            IF current_setting('client_min_messages') = 'error' THEN
                PERFORM set_config('client_min_messages', 'warning', true);
            END IF;
            IF chosen IS NOT NULL THEN
                -- Two servers with the same event wait here for each other; in one order, so that none waits in a circle.
                INSERT INTO {schema}.claims (event_id, deployment)
                SELECT DISTINCT id, deployment FROM unnest(ids, deployments, chosen) AS event (id, deployment, is_chosen)
                WHERE is_chosen ORDER BY id, deployment
                ON CONFLICT (event_id, deployment) DO UPDATE SET claimed_at = clock_timestamp();
                -- Whoever was first is visible now. Its own first try may be among them.
                SELECT first_sequence INTO first FROM {schema}.appends WHERE append_id = this;
                IF FOUND THEN RETURN first; END IF;
                PERFORM 1 FROM unnest(ids, deployments, chosen) AS event (id, deployment, is_chosen)
                JOIN {schema}.events AS logged ON logged.event_id = event.id AND logged.deployment = event.deployment
                WHERE is_chosen LIMIT 1;
                IF FOUND THEN RETURN NULL; END IF;
            END IF;
            first := {schema}.allocate(cardinality(ids));
            -- Waits for another try of the same append that is still under way.
            INSERT INTO {schema}.appends (append_id, first_sequence, event_count) VALUES (this, first, cardinality(ids))
            ON CONFLICT DO NOTHING;
            IF NOT FOUND THEN
                SELECT first_sequence INTO first FROM {schema}.appends WHERE append_id = this;
                RETURN first;
            END IF;
            INSERT INTO {schema}.events (sequence, asset_hash, "timestamp", received_at, event_id, kind, deployment,
                asset_key, partition, reported_by, details)
            SELECT first + place - 1, hash, happened, received, id, kind, deployment, key, part, reporter, content
            FROM unnest(ids, hashes, kinds, times, receipts, deployments, keys, partitions, reporters, contents)
                WITH ORDINALITY AS event (id, hash, kind, happened, received, deployment, key, part, reporter, content, place);
            RETURN first;
        END $function$;

        """

    /// Gives months with wrong bounds their own, and moves the events that are not of their month, all in one transaction.
    private static let monthRepair = """
        DO $repair$
        DECLARE
            months date[];
            month date;
            name text;
            fallback text;
        BEGIN
            PERFORM set_config('DateStyle', 'ISO, YMD', true), set_config('TimeZone', 'UTC', true);
            SELECT array_agg(start ORDER BY start) INTO months
            FROM (
                -- PostgreSQL may look at the condition below before it looks at the join: names of other tables are none.
                SELECT CASE WHEN relname ~ '^events_[0-9]{4}_(0[1-9]|1[0-2])$' THEN to_date(substr(relname, 8), 'YYYY_MM') END AS start,
                    pg_get_expr(relpartbound, pg_class.oid) AS bounds
                FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
                WHERE inhparent = '{schema}.events'::regclass AND relnamespace = '{name}'::regnamespace
            ) AS month
            WHERE start IS NOT NULL AND bounds <> format('FOR VALUES FROM (%L) TO (%L)',
                to_char(start, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(start + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
            IF months IS NULL THEN RETURN; END IF;
            CREATE TABLE {schema}.moved_events (LIKE {schema}.events);
            FOREACH month IN ARRAY months LOOP
                name := 'events_' || to_char(month, 'YYYY_MM');
                EXECUTE format('ALTER TABLE {schema}.events DETACH PARTITION {schema}.%I', name);
                EXECUTE format(
                    'WITH moved AS (DELETE FROM {schema}.%I WHERE received_at < $1 OR received_at >= $2 RETURNING *)'
                    ' INSERT INTO {schema}.moved_events SELECT * FROM moved', name)
                USING month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC';
            END LOOP;
            -- Somebody may have added one that takes what no month takes.
            SELECT partdefid::regclass::text INTO fallback FROM pg_partitioned_table
            WHERE partrelid = '{schema}.events'::regclass AND partdefid <> 0;
            IF fallback IS NOT NULL THEN
                EXECUTE format(
                    'WITH moved AS (DELETE FROM %s RETURNING *) INSERT INTO {schema}.moved_events SELECT * FROM moved', fallback);
            END IF;
            FOREACH month IN ARRAY months LOOP
                EXECUTE format(
                    'ALTER TABLE {schema}.events ATTACH PARTITION {schema}.%I FOR VALUES FROM (%L) TO (%L)',
                    'events_' || to_char(month, 'YYYY_MM'), to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00',
                    to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
            END LOOP;
            PERFORM {schema}.ensure_partitions(received_at, received_at)
            FROM (SELECT min(received_at) AS received_at FROM {schema}.moved_events
                GROUP BY date_trunc('month', received_at AT TIME ZONE 'UTC')) AS missing;
            INSERT INTO {schema}.events SELECT * FROM {schema}.moved_events;
            DROP TABLE {schema}.moved_events;
        END $repair$;
        """
}
#endif
