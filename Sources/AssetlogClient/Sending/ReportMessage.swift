import AssetlogCore
import AssetlogDelivery

/// What takes a report.
enum ReportDestination: Hashable, Sendable {
    /// The event API of Assetlog, which takes every kind of event, its identity and its time.
    case eventAPI
    /// The report endpoint of Dagster, for those that have no event API.
    case reportEndpoint
}

/// A report as one request. Both destinations record the same event, under the same identity.
struct ReportMessage {
    var report: SealedReport
    var destination: ReportDestination
    /// Whether it says when it was made. The first attempt does not: what arrives at once has the time of its receipt,
    /// and no clock but the server's counts.
    var saysTime: Bool

    /// Whether there is such a request: Dagster has no endpoint for some kinds of events.
    static func exists(_ report: SealedReport, _ destination: ReportDestination) -> Bool {
        destination == .eventAPI || ReportEndpoint.allCases.contains { $0.kind == report.kind }
    }

    var url: String {
        let base = "\(report.url)\(report.deployment.map { "/\($0)" } ?? "")"
        return destination == .eventAPI ? "\(base)/api/v1/events" : "\(base)/report_asset_\(report.kind.name)/"
    }

    var headers: [OutboundRequest.Header] {
        var headers: [OutboundRequest.Header] = [
            .init("Content-Type", "application/json"), .init("Accept", "application/json"), .init("User-Agent", "assetlog-client"),
        ]
        if destination == .reportEndpoint { headers.append(.init("Idempotency-Key", "\"\(report.id)\"")) }
        // Dagster's endpoint has no parameter for a time that was chosen.
        if !hasChosenTime || destination == .reportEndpoint { headers.append(.init(TimestampField.name, TimestampField.approximate)) }
        return headers
    }

    var body: [UInt8] {
        var members: [(name: String, value: [UInt8])] = []
        func add(_ name: String, _ text: String) {
            var value: [UInt8] = []
            CanonicalJSON.appendString(text.utf8, to: &value)
            members.append((name, value))
        }
        if destination == .eventAPI {
            add("kind", report.kind.name)
            add("event_id", report.id.description)
        }
        members += content.map { name, value in
            (name, destination == .eventAPI && name == "metadata" ? Self.plainMetadata(value) : value)
        }
        if saysTime, !hasChosenTime { add("timestamp", report.madeAt.description) }
        return CanonicalJSON.object(members)
    }

    private var content: [(name: String, value: [UInt8])] { CanonicalJSON.members(ofObject: report.body) ?? [] }
    private var hasChosenTime: Bool { content.contains { $0.name == "timestamp" } }

    // The event API reads an object of a type and a value as a value of that type; a report endpoint records it as it is.
    private static func plainMetadata(_ metadata: [UInt8]) -> [UInt8] {
        CanonicalJSON.object(
            (CanonicalJSON.members(ofObject: metadata) ?? []).map { label, value in
                (label, isTyped(value) ? Array(#"{"raw_value":"#.utf8) + value + Array(#","type":"json"}"#.utf8) : value)
            })
    }

    private static func isTyped(_ value: [UInt8]) -> Bool {
        guard let members = CanonicalJSON.members(ofObject: value), members.count == 2 else { return false }
        return members.contains { $0.name == "type" } && members.contains { $0.name == "value" || $0.name == "raw_value" }
    }
}
