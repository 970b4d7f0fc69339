#if Dagster
import AssetlogCore
import AssetlogDelivery

/// An event as a request of the external assets API.
struct Report {
    /// The path below the URL of the deployment.
    let path: String
    /// The JSON of the body.
    let body: [UInt8]
    /// The event that it is about.
    let event: LoggedEvent

    /// The fields of the head that belong to the event, for another Assetlog; Dagster passes over them.
    ///
    /// By the first, an event that is sent twice is recorded once, under its own ID where no token is asked for; by the second its
    /// time is taken from the body.
    var headers: [OutboundRequest.Header] {
        [
            OutboundRequest.Header("Idempotency-Key", "\"\(event.id)\""),
            OutboundRequest.Header("Assetlog-Timestamp", "approximate"),
        ]
    }

    /// What becomes of an event that is to be reported.
    enum Translation {
        case report(Report)
        case skipped(reason: String)
        case rejected(DeliveryFailure)
    }

    /// Translates an event.
    static func translation(of event: LoggedEvent) -> Translation {
        guard let endpoint = endpoint(of: event.kind) else {
            return .skipped(reason: "Dagster has no report for \(event.kind.name)")
        }
        if let problem = problem(of: event) { return .rejected(DeliveryFailure(problem)) }
        let address = AssetAddress(event.assetKey)
        return .report(Report(path: "/\(endpoint)/\(address.path)", body: body(of: event, address), event: event))
    }

    private static func endpoint(of kind: EventKind) -> String? {
        switch kind {
        case .materialization: "report_asset_materialization"
        case .observation: "report_asset_observation"
        case .check: "report_asset_check"
        case .materializationStarted, .materializationFailed, .materializationSkipped, .void, .wipe: nil
        }
    }

    // MARK: What can't be reported

    /// Why Dagster can't keep an event, whatever it is asked; nil: it can.
    private static func problem(of event: LoggedEvent) -> String? {
        let length = AssetAddress.pythonLength(of: event.assetKey)
        guard event.kind == .check || length <= AssetAddress.longestKey else {
            return "The asset key has \(length) characters as Dagster writes it in JSON, and its tables have room for"
                + " \(AssetAddress.longestKey): shorten the key where it is reported."
        }
        let details = EventDetails(event)
        let texts = [("partition", event.partition)] + ["check_name", "data_version"].map { ($0, details.text($0)) }
        return texts.first { $0.1?.utf8.contains(0) == true }.map {
            "The \($0.0) contains NUL, which Dagster's tables can't hold: remove it where it is reported."
        }
    }

    // MARK: Body

    private static func body(of event: LoggedEvent, _ address: AssetAddress) -> [UInt8] {
        let details = EventDetails(event)
        var metadata = ReportMetadata(of: event, details)
        var body = JSONObject()
        if address.isInBody { body.append("asset_key", json: event.assetKey.canonical.utf8) }
        if let partition = event.partition { body.append("partition", partition) }
        for name in ["description", "data_version", "check_name", "passed", "severity"] {
            if let value = details[name] { body.append(name, json: value) }
        }
        body.append("timestamp", event.timestamp.description)
        // Parameters of another Assetlog, which Dagster passes over: so they are in the metadata too.
        let extensions = [("tags", details.tags)] + ["blocking", "target", "upstream"].map { ($0, details[$0].map(Array.init)) }
        for (name, value) in extensions {
            guard let value else { continue }
            body.append(name, json: value)
            metadata.set(name, json: value)
        }
        if event.kind == .check, let description = details["description"] { metadata.set("description", json: description) }
        body.append("metadata", json: metadata.json)
        return body.json
    }
}
#endif
