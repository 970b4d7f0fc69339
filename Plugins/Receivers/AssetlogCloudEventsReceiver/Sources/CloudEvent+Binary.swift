#if CloudEventsReceiver
import AssetlogCore

// The binary mode of the HTTP binding (section 3.1): attributes are headers, and the body is the data.
extension CloudEvent {
    private static let prefix = "ce-"

    /// Reads an event of the binary mode.
    init(binary element: ReceivedElement) throws(CloudEventError) {
        guard element.headers.keys.contains(where: { $0.hasPrefix(Self.prefix) }) else {
            throw CloudEventError(
                "The request has no header that begins with ce-, so it is no CloudEvent in binary mode; send an event of JSON as "
                    + "application/cloudevents+json, and several as application/cloudevents-batch+json.")
        }
        var attributes: [String: String] = [:]
        for (name, value) in element.headers where name.hasPrefix(Self.prefix) {
            attributes[String(name.dropFirst(Self.prefix.utf8.count))] = try HeaderText.decode(
                value, of: name)
        }
        attributes["datacontenttype"] = element.contentType
        try self.init(attributes: attributes, data: try Self.data(element))
    }

    private static func data(_ element: ReceivedElement) throws(CloudEventError) -> JSONView? {
        guard !element.body.isEmpty else { return nil }
        // Nothing says what it is; it may be JSON.
        guard let contentType = element.contentType else { return try? JSONView(element.body) }
        // An event may have a level more than other JSON.
        return isJSON(contentType)
            ? try json(element.body, "The body", depth: JSONScanner.maximumStoredDepth) : nil
    }
}

/// The values of headers that are attributes (HTTP binding, section 3.1.3.2).
enum HeaderText {
    /// Takes a value out of its quotes, if it has them, and decodes what is percent-encoded, once.
    static func decode(_ value: String, of name: String) throws(CloudEventError) -> String {
        let bytes = decoded(unquoted(Array(value.utf8)))
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CloudEventError("The header \(name.quoted) is no UTF-8 when it is percent-decoded.")
        }
        return text
    }

    // Versions before 1.0.1 wrote values with blanks so.
    private static func unquoted(_ value: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        guard value.count >= 2, value.first == quote, value.last == quote else { return value }
        var output: [UInt8] = []
        var isEscaped = false
        for byte in value.dropFirst().dropLast() {
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
            } else {
                output.append(byte)
                isEscaped = false
            }
        }
        return output
    }

    // What is no whole escape stays as it is.
    private static func decoded(_ value: [UInt8]) -> [UInt8] {
        guard value.contains(UInt8(ascii: "%")) else { return value }
        var output: [UInt8] = []
        var rest = value[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let pair = byteOf(rest.prefix(2)) {
                output.append(pair)
                rest = rest.dropFirst(2)
            } else {
                output.append(byte)
            }
        }
        return output
    }

    private static func byteOf(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.count == 2, digits.allSatisfy(isHexadecimal) else { return nil }
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
#endif
