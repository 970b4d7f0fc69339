#if Dagster
import AssetlogCore

/// The metadata of a report: that of the event as plain JSON values, from which Dagster infers the types, and what a report has no
/// place for, under labels that begin with `assetlog/`.
struct ReportMetadata {
    /// What begins the labels that the exporter sets; they take the place of an event's own of the same name.
    static let prefix = "assetlog/"
    /// More levels than this are sent as text: Dagster reads and writes a level with several calls of Python's own stack.
    static let deepest = 200

    private static let freshness = "dagster/last_updated_timestamp"
    // What Dagster takes for values of its own when it reads an event, so that no page with the asset opens any more.
    private static let reserved = ["__class__", "__enum__", "__set__", "__frozenset__", "__mapping_items__"]
    private static let reservedNames = reserved.map { JSONObject.string($0.utf8) }
    // Types that Dagster infers from a plain value. An array or object is `json` by itself.
    private static let inferred: Set<String> = ["text", "int", "float", "bool", "null"]

    private var values: [(label: String, value: [UInt8])] = []
    private var types = JSONObject()
    private var renamed: [String] = []

    /// Takes over the metadata of an event.
    init(of event: LoggedEvent, _ details: EventDetails) {
        for member in StoredJSON.members(of: details["metadata"] ?? []) { add(member, of: event.kind) }
        add(of: event)
        if !types.isEmpty { set("types", json: types.json) }
        if !renamed.isEmpty { set("renamed_labels", json: Array(CanonicalJSON.array(of: renamed).utf8)) }
    }

    /// The object that is sent.
    var json: [UInt8] {
        var object = JSONObject()
        for (label, value) in values { object.append(label, json: value) }
        return object.json
    }

    /// Adds a fact that the report has no parameter for, as the label `assetlog/NAME`.
    mutating func set(_ name: String, json: some Sequence<UInt8>) {
        let label = Self.prefix + name
        values.removeAll { $0.label == label }
        values.append((label, Self.harmless(Array(json)[...])))
    }

    // MARK: Values of the event

    private mutating func add(_ member: StoredJSON.Member, of kind: EventKind) {
        let typed = StoredJSON.members(of: member.value)
        guard let type = typed.first(where: { $0.label == "type" }).flatMap({ StoredJSON.text($0.value) }),
            let value = typed.first(where: { $0.label == "value" })?.value
        else { return }
        let label = label(member.label, of: kind)
        let sent = Self.harmless(value)
        if Self.losesType(type, sent) { types.append(label, type) }
        values.append((label, sent))
    }

    /// The label under which a value is sent.
    ///
    /// Dagster keeps the labels of a check as the names of an object, where some are its own. Its checks of freshness fail with
    /// an exception on a `dagster/last_updated_timestamp` that is not of the type timestamp, which a report can't express.
    private mutating func label(_ label: String, of kind: EventKind) -> String {
        let isReserved = kind == .check && Self.reserved.contains(label)
        guard isReserved || label == Self.freshness else { return label }
        renamed.append(label)
        return Self.prefix + (isReserved ? "label/\(label)" : "last_updated_timestamp")
    }

    // Whether Dagster would infer another type than the event has.
    private static func losesType(_ type: String, _ sent: [UInt8]) -> Bool {
        if type == "json" { return sent.first != UInt8(ascii: "{") && sent.first != UInt8(ascii: "[") }
        return !inferred.contains(type)
    }

    /// A value as Dagster can read it back: as it is, or its JSON as a text.
    private static func harmless(_ value: ArraySlice<UInt8>) -> [UInt8] {
        guard value.first == UInt8(ascii: "{") || value.first == UInt8(ascii: "[") else { return Array(value) }
        let isReserved = StoredJSON.names(in: value).contains { name in reservedNames.contains { $0[...] == name } }
        return isReserved || StoredJSON.depth(of: value) > deepest ? JSONObject.string(value) : Array(value)
    }

    // MARK: Facts about the event

    private mutating func add(of event: LoggedEvent) {
        set("event_id", json: JSONObject.string(event.id.description.utf8))
        set("timestamp", json: JSONObject.string(event.timestamp.description.utf8))
        if let reporter = event.reportedBy { set("reported_by", json: JSONObject.string(reporter.utf8)) }
        if event.deployment != "default" { set("deployment", json: JSONObject.string(event.deployment.utf8)) }
    }
}
#endif
