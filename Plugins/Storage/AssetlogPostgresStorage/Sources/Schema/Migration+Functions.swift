#if Postgres
extension Migration {
    /// Version 2: the functions. They run with their owner's rights, so that a server's role needs no right to write the
    /// log but through them. See Docs/Decisions/0010-postgresql.md for why they are as they are.
    static let functions = """
        CREATE FUNCTION {schema}.ensure_partitions(earliest timestamptz, latest timestamptz) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        DECLARE
            month date := date_trunc('month', earliest AT TIME ZONE 'UTC')::date;
            name text;
            is_there boolean;
            made integer := 0;
        BEGIN
            IF (latest AT TIME ZONE 'UTC')::date - month > 36600 THEN
                RAISE EXCEPTION 'from % to % are more than a hundred years', earliest, latest;
            END IF;
            WHILE month <= (latest AT TIME ZONE 'UTC')::date LOOP
                name := 'events_' || to_char(month, 'YYYY_MM');
                -- In the catalog, for a name's look-up may not see what another server has made just now.
                SELECT EXISTS (
                    SELECT FROM pg_class WHERE relname = name AND relnamespace = '{name}'::regnamespace) INTO is_there;
                IF NOT is_there THEN
                    PERFORM pg_advisory_xact_lock('{schema}.events'::regclass::oid::bigint);
                    SELECT EXISTS (
                        SELECT FROM pg_class WHERE relname = name AND relnamespace = '{name}'::regnamespace) INTO is_there;
                    IF NOT is_there THEN
                        -- Made apart and then attached, which holds up no append.
                        EXECUTE format('CREATE TABLE {schema}.%I (LIKE {schema}.events INCLUDING ALL)', name);
                        EXECUTE format(
                            'ALTER TABLE {schema}.events ATTACH PARTITION {schema}.%I FOR VALUES FROM (%L) TO (%L)', name,
                            month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
                        made := made + 1;
                    END IF;
                END IF;
                month := (month + interval '1 month')::date;
            END LOOP;
            RETURN made;
        END $function$;

        -- Two numbers of 32 bits as a lock's key: which log, and of which sequence the last bits.
        CREATE FUNCTION {schema}.lock_half(number bigint) RETURNS integer
        LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
        AS $function$ SELECT (((number + 2147483648) & 4294967295) - 2147483648)::integer $function$;

        CREATE FUNCTION {schema}.allocate(wanted bigint) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        DECLARE
            log integer := {schema}.lock_half('{schema}.events'::regclass::oid::bigint);
            turn integer := {schema}.lock_half('{schema}.event_sequence'::regclass::oid::bigint);
            here bigint := ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::bigint;
            known bigint;
            first bigint;
        BEGIN
            -- Held for microseconds, not until the commit.
            PERFORM pg_advisory_lock(turn, 0);
            SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END INTO first FROM {schema}.event_sequence;
            SELECT last_value INTO known FROM {schema}.timeline;
            -- After a failover events may be lost that readers have seen: their sequences are not given again.
            IF known <> here AND known > 0 THEN first := first + 1000000; END IF;
            -- Held until the transaction has become visible; this is what horizon looks at. First the lock, then the
            -- number: who reads the number sees the lock.
            PERFORM pg_advisory_xact_lock(log, {schema}.lock_half(first));
            PERFORM setval('{schema}.event_sequence', first + wanted - 1);
            IF known <> here THEN PERFORM setval('{schema}.timeline', here); END IF;
            PERFORM pg_advisory_unlock(turn, 0);
            RETURN first;
        EXCEPTION WHEN OTHERS OR query_canceled THEN
            PERFORM pg_advisory_unlock(turn, 0);
            RAISE;
        END $function$;

        CREATE FUNCTION {schema}.horizon() RETURNS bigint
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
            -- after a crash.
            SELECT max(sequence) INTO last FROM {schema}.events WHERE sequence <= least(last, under_way - 1);
            RETURN coalesce(last, 0);
        END $function$;

        -- The last sequence that was given to an append, whatever became of it.
        CREATE FUNCTION {schema}.given() RETURNS bigint
        LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS $function$
            SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {schema}.event_sequence
        $function$;

        CREATE FUNCTION {schema}.append(
            this uuid, durability text, ids uuid[], hashes bigint[], kinds smallint[], times timestamptz[],
            receipts timestamptz[], deployments text[], keys text[], partitions text[], reporters text[], contents bytea[],
            chosen boolean[]
        ) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
        AS $function$
        DECLARE
            first bigint;
        BEGIN
            PERFORM set_config('lock_timeout', '5s', true);
            IF durability <> '' THEN PERFORM set_config('synchronous_commit', durability, true); END IF;
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

        -- Forgets what no append can ask for any more, and keeps its count.
        CREATE FUNCTION {schema}.tidy() RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        BEGIN
            IF NOT pg_try_advisory_xact_lock({schema}.lock_half('{schema}.appends'::regclass::oid::bigint), 0) THEN
                RETURN;
            END IF;
            WITH old AS (
                DELETE FROM {schema}.appends WHERE appended_at < clock_timestamp() - interval '5 minutes' RETURNING event_count
            ), counted AS (SELECT sum(event_count)::bigint AS events FROM old)
            UPDATE {schema}.totals SET events = totals.events + counted.events FROM counted WHERE counted.events IS NOT NULL;
            DELETE FROM {schema}.claims WHERE claimed_at < clock_timestamp() - interval '5 minutes';
        END $function$;

        -- Everybody may run a new function, and these run as the owner of the log: grants.sql says who needs which.
        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC;
        """
}
#endif
