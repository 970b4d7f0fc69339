#if DagsterDatabase
import AssetlogCore
import AssetlogPostgres

extension PostgresFailure {
    /// Whether an event is at fault, and would fail again: its data (22), a constraint (23, but for a taken id, which the next try
    /// passes), or a limit of the server (54).
    var isAboutData: Bool {
        guard let state, effect == .none else { return false }
        return state != "23505" && ["22", "23", "54"].contains(state.prefix(2))
    }

    /// Whether something that the statement names is not there, or is not as it was.
    var isAboutSchema: Bool { state.map { $0.hasPrefix("42") || $0.hasPrefix("3F") } ?? false }

    /// The same for who runs the exporter.
    var exportError: ExportError {
        switch state {
        case "42501"?:  // insufficient_privilege
            ExportError(
                "PostgreSQL denies the exporter's role access: \(self). Use the role of Dagster itself, or grant what the exporter's"
                    + " README lists.")
        case "25006"?:  // read_only_sql_transaction
            ExportError("PostgreSQL lets the exporter only read: \(self). Name the primary in url.")
        case "53100"?:  // disk_full
            ExportError("Dagster's PostgreSQL has no space left: \(self). Free some on its disk; the exporter then goes on by itself.")
        case _ where isConflict:
            ExportError(
                "event_logs could not be locked: \(self). Some transaction has written to it and not ended; see pg_stat_activity. The"
                    + " exporter tries again.")
        case nil: ExportError("Dagster's PostgreSQL can't be reached: \(self). The exporter tries again.")
        default: ExportError("Dagster's PostgreSQL refused the events: \(self). The exporter tries again.")
        }
    }
}
#endif
