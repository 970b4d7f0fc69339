#if Postgres
extension Migration {
    /// Version 4: the log has an identity, an event a checksum, and a cursor says which log and which event it belongs to.
    ///
    /// Rows that are there keep no checksum. The function `append` stays for servers of the release before, while they are
    /// upgraded one after the other.
    static let truth = """
        CREATE TABLE {schema}.log (id uuid NOT NULL);
        INSERT INTO {schema}.log VALUES (gen_random_uuid());
        COMMENT ON TABLE {schema}.log IS 'The identity of the log. A backup that is restored keeps it.';

        ALTER TABLE {schema}.events ADD COLUMN checksum bigint;
        COMMENT ON COLUMN {schema}.events.checksum IS
            'Over all other columns, by the server that appended the event. A row that is changed here is refused by readers.';
        ALTER TABLE {schema}.consumers ADD COLUMN log uuid, ADD COLUMN event_id uuid;
        COMMENT ON COLUMN {schema}.consumers.event_id IS 'The event at the position.';

        -- `durability` is a level of synchronous_commit, or nothing for that of the session. The word `unsafe` after it accepts
        -- that a crash loses the commit. The caller's own search_path does not matter: every name is qualified.
        CREATE FUNCTION {schema}.prepare_append(durability text) RETURNS void
        LANGUAGE plpgsql AS $function$
        DECLARE
            level text := pg_catalog.split_part(durability, ' ', 1);
        BEGIN
            -- Each statement of an append must see what was committed before it.
            IF pg_catalog.current_setting('transaction_isolation') <> 'read committed' THEN
                RAISE EXCEPTION 'an append needs a transaction that is read committed' USING ERRCODE = 'AL001';
            END IF;
            PERFORM pg_catalog.set_config('lock_timeout', '5s', true);
            IF level <> '' THEN PERFORM pg_catalog.set_config('synchronous_commit', level, true); END IF;
            -- The server's own settings may have changed since the connection was made.
            IF 'off' IN (pg_catalog.current_setting('synchronous_commit'), pg_catalog.current_setting('fsync'))
                AND pg_catalog.split_part(durability, ' ', 2) <> 'unsafe'
            THEN
                RAISE EXCEPTION 'a crash would lose this commit' USING ERRCODE = 'AL002';
            END IF;
            -- A warning is how PostgreSQL says that a commit is on one machine only.
            IF pg_catalog.current_setting('client_min_messages') = 'error' THEN
                PERFORM pg_catalog.set_config('client_min_messages', 'warning', true);
            END IF;
        END $function$;

        CREATE FUNCTION {schema}.append_checked(
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
