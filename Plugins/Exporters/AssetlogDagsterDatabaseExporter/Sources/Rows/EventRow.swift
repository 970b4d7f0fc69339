#if DagsterDatabase
import AssetlogCore

/// What Dagster's tables get for one event.
struct EventRow {
    let event: LoggedEvent
    /// The value of `dagster_event_type`.
    let type: StaticString
    /// The asset key in Python's JSON.
    let key: [UInt8]
    /// The text of the event: Dagster's `EventLogEntry`.
    let entry: [UInt8]
    let dataVersion: String?
    /// The name of a check; nil for what is none.
    let checkName: String?
    let hasPassed: Bool

    /// What becomes of an event.
    enum Translation {
        case row(EventRow)
        case skipped(reason: String)
        case rejected(DeliveryFailure)
    }

    /// Translates an event.
    static func translation(of event: LoggedEvent) -> Translation {
        if let reason = skipReason(of: event.kind) { return .skipped(reason: reason) }
        guard event.details.withUnsafeBytes({ (try? JSONScanner.validate($0, depth: JSONScanner.maximumStoredDepth)) == .object })
        else { return .rejected(DeliveryFailure("The details of the event are no JSON: the log is damaged; run assetlog verify.")) }
        let row = EventRow(event, EventDetails(event))
        return row.problem.map { .rejected(DeliveryFailure($0)) } ?? .row(row)
    }

    private static func skipReason(of kind: EventKind) -> String? {
        switch kind {
        case .materialization, .observation, .check: nil
        case .materializationFailed: "open source Dagster does not read failures without a run"
        case .materializationStarted, .materializationSkipped: "Dagster has no event for it without a run"
        case .void: "Dagster can't take an event back"
        case .wipe: "a wipe deletes what is in Dagster, which is left to its users"
        }
    }

    private init(_ event: LoggedEvent, _ details: EventDetails) {
        self.event = event
        var key = PythonJSON()
        key.append(canonical: Array(event.assetKey.canonical.utf8)[...])
        self.key = key.bytes
        let isCheck = event.kind == .check
        checkName = isCheck ? details.text("check_name") ?? "" : nil
        dataVersion = isCheck ? nil : details.text("data_version")
        hasPassed = details["passed"].elementsEqual("true".utf8)
        let content: PythonJSON
        switch event.kind {
        case .check: (type, content) = ("ASSET_CHECK_EVALUATION", details.evaluation(key))
        case .observation: (type, content) = ("ASSET_OBSERVATION", details.observation(key))
        default: (type, content) = ("ASSET_MATERIALIZATION", details.materialization(key))
        }
        entry = PythonJSON.entry(content, type: type, at: event.timestamp).bytes
    }

    // MARK: What the tables can't hold

    /// The most characters of `asset_keys.asset_key`.
    static let longestKey = 512
    /// The most bytes in one entry of an index of PostgreSQL, a third of a page, less what surrounds the columns.
    static let longestIndexEntry = 2600

    private var problem: String? {
        if event.kind != .check, key.count > Self.longestKey {
            return "The asset key has \(key.count) characters as Dagster writes it in JSON, and its tables have room for"
                + " \(Self.longestKey): shorten the key where it is reported."
        }
        let texts = [("partition", event.partition), ("check_name", checkName), ("data_version", dataVersion)]
        if let (name, _) = texts.first(where: { $0.1?.utf8.contains(0) == true }) {
            return "The \(name) contains NUL, which Dagster's tables can't hold: remove it where it is reported."
        }
        let indexed = key.count + max((event.partition?.utf8.count ?? 0) + (checkName?.utf8.count ?? 0), dataVersion?.utf8.count ?? 0)
        guard indexed > Self.longestIndexEntry else { return nil }
        return "The asset key with the partition, the check's name or the data version has \(indexed) bytes, and an index of Dagster's"
            + " tables has room for \(Self.longestIndexEntry): shorten them where they are reported."
    }
}

extension PythonJSON {
    /// The whole text of an event, around what is particular to its type.
    fileprivate static func entry(_ content: PythonJSON, type: StaticString, at time: Timestamp) -> PythonJSON {
        var json = PythonJSON()
        json.append(raw: #"{"__class__": "EventLogEntry", "dagster_event": {"__class__": "DagsterEvent", "event_specific_data": "#)
        json.append(content)
        json.append(raw: #", "event_type_value": ""#)
        json.append(raw: type)
        json.append(
            raw: #"", "logging_tags": {}, "message": null, "pid": null, "pipeline_name": "", "solid_handle": null, "step_handle": null, "#)
        json.append(raw: #""step_key": null, "step_kind_value": null}, "error_info": null, "level": 20, "message": "", "#)
        json.append(raw: #""pipeline_name": "", "run_id": "", "step_key": null, "timestamp": "#)
        json.append(number: time.pythonSeconds)
        json.append(raw: #", "user_message": ""}"#)
        return json
    }
}

extension Timestamp {
    /// Seconds since 1970, as Python's `time.time()` counts them.
    var pythonSeconds: Double { Double(microseconds) / 1_000_000 }
}
#endif
