#if Postgres
extension Migration {
    /// Version 6: events can be removed, voided and wiped. What is left of them are sums, and the identities that clients chose; months from which almost
    /// everything was removed are dropped.
    ///
    /// `append_checked` finds removed identities too. Servers of the release before keep working, but for retries of removed events:
    /// retention is turned on when all servers are of this release.
    static let removal = removalTables + removalFunctions + monthFunctions + horizonFunction + appendFunction + kinds

    // A release that knows only the kinds 1 to 6 would call a void or a wipe damaged.
    private static let kinds = """

        COMMENT ON COLUMN {schema}.events.kind IS
            '1 materialization, 2 observation, 3 check, 4 started, 5 failed, 6 skipped, 7 void, 8 wipe.';

        """

    private static let removalTables = """
        CREATE TABLE {schema}.removals (
            events bigint NOT NULL, first_sequence bigint NOT NULL, last_sequence bigint NOT NULL, head bigint NOT NULL);
        INSERT INTO {schema}.removals VALUES (0, 0, 0, 0);
        COMMENT ON TABLE {schema}.removals IS
            'How many events were removed, the first and the last of them, and the last number of a row of removed_events.';

        CREATE TABLE {schema}.removed_events (
            number bigint PRIMARY KEY,
            asset_hash bigint NOT NULL,
            deployment text COLLATE "C" NOT NULL,
            asset_key text COLLATE "C" NOT NULL,
            first_sequence bigint NOT NULL,
            last_sequence bigint NOT NULL,
            event_count bigint NOT NULL,
            payload bytea NOT NULL
        );
        CREATE INDEX removed_events_asset ON {schema}.removed_events (asset_hash, number);
        COMMENT ON TABLE {schema}.removed_events IS 'What removed events add up to, by asset; the catalog reads it.';

        CREATE TABLE {schema}.removed_identities (
            event_id uuid NOT NULL,
            deployment text COLLATE "C" NOT NULL,
            sequence bigint NOT NULL,
            content uuid NOT NULL,
            "timestamp" timestamptz NOT NULL,
            received_at timestamptz NOT NULL,
            removed_at timestamptz NOT NULL,
            PRIMARY KEY (event_id, deployment)
        );
        CREATE INDEX removed_identities_time ON {schema}.removed_identities (removed_at);
        COMMENT ON TABLE {schema}.removed_identities IS
            'Identities of removed events that clients chose, so that a late retry is still a duplicate.';

        CREATE TABLE {schema}.thinned_months (month date PRIMARY KEY);
        COMMENT ON TABLE {schema}.thinned_months IS 'Months from which events were removed; almost empty ones are dropped.';

        """

    private static let removalFunctions = """
        CREATE FUNCTION {schema}.remove_events(
            durability text, sequences bigint[], earliest timestamptz, latest timestamptz, replaced bigint[],
            hashes bigint[], deployments text[], keys text[], firsts bigint[], lasts bigint[], counts bigint[], payloads bytea[],
            ids uuid[], homes text[], places bigint[], contents uuid[], times timestamptz[], receipts timestamptz[],
            removed timestamptz
        ) RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $function$
        DECLARE
            affected bigint;
            months date[];
        BEGIN
            PERFORM {schema}.prepare_append(durability);
            -- One after the other, until the commit: so numbers become visible in their order.
            PERFORM pg_advisory_xact_lock({schema}.lock_half('{schema}.removals'::regclass::oid::bigint), 1);
            DELETE FROM {schema}.removed_events WHERE number = ANY (replaced);
            GET DIAGNOSTICS affected = ROW_COUNT;
            IF affected <> cardinality(replaced) THEN RAISE EXCEPTION 'a sum is gone' USING ERRCODE = 'AL003'; END IF;
            WITH gone AS (
                DELETE FROM {schema}.events WHERE sequence = ANY (sequences) AND received_at BETWEEN earliest AND latest
                RETURNING received_at
            )
            SELECT count(*), array_agg(DISTINCT date_trunc('month', received_at AT TIME ZONE 'UTC')::date) INTO affected, months FROM gone;
            IF affected <> cardinality(sequences) THEN RAISE EXCEPTION 'an event is gone' USING ERRCODE = 'AL003'; END IF;
            INSERT INTO {schema}.thinned_months SELECT unnest(months) ON CONFLICT DO NOTHING;
            INSERT INTO {schema}.removed_identities AS known
            SELECT id, home, place, content, happened, received, removed
            FROM unnest(ids, homes, places, contents, times, receipts) AS event (id, home, place, content, happened, received)
            ON CONFLICT (event_id, deployment) DO UPDATE SET (sequence, content, "timestamp", received_at, removed_at) =
                (excluded.sequence, excluded.content, excluded."timestamp", excluded.received_at, excluded.removed_at);
            INSERT INTO {schema}.removed_events
            SELECT (SELECT head FROM {schema}.removals) + place, hash, deployment, key, first, last, count, payload
            FROM unnest(hashes, deployments, keys, firsts, lasts, counts, payloads) WITH ORDINALITY
                AS sum (hash, deployment, key, first, last, count, payload, place);
            UPDATE {schema}.removals SET head = head + cardinality(hashes), events = events + cardinality(sequences),
                first_sequence = CASE WHEN events = 0 THEN coalesce(sequences[1], 0)
                    ELSE least(first_sequence, coalesce(sequences[1], first_sequence)) END,
                last_sequence = greatest(last_sequence, sequences[cardinality(sequences)]);
            RETURN true;
        EXCEPTION WHEN SQLSTATE 'AL003' THEN
            RETURN false;
        END $function$;

        CREATE FUNCTION {schema}.forget_identities(before timestamptz, wanted bigint) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        DECLARE
            forgotten bigint;
        BEGIN
            DELETE FROM {schema}.removed_identities WHERE (event_id, deployment) IN (
                SELECT event_id, deployment FROM {schema}.removed_identities WHERE removed_at < before
                ORDER BY removed_at LIMIT wanted);
            GET DIAGNOSTICS forgotten = ROW_COUNT;
            RETURN forgotten;
        END $function$;

        """

    private static let monthFunctions = """
        -- Drops one finished month of which at most so many events are left, and moves these to the partition that takes what no month
        -- takes. Appends and reads wait while it works, which the number of events bounds; it gives up where it would have to wait
        -- itself. The name of the month, or nothing.
        CREATE FUNCTION {schema}.drop_month(most bigint) RETURNS text
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        DECLARE
            thinned date;
            name text;
            part oid;
            fallback oid;
            left_over bigint;
            following text;
        BEGIN
            IF NOT pg_try_advisory_xact_lock({schema}.lock_half('{schema}.removals'::regclass::oid::bigint), 1) THEN RETURN NULL; END IF;
            PERFORM set_config('lock_timeout', '200ms', true);
            FOR thinned IN SELECT month FROM {schema}.thinned_months
                WHERE month < date_trunc('month', (clock_timestamp() - interval '1 day') AT TIME ZONE 'UTC')::date ORDER BY month
            LOOP
                name := 'events_' || to_char(thinned, 'YYYY_MM');
                SELECT inhrelid INTO part FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
                WHERE inhparent = '{schema}.events'::regclass AND relname = name AND relnamespace = '{name}'::regnamespace;
                IF part IS NULL THEN
                    DELETE FROM {schema}.thinned_months WHERE month = thinned;
                    CONTINUE;
                END IF;
                -- An estimate first, for counting reads what was removed too.
                CONTINUE WHEN pg_stat_get_live_tuples(part) > 2 * most;
                EXECUTE format('SELECT count(*) FROM (SELECT FROM {schema}.%I LIMIT %s) AS few', name, most + 1) INTO left_over;
                CONTINUE WHEN left_over > most;
                following := to_char(thinned + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00';
                PERFORM {schema}.extend_kept_events(following, to_char(thinned, 'YYYY_MM'));
                SELECT partdefid INTO fallback FROM pg_partitioned_table WHERE partrelid = '{schema}.events'::regclass;
                EXECUTE format('ALTER TABLE {schema}.events DETACH PARTITION {schema}.%I', name);
                EXECUTE format('INSERT INTO %s SELECT * FROM {schema}.%I', fallback::regclass, name);
                EXECUTE format('DROP TABLE {schema}.%I', name);
                DELETE FROM {schema}.thinned_months WHERE month = thinned;
                RETURN name;
            END LOOP;
            RETURN NULL;
        END $function$;

        -- Makes the table of what is kept of dropped months, the default partition, or lets it hold later events. It refuses what
        -- belongs to a month that is still to be made: a default partition would take that, and the month could not be made then.
        CREATE FUNCTION {schema}.extend_kept_events(following text, label text) RETURNS void
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
        DECLARE
            fallback oid := (SELECT partdefid FROM pg_partitioned_table WHERE partrelid = '{schema}.events'::regclass);
            older text;
        BEGIN
            IF fallback = 0 THEN
                EXECUTE format(
                    'CREATE TABLE {schema}.events_kept (LIKE {schema}.events INCLUDING ALL,'
                    ' CONSTRAINT %I CHECK (received_at < %L::timestamptz))', 'before_' || label, following);
                ALTER TABLE {schema}.events ATTACH PARTITION {schema}.events_kept DEFAULT;
                RETURN;
            END IF;
            -- Somebody may have added another one, which takes everything.
            IF fallback::regclass::text NOT IN ('{name}.events_kept', '"{name}".events_kept') THEN RETURN; END IF;
            SELECT conname INTO older FROM pg_constraint WHERE conrelid = fallback AND contype = 'c' AND conname LIKE 'before\\_%'
            ORDER BY conname DESC LIMIT 1;
            IF older >= 'before_' || label THEN RETURN; END IF;
            EXECUTE format(
                'ALTER TABLE {schema}.events_kept ADD CONSTRAINT %I CHECK (received_at < %L::timestamptz) NOT VALID', 'before_' || label,
                following);
            IF older IS NOT NULL THEN EXECUTE format('ALTER TABLE {schema}.events_kept DROP CONSTRAINT %I', older); END IF;
        END $function$;

        -- Reads what is kept of dropped months once, beside everything else, so that a new month need not read it under a lock.
        CREATE FUNCTION {schema}.validate_kept_events() RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        DECLARE
            label text;
        BEGIN
            SELECT conname INTO label FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
            WHERE relname = 'events_kept' AND relnamespace = '{name}'::regnamespace AND contype = 'c' AND NOT convalidated;
            IF label IS NULL THEN RETURN; END IF;
            PERFORM set_config('lock_timeout', '200ms', true);
            EXECUTE format('ALTER TABLE {schema}.events_kept VALIDATE CONSTRAINT %I', label);
        END $function$;

        """

    private static let horizonFunction = """
        CREATE OR REPLACE FUNCTION {schema}.horizon() RETURNS bigint
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        DECLARE
            log bigint := '{schema}.events'::regclass::oid::bigint;
            here oid := (SELECT oid FROM pg_database WHERE datname = current_database());
            last bigint;
            under_way bigint;
        BEGIN
            -- In this order: an append that took its number before is seen in the locks, or has ended and is visible.
            SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END INTO last FROM {schema}.event_sequence;
            SELECT min(last + ((objid::bigint - last + 2147483648) & 4294967295) - 2147483648) INTO under_way
            FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND database = here AND classid::bigint = log;
            -- The last one that is there, and not the last number: one that was given and not used may be given again
            -- after a crash. One that was removed was there, below every horizon since.
            SELECT max(sequence) INTO last FROM {schema}.events WHERE sequence <= least(last, under_way - 1);
            RETURN greatest(coalesce(last, 0), (SELECT last_sequence FROM {schema}.removals));
        END $function$;

        """

    private static let appendFunction = """
        CREATE OR REPLACE FUNCTION {schema}.append_checked(
            this uuid, durability text, ids uuid[], hashes bigint[], kinds smallint[], times timestamptz[],
            receipts timestamptz[], deployments text[], keys text[], partitions text[], reporters text[], contents bytea[],
            checksums bigint[], chosen boolean[]
        ) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
        AS $function$
        DECLARE
            first bigint;
        BEGIN
            PERFORM {schema}.prepare_append(durability);
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
                -- After the log: an event that was removed in between is seen here.
                PERFORM 1 FROM unnest(ids, deployments, chosen) AS event (id, deployment, is_chosen)
                JOIN {schema}.removed_identities AS gone ON gone.event_id = event.id AND gone.deployment = event.deployment
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
            -- The server computes a checksum before it knows the sequence, which is added to it here.
            INSERT INTO {schema}.events (sequence, asset_hash, "timestamp", received_at, event_id, kind, deployment,
                asset_key, partition, reported_by, details, checksum)
            SELECT first + place - 1, hash, happened, received, id, kind, deployment, key, part, reporter, content,
                checksum # (first + place - 1)
            FROM unnest(ids, hashes, kinds, times, receipts, deployments, keys, partitions, reporters, contents, checksums)
                WITH ORDINALITY AS event (
                    id, hash, kind, happened, received, deployment, key, part, reporter, content, checksum, place);
            RETURN first;
        END $function$;
        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC;
        """
}
#endif
