#if Webhook
import AssetlogCore

/// What the details of a check say.
struct CheckDetails {
    let name: String
    let passed: Bool
    let severity: String

    // The members come in the order of canonical details, so one walk finds all.
    init(_ details: [UInt8]) {
        (name, passed, severity) = details.withUnsafeBytes { bytes in
            var members = DetailMembers(bytes)
            let name = members.value(of: "check_name").map(JSONValue.text) ?? ""
            let passed = members.value(of: "passed").map { $0.elementsEqual("true".utf8) } ?? false
            return (name, passed, members.value(of: "severity").map(JSONValue.text) ?? "")
        }
    }
}

/// What the details of a failure say, and the description of any event.
struct FailureDetails {
    let description: String
    let reason: String
    let message: String

    init(_ details: [UInt8]) {
        description = JSONValue.text(of: "description", in: details)
        let failure = DetailMembers.value(of: "failure", in: details) ?? []
        reason = JSONValue.text(of: "reason", in: failure)
        message = JSONValue.text(of: "message", in: failure)
    }
}

/// What the details of a void or a wipe say, in words.
struct CorrectionDetails {
    let text: String

    init(_ details: [UInt8]) {
        let count = DetailMembers.value(of: "partitions", in: details).flatMap { CanonicalJSON.strings(inArray: $0)?.count }
        let partitions = count.map { $0 == 1 ? "1 partition" : "\($0) partitions" }
        text = [partitions, JSONValue.text(of: "reason", in: details)].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

private enum JSONValue {
    /// The text of a member of a JSON object; empty when there is none, or it is no string.
    static func text(of name: String, in object: [UInt8]) -> String {
        DetailMembers.value(of: name, in: object)?.withUnsafeBytes(text) ?? ""
    }

    /// The text of a JSON string; empty for any other value.
    static func text(_ json: UnsafeRawBufferPointer) -> String {
        CanonicalJSON.strings(inArray: [UInt8(ascii: "[")] + json + [UInt8(ascii: "]")])?.first ?? ""
    }
}
#endif
