#if Postgres
extension Migration {
    /// Version 6: the kinds 7 and 8, which a release that knows only those before can't read. The tables are the same.
    static let corrections = """
        COMMENT ON COLUMN {schema}.events.kind IS
            '1 materialization, 2 observation, 3 check, 4 started, 5 failed, 6 skipped, 7 void, 8 wipe.';
        """
}
#endif
