#if Postgres
extension Migration {
    /// Version 1: the tables.
    ///
    /// The log is partitioned by the month of receipt, so that old months can be dropped. `asset_hash` tells assets of a
    /// deployment apart (readers compare the key as well); it is a number so that indexes stay small, and it is what the
    /// log would be distributed by over several machines.
    static let tables = """
        CREATE TABLE {schema}.events (
            sequence bigint NOT NULL,
            asset_hash bigint NOT NULL,
            "timestamp" timestamptz NOT NULL,
            received_at timestamptz NOT NULL,
            event_id uuid NOT NULL,
            kind smallint NOT NULL,
            deployment text COLLATE "C" NOT NULL,
            asset_key text COLLATE "C" NOT NULL,
            partition text COLLATE "C",
            reported_by text COLLATE "C",
            details bytea NOT NULL
        ) PARTITION BY RANGE (received_at);
        CREATE INDEX events_sequence ON {schema}.events (sequence);
        CREATE INDEX events_id ON {schema}.events (event_id);
        CREATE INDEX events_asset ON {schema}.events (asset_hash, sequence);
        CREATE INDEX events_asset_time ON {schema}.events (asset_hash, "timestamp", sequence);
        CREATE INDEX events_time ON {schema}.events ("timestamp", sequence);
        COMMENT ON TABLE {schema}.events IS 'The event log. It is only appended to, by the function append.';

        CREATE SEQUENCE {schema}.event_sequence;
        COMMENT ON SEQUENCE {schema}.event_sequence IS 'The last sequence that was given to an append.';
        CREATE SEQUENCE {schema}.timeline MINVALUE 0 START 0;
        COMMENT ON SEQUENCE {schema}.timeline IS 'The timeline of the server that gave the last sequence.';

        CREATE TABLE {schema}.appends (
            append_id uuid PRIMARY KEY,
            first_sequence bigint NOT NULL,
            event_count bigint NOT NULL,
            appended_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX appends_time ON {schema}.appends (appended_at);
        COMMENT ON TABLE {schema}.appends IS
            'The commits of the last minutes: whether an append whose answer was lost has happened.';
        CREATE TABLE {schema}.totals (events bigint NOT NULL);
        INSERT INTO {schema}.totals VALUES (0);
        COMMENT ON TABLE {schema}.totals IS 'The number of events of all appends that are not in appends any more.';

        CREATE UNLOGGED TABLE {schema}.claims (
            event_id uuid NOT NULL,
            deployment text COLLATE "C" NOT NULL,
            claimed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (event_id, deployment)
        );
        CREATE INDEX claims_time ON {schema}.claims (claimed_at);
        COMMENT ON TABLE {schema}.claims IS
            'Identities that clients chose: two servers that append the same one at once wait here for each other.';

        CREATE TABLE {schema}.consumers (
            name text COLLATE "C" PRIMARY KEY,
            generation bigint NOT NULL DEFAULT 0,
            position bigint NOT NULL DEFAULT 0,
            holder uuid,
            lease_ends_at timestamptz
        );
        COMMENT ON TABLE {schema}.consumers IS 'How far each consumer has read, and which server runs it until when.';

        CREATE TABLE {schema}.tokens (
            number bigint GENERATED ALWAYS AS IDENTITY,
            id text COLLATE "C" PRIMARY KEY,
            hash bytea NOT NULL CHECK (length(hash) = 32),
            name text NOT NULL,
            rights smallint NOT NULL,
            assets text[] NOT NULL,
            deployments text[] NOT NULL,
            certificates text[] NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz,
            revoked_at timestamptz
        );
        COMMENT ON TABLE {schema}.tokens IS 'The tokens of the servers, as hashes.';
        CREATE TABLE {schema}.token_changes (version bigint NOT NULL);
        INSERT INTO {schema}.token_changes VALUES (1);
        """
}
#endif
