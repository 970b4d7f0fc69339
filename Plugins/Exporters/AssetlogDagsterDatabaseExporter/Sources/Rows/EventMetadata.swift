#if DagsterDatabase
import AssetlogCore

/// The metadata of an event as Dagster stores it: its own, and what the tables have no place for, under labels that begin with
/// `assetlog/`, which are those of the exporter `dagster`.
struct EventMetadata {
    /// What begins the labels that the exporter sets; they take the place of an event's own of the same name.
    static let prefix = "assetlog/"
    // Dagster's checks of freshness fail with an exception when it is not of the type timestamp.
    private static let freshness = "dagster/last_updated_timestamp"

    private var entries: [(label: String, value: PythonJSON)] = []
    private var types: [(label: String, type: String)] = []
    private var renamed: [String] = []

    /// Takes over the metadata of an event and the facts about it.
    init(of event: LoggedEvent, _ metadata: ArraySlice<UInt8>) {
        for member in CanonicalReader.members(of: metadata) { add(member, isOfCheck: event.kind == .check) }
        addFacts(event)
        if !types.isEmpty { set("types", json: Self.object(types)) }
        if !renamed.isEmpty { set("renamed_labels", json: Array(CanonicalJSON.array(of: renamed).utf8)) }
    }

    /// Adds a fact as JSON under the label `assetlog/NAME`.
    mutating func set(_ name: String, json: [UInt8]) { set(name, MetadataValue(type: "json", json[...]).json) }

    /// Adds a fact as text under the label `assetlog/NAME`.
    mutating func set(_ name: String, text: String) { set(name, MetadataValue(text: text).json) }

    private mutating func set(_ name: String, _ value: PythonJSON) {
        let label = Self.prefix + name
        entries.removeAll { $0.label == label }
        entries.append((label, value))
    }

    /// The list that materializations and observations have, in the order of the event.
    var list: PythonJSON {
        var list = PythonJSON()
        list.append(raw: "[")
        for (index, entry) in entries.enumerated() {
            list.append(raw: index == 0 ? "" : ", ")
            list.append(raw: #"{"__class__": "EventMetadataEntry", "description": null, "entry_data": "#)
            list.append(entry.value)
            list.append(raw: #", "label": "#)
            list.append(string: entry.label)
            list.append(raw: "}")
        }
        list.append(raw: "]")
        return list
    }

    /// The object that checks have, in the order of the labels.
    var object: PythonJSON {
        PythonJSON.object(entries.map { ($0.label, $0.value) })
    }

    // MARK: The event's own

    private mutating func add(_ member: CanonicalReader.Member, isOfCheck: Bool) {
        let typed = CanonicalReader.members(of: member.value)
        guard let type = typed.first(where: { $0.name == "type" }).flatMap({ CanonicalReader.text($0.value) }),
            let value = typed.first(where: { $0.name == "value" })?.value
        else { return }
        let isDate = member.name == Self.freshness && (type == "int" || type == "float")
        let stored = isDate ? Self.date(value) : MetadataValue(type: type, value)
        let label = label(member.name, isTimestamp: isDate || type == "timestamp", isOfCheck: isOfCheck)
        if !stored.keepsType || isDate { types.append((label, type)) }
        entries.append((label, stored.json))
    }

    private static func date(_ value: ArraySlice<UInt8>) -> MetadataValue {
        let isWhole = !value.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "e") || $0 >= UInt8(ascii: "I") }
        return MetadataValue(type: "timestamp", isWhole ? value + Array(".0".utf8) : value)
    }

    // Dagster keeps the labels of a check as the names of an object, where some are its own.
    private mutating func label(_ label: String, isTimestamp: Bool, isOfCheck: Bool) -> String {
        let isReserved = isOfCheck && MetadataValue.reservedNames.contains(label)
        guard isReserved || label == Self.freshness && !isTimestamp else { return label }
        renamed.append(label)
        return Self.prefix + (isReserved ? "label/\(label)" : "last_updated_timestamp")
    }

    // MARK: Facts

    private mutating func addFacts(_ event: LoggedEvent) {
        set("event_id", text: event.id.description)
        set("timestamp", text: event.timestamp.description)
        set("received_at", text: event.receivedAt.description)
        if let reporter = event.reportedBy { set("reported_by", text: reporter) }
        if event.deployment != "default" { set("deployment", text: event.deployment) }
    }

    private static func object(_ members: [(String, String)]) -> [UInt8] {
        var json: [UInt8] = [UInt8(ascii: "{")]
        for (name, text) in members.sorted(by: { PythonJSON.isBefore($0.0, $1.0) }) {
            if json.count > 1 { json.append(UInt8(ascii: ",")) }
            json += canonical(name) + [UInt8(ascii: ":")] + canonical(text)
        }
        return json + [UInt8(ascii: "}")]
    }
}

/// The canonical JSON string of a text.
func canonical(_ text: String) -> [UInt8] {
    var json: [UInt8] = []
    CanonicalJSON.appendString(text.utf8, to: &json)
    return json
}

extension PythonJSON {
    /// An object with its names sorted as Python sorts them.
    static func object(_ members: [(name: String, value: PythonJSON)]) -> PythonJSON {
        var object = PythonJSON()
        object.append(raw: "{")
        for (index, member) in members.sorted(by: { isBefore($0.name, $1.name) }).enumerated() {
            object.append(raw: index == 0 ? "" : ", ")
            object.append(string: member.name)
            object.append(raw: ": ")
            object.append(member.value)
        }
        object.append(raw: "}")
        return object
    }

    /// Python's order of texts: by code points, which is that of their UTF-8.
    static func isBefore(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }
}
#endif
