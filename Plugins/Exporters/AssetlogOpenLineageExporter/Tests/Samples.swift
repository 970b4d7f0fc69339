#if OpenLineage
import AssetlogCore
import AssetlogTesting
import Foundation
import Logging

@testable import AssetlogOpenLineageExporter

/// Reads a configuration as the server does.
func settings(_ values: [String: [String]]) throws -> OpenLineageSettings {
    try OpenLineageSettings(configuration(values))
}

func configuration(_ values: [String: [String]]) throws -> PluginConfiguration {
    try PluginConfiguration(
        section: "exporters.lineage", keys: OpenLineageKeys.all, values: values, directory: "/etc", dataDirectory: "/data")
}

/// Opens an exporter as the server does.
func open(_ values: [String: [String]]) async throws -> any Exporter {
    let context = PluginContext(name: "lineage", logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    return try await ExporterPlugin.openLineage.configure(configuration(values)).open(context)
}

extension LoggedEvent {
    static func sample(
        _ sequence: Int64 = 7, kind: EventKind = .materialization, key: [String] = ["warehouse", "orders"], partition: String? = nil,
        reportedBy: String? = nil, details: String = "{}"
    ) -> LoggedEvent {
        let time = Timestamp(microseconds: 1_795_000_000_000_000 + sequence)
        return LoggedEvent(
            sequence: sequence,
            event: Event(
                id: EventID(high: 0x0199_0000_0000_7000, low: 1 << 63 | UInt64(sequence)), deployment: "prod", kind: kind,
                assetKey: AssetKey(key), partition: partition, timestamp: time, receivedAt: Timestamp(microseconds: time.microseconds + 1),
                reportedBy: reportedBy, details: Array(details.utf8)))
    }
}

extension ExportBatch {
    static func of(_ events: [LoggedEvent]) -> ExportBatch {
        ExportBatch(log: LogID(high: 1, low: 1), generation: 0, events: events)
    }
}

/// The sequence that an event of OpenLineage says it was made from.
func sequence(of event: Data) throws -> Int64 {
    let object = try JSONSerialization.jsonObject(with: event) as? [String: Any]
    let holder = object?["run"] ?? object?["dataset"]
    let facets = (holder as? [String: Any])?["facets"] as? [String: Any]
    guard let source = facets?["assetlog_event"] as? [String: Any], let sequence = source["sequence"] as? Int64 else {
        throw ConformanceFailure("This says nothing of a sequence: \(String(decoding: event.prefix(300), as: UTF8.self))")
    }
    return sequence
}
#endif
