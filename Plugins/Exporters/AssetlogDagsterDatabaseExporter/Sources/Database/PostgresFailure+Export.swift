#if DagsterDatabase
import AssetlogCore
import AssetlogPostgres

extension PostgresFailure {
    /// What a refusal of the server is about.
    enum Subject {
        /// The values of an event: they fail whenever they are sent.
        case values
        /// Perhaps an event, as where a trigger of somebody's refuses it.
        case event
        /// The database, or the way to it: any event fails.
        case database
    }

    /// What it is about, by the classes of SQLSTATE.
    ///
    /// An id that is taken already (23505, after a sequence was set back) is passed by later tries.
    var subject: Subject {
        guard let state, effect == .none, state != "23505" else { return .database }
        return switch state.prefix(2) {
        case "22", "23", "54": .values
        case "08", "25", "28", "3D", "3F", "40", "42", "53", "55", "57", "58", "XX": .database
        default: .event
        }
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
