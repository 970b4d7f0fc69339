#if DagsterDatabase
/// A metadata value in the form in which Dagster stores it, and whether that tells the type that the event has.
struct MetadataValue {
    /// More levels than this are stored as text: Dagster reads a level with several calls on Python's own stack.
    static let deepest = 200
    /// What Dagster takes for values of its own when it reads an event, so that no page with the asset opens any more.
    static let reservedNames: Set<String> = ["__class__", "__enum__", "__set__", "__frozenset__", "__mapping_items__"]

    /// The object, with `__class__`.
    private(set) var json = PythonJSON()
    /// Whether Dagster's type is that of the event.
    private(set) var keepsType = true

    /// Translates a value of the log; a type that Dagster has no class for, or that this release does not know, becomes `json`.
    init(type: String, _ value: ArraySlice<UInt8>) {
        if let form = Self.forms[type] {
            write(form.class, form.field, value)
        } else if type == "asset" {
            writeAsset(value)
        } else if type == "null" {
            json.append(raw: #"{"__class__": "NullMetadataEntryData"}"#)
        } else if let table = TableMetadata.json(type: type, value) {
            json = table
        } else {
            writeJSON(value)
            if type != "json" { keepsType = false }
        }
    }

    /// A text.
    init(text: String) {
        write("TextMetadataEntryData", "text", canonical(text)[...])
    }

    // The class and its one field, for types whose value stands in it as it is.
    private static let forms: [String: (class: StaticString, field: StaticString)] = [
        "text": ("TextMetadataEntryData", "text"),
        "url": ("UrlMetadataEntryData", "url"),
        "path": ("PathMetadataEntryData", "path"),
        "notebook": ("NotebookMetadataEntryData", "path"),
        "md": ("MarkdownMetadataEntryData", "md_str"),
        "dagster_run": ("DagsterPipelineRunMetadataEntryData", "run_id"),
        "int": ("IntMetadataEntryData", "value"),
        "float": ("FloatMetadataEntryData", "value"),
        "bool": ("BoolMetadataEntryData", "value"),
        "timestamp": ("TimestampMetadataValue", "value"),
    ]

    private mutating func write(_ className: StaticString, _ field: StaticString, _ value: ArraySlice<UInt8>) {
        json.append(raw: #"{"__class__": ""#)
        json.append(raw: className)
        json.append(raw: #"", ""#)
        json.append(raw: field)
        json.append(raw: #"": "#)
        json.append(canonical: value)
        json.append(raw: "}")
    }

    private mutating func writeAsset(_ parts: ArraySlice<UInt8>) {
        json.append(raw: #"{"__class__": "DagsterAssetMetadataEntryData", "asset_key": {"__class__": "AssetKey", "path": "#)
        json.append(canonical: parts)
        json.append(raw: "}}")
    }

    // Dagster's class for JSON takes an array or an object; its own names, and what is too deep, hide in a text.
    private mutating func writeJSON(_ value: ArraySlice<UInt8>) {
        guard value.first == UInt8(ascii: "{") || value.first == UInt8(ascii: "[") else { return writeScalar(value) }
        let survey = CanonicalReader.survey(value, for: Self.reservedNames)
        guard survey.hasName || survey.depth > Self.deepest else { return write("JsonMetadataEntryData", "data", value) }
        keepsType = false
        write("TextMetadataEntryData", "text", canonical(String(decoding: value, as: UTF8.self))[...])
    }

    private mutating func writeScalar(_ value: ArraySlice<UInt8>) {
        let type = Self.scalarType(value)
        self = MetadataValue(type: type, value)
        keepsType = false
    }

    private static func scalarType(_ value: ArraySlice<UInt8>) -> String {
        switch value.first {
        case UInt8(ascii: "\""): return "text"
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return "bool"
        case UInt8(ascii: "n"): return "null"
        default: break
        }
        let isWhole = value.dropFirst().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isWhole && value.first != UInt8(ascii: "N") && value.first != UInt8(ascii: "I") ? "int" : "float"
    }
}
#endif
