-- The rights that a server's role needs if another role owns the schema (`storage.postgres.migrate: check`). Run it as the owner
-- after each migration; it can be run repeatedly:
--   psql -v schema=assetlog -v role=assetlog_server -f grants.sql postgresql://assetlog_owner@host/database
-- The log can only be written through these functions, which run with their owner's rights.
GRANT USAGE ON SCHEMA :"schema" TO :"role";
GRANT EXECUTE ON FUNCTION :"schema".append, :"schema".append_checked, :"schema".horizon, :"schema".given,
    :"schema".ensure_partitions, :"schema".tidy, :"schema".remove_events, :"schema".forget_identities, :"schema".drop_month,
    :"schema".validate_kept_events TO :"role";
GRANT SELECT ON :"schema".log, :"schema".events, :"schema".appends, :"schema".totals, :"schema".removals,
    :"schema".removed_events, :"schema".removed_identities, :"schema".migrations TO :"role";
-- Cursors and leases of exporters.
GRANT SELECT, INSERT, UPDATE ON :"schema".consumers TO :"role";
-- Their dead letters and pauses.
GRANT SELECT, INSERT, UPDATE, DELETE ON :"schema".dead_letters, :"schema".pauses TO :"role";
-- Tokens: a server reads them; `assetlog token` creates and revokes them.
GRANT SELECT, INSERT, UPDATE (expires_at, revoked_at) ON :"schema".tokens TO :"role";
GRANT SELECT, UPDATE ON :"schema".token_changes TO :"role";
