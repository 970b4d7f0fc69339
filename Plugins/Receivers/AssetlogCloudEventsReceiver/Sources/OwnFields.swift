#if CloudEventsReceiver
import AssetlogCore

/// The fields of an event as it is read back. Their values are checked by the event API; here only what they are.
struct OwnFields {
    private static let known: Set<String> = [
        "kind", "asset_key", "event_id", "timestamp", "partition", "description", "data_version",
        "tags", "metadata", "check_name",
        "passed", "severity", "blocking", "target", "failure", "upstream",
        // These the receiving server sets itself.
        "sequence", "deployment", "received_at", "reported_by", "voided",
    ]

    private let data: JSONView
    /// What it has that can't be taken over.
    let unmapped: [String]

    init(_ data: JSONView) {
        self.data = data
        let unknown = data.members.filter { !Self.known.contains($0.name) && $0.value.kind != .null }
            .map(\.name.quoted)
        let names =
            unknown.prefix(5).joined(separator: ", ") + (unknown.count > 5 ? " and others" : "")
        unmapped =
            unknown.isEmpty
            ? [] : ["The event was recorded without \(names), which this release does not know."]
    }

    /// The item of all fields.
    func item(_ kind: EventKind, id: EventID) throws(CloudEventError) -> EventItem {
        guard try text("kind") == kind.name else {
            throw CloudEventError("The type and data.kind name different kinds of events.")
        }
        guard
            let key = try data["asset_key"].map({ value throws(CloudEventError) in
                try self.key(value, "asset_key")
            })
        else {
            throw missing("asset_key")
        }
        var item = EventItem(kind, of: key, eventID: id)
        guard let time = try text("timestamp").flatMap({ Timestamp($0) }) else {
            throw wrong("timestamp", "a time of RFC 3339")
        }
        item.timestamp = time
        item.partition = try text("partition")
        item.description = try text("description")
        item.dataVersion = try text("data_version")
        item.tags = try tags()
        item.metadata = try metadata()
        for upstream in try list("upstream") {
            item.upstream.append(try self.key(upstream, "upstream"))
        }
        if kind == .check { item.check = try check() }
        item.failure = try failure()
        return item
    }

    /// A field that is a text; nil: it is not there.
    func text(_ name: String) throws(CloudEventError) -> String? {
        guard let value = data[name] else { return nil }
        guard let text = value.text else { throw wrong(name, "a text") }
        return text
    }

    // MARK: Parts

    private func key(_ value: JSONView, _ name: String) throws(CloudEventError) -> AssetKey {
        let parts = value.elements.compactMap(\.text)
        guard value.kind == .array, !parts.isEmpty, parts.count == value.elements.count else {
            throw wrong(name, "an array of texts")
        }
        return AssetKey(parts)
    }

    private func tags() throws(CloudEventError) -> [(name: String, value: String)] {
        var tags: [(name: String, value: String)] = []
        for (name, value) in try object("tags")?.members ?? [] {
            guard let text = value.text else { throw wrong("tags", "an object of texts") }
            tags.append((name, text))
        }
        return tags
    }

    private func metadata() throws(CloudEventError) -> [(label: String, value: EventItem.Value)] {
        var metadata: [(label: String, value: EventItem.Value)] = []
        for (label, entry) in try object("metadata")?.members ?? [] {
            // A value may be null, which the view takes for none.
            guard let type = entry["type"]?.text,
                let value = entry.members.last(where: { $0.name == "value" })?.value
            else {
                throw wrong("metadata", #"an object of values with their types, {"type": …, "value": …}"#)
            }
            metadata.append((label, .typed(type, Array(value.json))))
        }
        return metadata
    }

    private func check() throws(CloudEventError) -> EventItem.Check {
        guard let name = try text("check_name") else { throw missing("check_name") }
        guard let passed = data["passed"]?.boolean else { throw wrong("passed", "true or false") }
        let severity = try text("severity") ?? "ERROR"
        guard severity == "ERROR" || severity == "WARN" else {
            throw wrong("severity", "ERROR or WARN")
        }
        var check = EventItem.Check(name: name, passed: passed, isWarning: severity == "WARN")
        if let blocking = data["blocking"] {
            guard let isBlocking = blocking.boolean else { throw wrong("blocking", "true or false") }
            check.isBlocking = isBlocking
        }
        check.target = try target()
        return check
    }

    private func target() throws(CloudEventError) -> EventItem.Target? {
        guard let target = try object("target") else { return nil }
        if let id = target["event_id"]?.text.flatMap({ EventID($0) }) { return .event(id) }
        guard let version = target["data_version"]?.text else {
            throw wrong("target", "an object with event_id or data_version")
        }
        return .dataVersion(version)
    }

    private func failure() throws(CloudEventError) -> EventItem.Failure? {
        guard let failure = try object("failure") else { return nil }
        guard let reason = failure["reason"]?.text.flatMap({ FailureReason(rawValue: $0) }) else {
            throw wrong("failure", "an object with a reason that this release knows")
        }
        return EventItem.Failure(reason: reason, message: failure["message"]?.text)
    }

    // MARK: Values

    private func object(_ name: String) throws(CloudEventError) -> JSONView? {
        guard let value = data[name] else { return nil }
        guard value.kind == .object else { throw wrong(name, "an object") }
        return value
    }

    private func list(_ name: String) throws(CloudEventError) -> [JSONView] {
        guard let value = data[name] else { return [] }
        guard value.kind == .array else { throw wrong(name, "an array") }
        return value.elements
    }

    private func missing(_ name: String) -> CloudEventError {
        CloudEventError("data.\(name) is missing.")
    }

    private func wrong(_ name: String, _ expected: String) -> CloudEventError {
        data[name] == nil ? missing(name) : CloudEventError("data.\(name) must be \(expected).")
    }
}
#endif
