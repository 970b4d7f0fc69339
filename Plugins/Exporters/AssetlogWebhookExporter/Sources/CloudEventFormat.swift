#if Webhook
import AssetlogCore
import AssetlogDelivery

/// Events as CloudEvents 1.0, over the HTTP binding and in the JSON format of the specification.
struct CloudEventFormat: Sendable {
    let source: String

    /// One event as a body of JSON.
    func structured(_ event: LoggedEvent, type: String? = nil) -> WebhookMessage {
        var body: [UInt8] = []
        append(event, type, to: &body)
        return WebhookMessage(contentType: "application/cloudevents+json; charset=utf-8", body: body)
    }

    /// One event whose attributes are headers, and whose data is the body.
    func binary(_ event: LoggedEvent, type: String? = nil) -> WebhookMessage {
        let headers = attributes(of: event, type).map { attribute in
            OutboundRequest.Header("ce-\(attribute.name)", CloudEventText.headerValue(attribute.value))
        }
        var body: [UInt8] = []
        EventJSON.append(event, to: &body)
        return WebhookMessage(contentType: "application/json; charset=utf-8", headers: headers, body: body)
    }

    /// Events as one array.
    func batched(_ events: some Collection<LoggedEvent>, type: String? = nil) -> WebhookMessage {
        var body: [UInt8] = [UInt8(ascii: "[")]
        for event in events {
            if body.count > 1 { body.append(UInt8(ascii: ",")) }
            append(event, type, to: &body)
        }
        body.append(UInt8(ascii: "]"))
        return WebhookMessage(contentType: "application/cloudevents-batch+json; charset=utf-8", body: body)
    }

    private func append(_ event: LoggedEvent, _ type: String?, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        for attribute in attributes(of: event, type) {
            CanonicalJSON.appendString(attribute.name.utf8, to: &output)
            output.append(UInt8(ascii: ":"))
            CanonicalJSON.appendString(attribute.value.utf8, to: &output)
            output.append(UInt8(ascii: ","))
        }
        output.append(contentsOf: #""datacontenttype":"application/json","data":"#.utf8)
        EventJSON.append(event, to: &output)
        output.append(UInt8(ascii: "}"))
    }

    // MARK: Attributes

    // No value is empty: receivers take an empty attribute for a broken one.
    private func attributes(of event: LoggedEvent, _ type: String?) -> [(name: String, value: String)] {
        var attributes = [
            ("specversion", "1.0"), ("id", event.id.description), ("source", "\(source)/\(PercentCoding.encode(event.deployment))"),
            ("type", "io.assetlog.\(type ?? EventTypeName.name(of: event.kind)).v1"),
            ("subject", CloudEventText.subject(event.assetKey)), ("time", event.timestamp.description),
            ("deployment", event.deployment), ("sequence", Self.ordered(event.sequence)),
            ("partitionkey", CloudEventText.text(event.partition ?? "")),
        ]
        if event.kind == .check {
            let check = CheckDetails(event.details)
            attributes += [
                ("checkname", CloudEventText.text(check.name)), ("passed", check.passed ? "true" : "false"), ("severity", check.severity),
            ]
        }
        return attributes.filter { !$0.1.isEmpty }
    }

    // The extension "sequence" asks for texts whose order is that of the numbers.
    private static func ordered(_ sequence: Int64) -> String {
        let digits = String(sequence)
        return String(repeating: "0", count: max(0, 19 - digits.utf8.count)) + digits
    }
}

/// Texts in the attributes of CloudEvents, which may hold no control characters and no noncharacters.
enum CloudEventText {
    /// The parts of a key with slashes between them. Slashes and percent signs inside a part are percent-encoded, so that the parts
    /// can be told apart.
    static func subject(_ key: AssetKey) -> String {
        key.parts.map { encode($0) { $0 == "/" || $0 == "%" || isForbidden($0) } }.joined(separator: "/")
    }

    /// A text in which what an attribute may not hold is percent-encoded.
    static func text(_ text: String) -> String { encode(text, isForbidden) }

    /// The value of a header: blanks, quotes, percent signs and what is no ASCII are percent-encoded.
    static func headerValue(_ text: String) -> String {
        encode(text) { $0.value <= 0x20 || $0.value >= 0x7f || $0 == "\"" || $0 == "%" }
    }

    private static func encode(_ text: String, _ isEncoded: (Unicode.Scalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: isEncoded) else { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        var output: [UInt8] = []
        for scalar in text.unicodeScalars {
            guard isEncoded(scalar) else {
                output.append(contentsOf: scalar.utf8)
                continue
            }
            for byte in scalar.utf8 { output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xf)]] }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0xfdd0...0xfdef: true
        default: scalar.value & 0xfffe == 0xfffe
        }
    }
}
#endif
