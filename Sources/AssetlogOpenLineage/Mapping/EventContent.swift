import AssetlogCore

/// The parts of an event's details, read as they are needed. What can't be read is not there.
struct EventContent {
    // As the event API shows the event: there NaN and infinities are texts, which every reader of JSON takes.
    private let json: [UInt8]
    private let metadata: [UInt8]

    init(_ event: LoggedEvent) {
        var json: [UInt8] = []
        EventJSON.append(event, to: &json)
        metadata = DetailMembers.value(of: "metadata", in: json) ?? Array("{}".utf8)
        self.json = json
    }

    func text(_ name: String) -> String? { value(name).flatMap(JSONPiece.text) }
    func flag(_ name: String) -> Bool? { value(name).flatMap(JSONPiece.flag) }

    /// The JSON of a member; nil for null.
    func value(_ name: String) -> [UInt8]? {
        DetailMembers.value(of: name, in: json).flatMap { $0 == Array("null".utf8) ? nil : $0 }
    }

    /// The metadata as JSON; nil when there is none.
    var allMetadata: [UInt8]? { metadata == Array("{}".utf8) ? nil : metadata }

    /// The value of the first of these labels that there is and that can be read so.
    func label<Value>(_ labels: [String], _ read: ([UInt8]) -> Value?) -> Value? {
        for label in labels {
            guard let entry = DetailMembers.value(of: label, in: metadata),
                let value = DetailMembers.value(of: "value", in: entry), let found = read(value)
            else { continue }
            return found
        }
        return nil
    }
}

/// Reads pieces of canonical JSON.
enum JSONPiece {
    static func text(_ json: [UInt8]) -> String? {
        guard json.first == UInt8(ascii: "\"") else { return nil }
        return CanonicalJSON.strings(inArray: [UInt8(ascii: "[")] + json + [UInt8(ascii: "]")])?.first
    }

    static func flag(_ json: [UInt8]) -> Bool? {
        if json == Array("true".utf8) { return true }
        return json == Array("false".utf8) ? false : nil
    }

    /// A whole number that is at least 0 and fits in 64 bits.
    static func count(_ json: [UInt8]) -> Int64? {
        guard let number = Int64(String(decoding: json, as: UTF8.self)), number >= 0 else { return nil }
        return number
    }

    /// A text, number or truth value, as text.
    static func scalar(_ json: [UInt8]) -> String? {
        switch json.first {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "n"), nil: nil
        case UInt8(ascii: "\""): text(json)
        default: String(decoding: json, as: UTF8.self)
        }
    }

    /// Unix seconds of the years 1970 to 9999.
    static func time(_ json: [UInt8]) -> Timestamp? {
        guard let seconds = Double(String(decoding: json, as: UTF8.self)), seconds >= 0, seconds < 253_402_300_800 else { return nil }
        return Timestamp(microseconds: Int64((seconds * 1_000_000).rounded()))
    }

    /// The columns of Dagster's form of a table's schema.
    static func schema(_ json: [UInt8]) -> DatasetSchema? {
        guard let columns = DetailMembers.value(of: "columns", in: json), let elements = CanonicalJSON.elements(ofArray: columns)
        else { return nil }
        let fields = elements.compactMap { column in
            DetailMembers.value(of: "name", in: column).flatMap(text).map { name in
                DatasetSchema.Field(
                    name: name, type: DetailMembers.value(of: "type", in: column).flatMap(text),
                    description: DetailMembers.value(of: "description", in: column).flatMap(text))
            }
        }
        return fields.isEmpty ? nil : DatasetSchema(fields: fields)
    }

    /// The tags, without those in which Dagster keeps the data version.
    static func tags(_ json: [UInt8]) -> DatasetTags? {
        let tags = (CanonicalJSON.members(ofObject: json) ?? []).compactMap { member in
            member.name.hasPrefix("dagster/data_version") ? nil : text(member.value).map { DatasetTags.Tag(key: member.name, value: $0) }
        }
        return tags.isEmpty ? nil : DatasetTags(tags)
    }
}
