#if CloudEventsReceiver
import AssetlogCore

/// An event of Assetlog, as the exporter `webhook` sends it: its data is an event as `GET /api/v1/events` shows it.
struct OwnEvent {
    private static let prefix = "io.assetlog."
    private static let kinds: [String: EventKind] = Dictionary(
        EventKind.allCases.map { kind in
            let name = kind == .check ? "check.evaluation" : kind.name.replacing("_", with: ".")
            return ("\(prefix)asset.\(name).v1", kind)
        }, uniquingKeysWith: { first, _ in first })
    /// What an exporter sends to try a destination.
    private static let test = prefix + "test.v1"

    private let event: CloudEvent

    /// Takes an event whose type is one of Assetlog; nil: it is another's.
    init?(_ event: CloudEvent) {
        guard Self.owns(event.type) else { return nil }
        self.event = event
    }

    /// Whether a type is one of Assetlog, of whatever release.
    static func owns(_ type: String) -> Bool { type.hasPrefix(prefix) }

    /// What it becomes.
    func reading() throws(CloudEventError) -> ReceivedReading {
        if event.type == Self.test { return ReceivedReading() }
        guard let kind = Self.kinds[event.type] else {
            return ReceivedReading(unmapped: [
                "The type \(event.type.quoted) is not known to this release of Assetlog."
            ])
        }
        guard kind != .void, kind != .wipe else {
            return ReceivedReading(unmapped: [Self.correction(kind)])
        }
        guard let data = event.data, data.kind == .object else {
            throw CloudEventError(
                "The event of the type \(event.type.quoted) has no data; an Assetlog sends the event itself there."
            )
        }
        guard data.memberCount <= CloudEvent.maximumMembers else {
            throw CloudEventError("The data has over \(CloudEvent.maximumMembers) fields, the most that are taken.")
        }
        let fields = OwnFields(data)
        let item = try fields.item(kind, id: try id(fields))
        return ReceivedReading(items: [item], unmapped: fields.unmapped)
    }

    private func id(_ fields: OwnFields) throws(CloudEventError) -> EventID {
        guard let id = EventID(event.id) else {
            throw CloudEventError(
                "The attribute id must be the event ID, a UUID, not \(event.id.quoted).")
        }
        guard let text = try fields.text("event_id"), EventID(text) == id else {
            throw CloudEventError(
                "The attribute id and data.event_id differ; an Assetlog sends the same.")
        }
        return id
    }

    private static func correction(_ kind: EventKind) -> String {
        kind == .void
            ? "A void is not taken over from another Assetlog; void the event here with POST /api/v1/events/{event_id}/void."
            : "A wipe is not taken over from another Assetlog; wipe the asset here with POST /api/v1/asset/wipe."
    }
}
#endif
