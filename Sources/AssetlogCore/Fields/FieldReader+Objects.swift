// The small objects that some kinds of events have.
extension FieldReader {
    /// Writes the materialization that a check speaks of: `{"event_id": …}` or `{"data_version": …}`.
    mutating func writeTarget(_ value: FieldValue, to output: inout ByteScratch) throws(SubmissionError) {
        let form = #"{"event_id": "…"} or {"data_version": "…"}"#
        guard value.kind == .object else { throw value.mustBe("an object, \(form)") }
        var (identity, version): (JSONValue?, JSONValue?)
        var members = JSONMembers(value.json)
        while let (name, member) = members.next() {
            if name.equals("event_id") {
                identity = member
            } else if name.equals("data_version") {
                version = member
            } else {
                throw value.unknownMember(name, known: ["event_id", "data_version"])
            }
        }
        switch (identity?.given, version?.given) {
        case (let identity?, nil):
            let id = try self.identity(FieldValue(value.name, identity), at: "/event_id")
            output.append(#"{"event_id":""#)
            output.append(id)
            output.append("\"}")
        case (nil, let version?):
            output.append(#"{"data_version":"#)
            try writeText(FieldValue(value.name, version), at: "/data_version", to: &output)
            output.append(UInt8(ascii: "}"))
        default: throw value.refused("must name one of event_id and data_version: \(form).")
        }
    }

    /// Writes why an asset was not materialized: `{"reason": …, "message": …}`.
    mutating func writeFailure(_ value: FieldValue, to output: inout ByteScratch) throws(SubmissionError) {
        guard value.kind == .object else { throw value.mustBe(#"an object, {"reason": "…", "message": "…"}"#) }
        var (reason, message): (JSONValue?, JSONValue?)
        var members = JSONMembers(value.json)
        while let (name, member) = members.next() {
            if name.equals("reason") {
                reason = member
            } else if name.equals("message") {
                message = member
            } else {
                throw value.unknownMember(name, known: ["reason", "message"])
            }
        }
        guard let reason = reason?.given else {
            throw value.refused("needs a reason: \(FailureReason.list).", at: "/reason")
        }
        guard reason.kind == .string, let known = FailureReason(rawValue: reason.text) else {
            let shown = Quoted.value(reason.json, reason.kind)
            throw value.refused("has the reason \(shown), which Dagster does not know; send \(FailureReason.list).", at: "/reason")
        }
        output.append(#"{"reason":""#)
        var word = known.rawValue
        word.withUTF8 { output.append(UnsafeRawBufferPointer($0)) }
        output.append(UInt8(ascii: "\""))
        if let message = message?.given {
            output.append(#","message":"#)
            try writeText(FieldValue(value.name, message), at: "/message", identifies: false, to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    /// Reads the identity of an event.
    mutating func identity(_ value: FieldValue, at path: String = "") throws(SubmissionError) -> EventID {
        guard value.kind == .string, let id = EventID(text: unescaped(value)) else {
            throw value.mustBe("a UUID such as \"0193b0a0-1111-7222-8333-444444444444\"", at: path)
        }
        // Programs send these where they forgot to make one.
        guard id != EventID(high: 0, low: 0), id != EventID(high: .max, low: .max) else {
            throw value.refused("is \(id), which is not unique; use a new UUID for each event.", at: path)
        }
        return id
    }
}

extension FieldValue {
    /// The refusal of a member that an object does not have.
    fileprivate func unknownMember(_ name: JSONValue, known: [String]) -> SubmissionError {
        let hint = Quoted.guess(name.text, among: known) ?? "It has \(known.joined(separator: " and "))."
        return refused("has no member \(Quoted.text(name.text)). \(hint)", at: JSONPointer.part(name.text))
    }
}

extension JSONValue {
    /// The value; nil when it is null, which means absent.
    var given: JSONValue? { kind == .null ? nil : self }
}

extension ByteScratch {
    /// Appends the text form of an identity.
    mutating func append(_ id: EventID) {
        withUnsafeTemporaryAllocation(byteCount: EventID.textLength, alignment: 1) { buffer in
            id.write(to: buffer)
            append(UnsafeRawBufferPointer(buffer))
        }
    }
}

extension FailureReason {
    fileprivate static let list = WordList.text(allCases.map(\.rawValue), "or")
}
