#if CloudEventsReceiver
import AssetlogCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

// The JSON format of CloudEvents (section 3): attributes are members, and the data is `data` or `data_base64`.
extension CloudEvent {
    /// Reads an event of the structured mode, or an element of a batch.
    init(structured body: [UInt8]) throws(CloudEventError) {
        let view = try Self.json(body, "The event", depth: JSONScanner.maximumStoredDepth)
        guard view.kind == .object else { throw CloudEventError("A CloudEvent is a JSON object.") }
        guard view.memberCount <= Self.maximumMembers else {
            throw CloudEventError("The event has over \(Self.maximumMembers) attributes, the most that are taken.")
        }
        var (attributes, data, base64): ([String: String], JSONView?, JSONView?) = ([:], nil, nil)
        for (name, value) in view.members {
            switch name {
            case "data": data = value
            case "data_base64": base64 = value
            default: attributes[name] = try Self.attribute(name, value)
            }
        }
        try self.init(
            attributes: attributes, data: try Self.data(data, base64, attributes["datacontenttype"]))
    }

    /// Checks that bytes are JSON.
    static func json(_ bytes: [UInt8], _ what: String, depth: Int = JSONScanner.maximumDepth)
        throws(CloudEventError) -> JSONView
    {
        do throws(JSONError) {
            return try JSONView(bytes, depth: depth)
        } catch {
            throw CloudEventError("\(what) is no JSON: \(error).")
        }
    }

    /// Whether a Content-Type says that data is JSON: `*/json` and `*/*+json`. Data without a type is.
    static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return true }
        let type = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        return type.hasSuffix("/json") || type.hasSuffix("+json")
    }

    // An attribute is a text, a whole number or a truth value; null is as good as none. What is none of these is passed over, but
    // for those that every event has.
    private static func attribute(_ name: String, _ value: JSONView) throws(CloudEventError)
        -> String?
    {
        if let text = value.text { return text }
        if value.kind == .null { return nil }
        guard !["id", "source", "specversion", "type", "time", "subject"].contains(name) else {
            throw CloudEventError("The attribute \(name) must be a text.")
        }
        if let boolean = value.boolean { return boolean ? "true" : "false" }
        return value.kind == .integer ? String(decoding: value.json, as: UTF8.self) : nil
    }

    private static func data(_ data: JSONView?, _ base64: JSONView?, _ contentType: String?)
        throws(CloudEventError) -> JSONView?
    {
        guard let base64, base64.kind != .null else { return isJSON(contentType) ? data : nil }
        guard data == nil || data?.kind == .null else {
            throw CloudEventError("The event has both data and data_base64; it may have one of them.")
        }
        guard let text = base64.text, let bytes = Data(base64Encoded: text) else {
            throw CloudEventError("data_base64 must be a text of standard base64 with its padding.")
        }
        // Without a type, nothing may be assumed of such data.
        guard contentType != nil, isJSON(contentType) else { return nil }
        return try json(Array(bytes), "What data_base64 holds")
    }
}
#endif
