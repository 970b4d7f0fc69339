#if Postgres
extension Migration {
    /// Version 5: the events that a consumer's destination did not take, and which consumers are paused.
    ///
    /// What a destination answered can hold every character, and PostgreSQL's `text` can't hold U+0000: so texts are bytes of UTF-8
    /// here. `convert_from(message, 'UTF8')` shows one.
    static let deadLetters = """
        CREATE TABLE {schema}.dead_letters (
            consumer text COLLATE "C" NOT NULL,
            sequence bigint NOT NULL,
            log uuid NOT NULL,
            event_id uuid NOT NULL,
            attempts bigint NOT NULL,
            failed_at timestamptz NOT NULL,
            message bytea NOT NULL,
            answer bytea NOT NULL,
            is_replay_requested boolean NOT NULL,
            PRIMARY KEY (consumer, sequence)
        );
        COMMENT ON TABLE {schema}.dead_letters IS
            'Events that the destination of a consumer did not take. The texts are bytes of UTF-8.';
        CREATE INDEX dead_letters_requested ON {schema}.dead_letters (consumer, sequence) WHERE is_replay_requested;
        CREATE TABLE {schema}.pauses (consumer text COLLATE "C" PRIMARY KEY, reason bytea NOT NULL);
        COMMENT ON TABLE {schema}.pauses IS 'The consumers that are paused, and why, as bytes of UTF-8.';
        """
}
#endif
