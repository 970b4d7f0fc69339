#if Webhook
import AssetlogCore

@testable import AssetlogWebhookExporter

/// What the tests have in common: settings, exporters and events.
enum WebhookFixture {
    /// A secret of 24 bytes, and one of 32.
    static let secrets = ["MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1u", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]

    static func settings(_ values: [String: [String]]) throws -> WebhookSettings {
        try WebhookSettings(
            PluginConfiguration(
                section: "exporters.hook", keys: ExporterPlugin.webhook.keys, values: values, directory: "/etc", dataDirectory: "/data"))
    }

    /// An exporter to a receiver on loopback.
    static func exporter(
        to receiver: Receiver, _ values: [String: [String]] = [:], publicURL: String? = nil
    ) async throws -> WebhookExporter {
        let given = [
            "url": ["http://127.0.0.1:\(receiver.port)/hook"], "allow_private_addresses": ["true"], "timeout": ["60s"],
        ]
        return try await WebhookExporter.open(settings(given.merging(values) { $1 }), publicURL: publicURL)
    }

    static func event(
        _ sequence: Int64 = 1, _ kind: EventKind = .materialization, key: [String] = ["warehouse", "orders"], partition: String? = nil,
        deployment: String = "default", details: String = "{}"
    ) -> LoggedEvent {
        LoggedEvent(
            sequence: sequence,
            event: Event(
                id: EventID(high: 0x0199_0000_0000_7000, low: 1 << 63 | UInt64(sequence)), deployment: deployment, kind: kind,
                assetKey: AssetKey(key), partition: partition, timestamp: Timestamp(microseconds: 1_790_000_000_123_456),
                receivedAt: Timestamp(microseconds: 1_790_000_001_000_000), details: Array(details.utf8)))
    }

    static func check(_ sequence: Int64, passed: Bool, name: String = "rows", key: [String] = ["orders"]) -> LoggedEvent {
        event(
            sequence, .check, key: key,
            details: #"{"check_name":"\#(name)","passed":\#(passed),"severity":"ERROR"}"#)
    }

    static func batch(_ events: [LoggedEvent]) -> ExportBatch {
        ExportBatch(log: LogID(high: 1, low: 2), generation: 0, events: events)
    }
}
#endif
