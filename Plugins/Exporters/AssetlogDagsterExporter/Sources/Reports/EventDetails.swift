#if Dagster
import AssetlogCore

/// The details of an event, by name.
struct EventDetails {
    private let members: [StoredJSON.Member]

    init(_ event: LoggedEvent) {
        members = StoredJSON.members(of: event.details[...])
    }

    /// The value of a detail as it is written; nil when the event does not have it.
    subscript(name: String) -> ArraySlice<UInt8>? {
        members.first { $0.label == name }?.value
    }

    /// The tags without those that say the data version, which is a detail of its own; nil when there are no others.
    var tags: [UInt8]? {
        var tags = JSONObject()
        for tag in StoredJSON.members(of: self["tags"] ?? []) where self["data_version"] == nil || !Self.ofVersion.contains(tag.label) {
            tags.append(tag.label, json: tag.value)
        }
        return tags.isEmpty ? nil : tags.json
    }

    private static let ofVersion = ["dagster/data_version", "dagster/data_version_is_user_provided"]

    /// A detail that is a text.
    func text(_ name: String) -> String? {
        self[name].flatMap(StoredJSON.text)
    }
}
#endif
