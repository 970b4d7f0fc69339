#if Dagster
import AssetlogCore

/// A value in an answer; what is not there, or not as expected, is null.
struct JSONTree {
    private let value: ArraySlice<UInt8>

    /// Reads a text; null when it is not JSON.
    init(_ json: [UInt8]) {
        let canonical = json.withUnsafeBytes { try? CanonicalJSON.canonical(of: $0) }
        value = (canonical ?? Array("null".utf8))[...]
    }

    private init(value: ArraySlice<UInt8>) {
        self.value = value
    }

    /// The member of an object.
    subscript(name: String) -> JSONTree {
        let member = StoredJSON.members(of: value).first { $0.label == name }
        return JSONTree(value: member?.value ?? Array("null".utf8)[...])
    }

    /// The elements of an array; nil for what is no array.
    var elements: [JSONTree]? {
        StoredJSON.elements(of: value)?.map { JSONTree(value: $0) }
    }

    /// The text of a string; nil for anything else.
    var text: String? { StoredJSON.text(value) }

    /// Whether it is a string of these bytes; nil: whether it is null.
    func isText(_ text: String?) -> Bool {
        value.elementsEqual(text.map { JSONObject.string($0.utf8) } ?? Array("null".utf8))
    }
}
#endif
