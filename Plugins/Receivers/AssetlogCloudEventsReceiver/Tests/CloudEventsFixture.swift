#if CloudEventsReceiver
import AssetlogCore
import AssetlogTesting

@testable import AssetlogCloudEventsReceiver

/// What the tests have in common: a receiver with mappings, and elements in each mode.
enum CloudEventsFixture {
    static let path = "/api/v1/cloudevents"
    static let receivedAt = Timestamp(microseconds: 1_790_000_001_000_000)

    static func setup(_ mappings: [String] = []) throws -> ReceiverSetup {
        let plugin = ReceiverPlugin.cloudEventsReceiver
        return try plugin.configure(
            PluginConfiguration(
                section: "receivers.cloudevents", keys: plugin.keys, values: ["mappings": mappings],
                directory: "/", dataDirectory: "/"))
    }

    static func read(_ element: ReceivedElement, _ mappings: [String] = []) throws
        -> ReceivedReading
    {
        try setup(mappings).receiver.read(element, found: [:])
    }

    static func structured(_ json: String, contentType: String = "application/cloudevents+json")
        -> ReceivedElement
    {
        ReceivedElement(path: path, body: Array(json.utf8), contentType: contentType)
    }

    static func binary(
        _ headers: [String: String], _ body: String = "", contentType: String? = "application/json"
    ) -> ReceivedElement {
        ReceivedElement(
            path: path, body: Array(body.utf8), contentType: contentType, headers: headers)
    }

    /// An event of another program, with members after the required ones.
    static func foreign(_ members: String = "") -> ReceivedElement {
        structured(
            #"{"specversion":"1.0","id":"7","source":"/loader","type":"com.example.loaded","time":"2026-11-22T10:00:00.5+02:00"\#(members)}"#
        )
    }

    // MARK: Events of Assetlog

    /// The event that the event API makes of an item.
    static func event(_ item: String) throws(SubmissionError) -> Event {
        let resolver = EventResolver()
        let result = Array(item.utf8).withUnsafeBytes { bytes in
            Result { () throws(SubmissionError) in
                try resolver.resolve(
                    bytes, deployment: "default", receivedAt: receivedAt, authorize: { _, _ in true }
                ) { events in
                    events.columns(at: 0, id: events.eventID ?? EventID(high: 1, low: 1)).event
                }
            }
        }
        return try result.get()
    }

    /// The attributes and the data of an event of Assetlog. What the exporter `webhook` really sends is compared in EndToEndTests.
    static func own(_ event: Event, type: String, id: EventID? = nil) -> (
        attributes: [(name: String, value: String)], data: String
    ) {
        var data: [UInt8] = []
        EventJSON.append(LoggedEvent(sequence: 42, event: event), to: &data)
        let attributes = [
            ("specversion", "1.0"), ("id", "\(id ?? event.id)"),
            ("source", "https://assets.example.com/default"), ("type", type),
            ("time", "\(event.timestamp)"), ("sequence", "0000000000000000042"),
        ]
        return (attributes, String(decoding: data, as: UTF8.self))
    }

    /// An event of Assetlog in structured mode.
    static func structuredOwn(_ event: Event, type: String, id: EventID? = nil) -> ReceivedElement {
        let (attributes, data) = own(event, type: type, id: id)
        let members = attributes.map { "\"\($0.name)\":\"\($0.value)\"" }.joined(separator: ",")
        return structured("{\(members),\"datacontenttype\":\"application/json\",\"data\":\(data)}")
    }

    /// An event of Assetlog in binary mode.
    static func binaryOwn(_ event: Event, type: String) -> ReceivedElement {
        let (attributes, data) = own(event, type: type)
        let headers = Dictionary(
            attributes.map { ("ce-\($0.name)", $0.value) }, uniquingKeysWith: { $1 })
        return binary(headers, data, contentType: "application/json; charset=utf-8")
    }
}
#endif
