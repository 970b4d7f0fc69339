#if CloudEventsReceiver
import AssetlogCore
import AssetlogCrypto

/// Why something is no CloudEvent, in a sentence for its sender.
struct CloudEventError: Error {
    let sentence: String

    init(_ sentence: String) {
        self.sentence = sentence
    }
}

/// An event of the specification CloudEvents 1.0: its attributes as texts, and its data.
struct CloudEvent {
    /// The most attributes, and the most fields of an event of Assetlog: more than anybody sends, and few to keep in memory.
    static let maximumMembers = 100

    /// The type, which says what happened.
    let type: String
    /// Where it happened; with the ID it identifies the event.
    let source: String
    let id: String
    /// When it happened; nil: not said.
    let time: Timestamp?
    /// All attributes, extensions among them, by their names.
    let attributes: [String: String]
    /// The data, where it is JSON.
    let data: JSONView?

    /// Reads an element of a request.
    ///
    /// The mode follows from the Content-Type, in the order of the HTTP binding (section 3).
    init(_ element: ReceivedElement) throws(CloudEventError) {
        let contentType = (element.contentType ?? "").lowercased()
        if contentType.hasPrefix("application/cloudevents") {
            try Self.checkFormat(contentType)
            try self.init(structured: element.body)
        } else {
            try self.init(binary: element)
        }
    }

    /// Checks the attributes that every event has.
    init(attributes: [String: String], data: JSONView?) throws(CloudEventError) {
        let version = try Self.required("specversion", attributes)
        guard version == "1.0" else {
            throw CloudEventError(
                "The event has the specversion \(version.quoted); only 1.0 is supported.")
        }
        (type, source) = (
            try Self.required("type", attributes), try Self.required("source", attributes)
        )
        id = try Self.required("id", attributes)
        if let text = attributes["time"] {
            guard let time = Timestamp(text) else {
                throw CloudEventError(
                    "The attribute time must be a time of RFC 3339 such as 2026-11-23T19:00:00Z, not \(text.quoted)."
                )
            }
            self.time = time
        } else {
            time = nil
        }
        (self.attributes, self.data) = (attributes, data)
    }

    private static func required(_ name: String, _ attributes: [String: String])
        throws(CloudEventError) -> String
    {
        guard let text = attributes[name] else {
            throw CloudEventError("The event has no attribute \(name), which every CloudEvent has.")
        }
        guard !text.isEmpty else { throw CloudEventError("The attribute \(name) is empty.") }
        return text
    }

    private static func checkFormat(_ contentType: String) throws(CloudEventError) {
        let format = contentType.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
        guard
            format == "application/cloudevents+json" || format == "application/cloudevents-batch+json"
        else {
            throw CloudEventError(
                "The event format \(format.quoted) is not supported; send application/cloudevents+json, or the batches of it."
            )
        }
    }

    /// The identity of what becomes of an event of others. Source and ID are unique together, by the specification.
    func identity() throws(CloudEventError) -> EventID {
        // The length tells apart what would be the same text put together.
        let name = Array("cloudevents \(source.utf8.count) \(source)\(id)".utf8)
        guard let digest = try? MessageDigest(.sha256).digest(of: name), let hash = EventID(bytes: digest.prefix(16)) else {
            throw CloudEventError("The event's ID could not be computed: this system's cryptography has no SHA-256.")
        }
        // A UUID of version 8 (RFC 9562, section 5.8).
        return EventID(high: hash.high & ~0xf000 | 0x8000, low: hash.low & (1 << 62 - 1) | 1 << 63)
    }
}
#endif
