#if DagsterDatabase
import AssetlogCore

/// The tags of an event, apart by whether Dagster can read them.
///
/// Dagster validates tags when it reads an event, and an event whose tags it refuses opens no page any more. Its own names mean
/// something to it: `dagster/data_version`, or a dimension of a partition.
struct EventTags {
    /// Those that Dagster can have.
    private(set) var valid: [(name: String, value: String)] = []
    /// The others, as a canonical JSON object; nil: there are none.
    private(set) var others: [UInt8]?

    // What Dagster makes of a data version; the log has it in this form too.
    private static let versionNames = (value: "dagster/data_version", mark: "dagster/data_version_is_user_provided")
    private let dataVersion: String?

    /// Reads the tags of an event.
    init(_ tags: ArraySlice<UInt8>, dataVersion: String? = nil, areAllowed: Bool) {
        self.dataVersion = dataVersion
        let ownNames = dataVersion == nil ? [] : [Self.versionNames.value, Self.versionNames.mark]
        var others: [UInt8] = []
        for member in CanonicalReader.members(of: tags) where !ownNames.contains(member.name) {
            let value = CanonicalReader.text(member.value) ?? ""
            if areAllowed, Self.isValid(member.name, value) {
                valid.append((member.name, value))
            } else {
                others += (others.isEmpty ? "{" : ",").utf8
                others += canonical(member.name) + [UInt8(ascii: ":")] + member.value
            }
        }
        self.others = others.isEmpty ? nil : others + [UInt8(ascii: "}")]
    }

    /// The object as Dagster stores it.
    var json: PythonJSON {
        let version = dataVersion.map { [(Self.versionNames.value, $0), (Self.versionNames.mark, "true")] }
        return PythonJSON.object(
            (valid + (version ?? [])).map { tag in
                var value = PythonJSON()
                value.append(string: tag.1)
                return (tag.0, value)
            })
    }

    private static func isValid(_ name: String, _ value: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.first != "dagster" else { return false }
        return parts.allSatisfy { !$0.isEmpty && isWord($0) } && isWord(value[...])
    }

    private static func isWord(_ text: Substring) -> Bool {
        text.utf8.count <= 63
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
#endif
