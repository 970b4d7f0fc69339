#if Dagster
import AssetlogCore

/// Writes an object of JSON, member by member.
struct JSONObject {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    /// Whether it has no member yet.
    var isEmpty: Bool { bytes.count == 1 }

    /// The text of the object.
    var json: [UInt8] { bytes + [UInt8(ascii: "}")] }

    /// Appends a member whose value is written as JSON already.
    mutating func append(_ name: String, json: some Sequence<UInt8>) {
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        CanonicalJSON.appendString(name.utf8, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: json)
    }

    /// Appends a member that is a text.
    mutating func append(_ name: String, _ text: String) {
        append(name, json: Self.string(text.utf8))
    }

    /// A JSON string of UTF-8 bytes.
    static func string(_ utf8: some Sequence<UInt8>) -> [UInt8] {
        var string: [UInt8] = []
        CanonicalJSON.appendString(utf8, to: &string)
        return string
    }
}
#endif
