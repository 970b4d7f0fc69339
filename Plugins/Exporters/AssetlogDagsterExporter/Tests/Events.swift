#if Dagster
import AssetlogCore

@testable import AssetlogDagsterExporter

extension LoggedEvent {
    /// An event whose ID ends with its sequence, one second after the one before it.
    static func sample(
        _ sequence: Int64 = 1, _ kind: EventKind = .materialization, _ key: [String] = ["warehouse", "orders"],
        partition: String? = nil, details: String = "{}", deployment: String = "default", reportedBy: String? = nil,
        seconds: Int64? = nil
    ) -> LoggedEvent {
        let time = Timestamp(microseconds: 1_790_000_000_000_000 + (seconds ?? sequence) * 1_000_000)
        return LoggedEvent(
            sequence: sequence,
            event: Event(
                id: EventID(high: 0x0199_0000_0000_7000, low: 1 << 63 | UInt64(sequence)), deployment: deployment, kind: kind,
                assetKey: AssetKey(key), partition: partition, timestamp: time, receivedAt: time, reportedBy: reportedBy,
                details: Array(details.utf8)))
    }
}

extension ExportBatch {
    /// A batch of these events.
    static func sample(_ events: [LoggedEvent]) -> ExportBatch {
        ExportBatch(log: LogID(high: 1, low: 2), generation: 0, events: events)
    }
}

extension Report {
    /// The body of the report of an event; empty when there is none.
    static func body(of event: LoggedEvent) -> [UInt8] {
        guard case .report(let report) = translation(of: event) else { return [] }
        return report.body
    }
}
#endif
