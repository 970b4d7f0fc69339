/// The types of metadata values: those that the report endpoints infer, and those that Dagster Pipes can name besides.
enum MetadataType: CaseIterable {
    case text, url, path, notebook, md, dagsterRun, int, float, bool, null, json, timestamp, asset
    case table, tableSchema, tableColumnLineage
    /// No type, but the wish that it be inferred.
    case infer

    /// Finds the type that a value names.
    init?(_ name: JSONValue) {
        guard name.kind == .string, let known = Self.allCases.first(where: { name.equals($0.name) }) else { return nil }
        self = known
    }

    var name: StaticString {
        switch self {
        case .text: "text"
        case .url: "url"
        case .path: "path"
        case .notebook: "notebook"
        case .md: "md"
        case .dagsterRun: "dagster_run"
        case .int: "int"
        case .float: "float"
        case .bool: "bool"
        case .null: "null"
        case .json: "json"
        case .timestamp: "timestamp"
        case .asset: "asset"
        case .table: "table"
        case .tableSchema: "table_schema"
        case .tableColumnLineage: "table_column_lineage"
        case .infer: "__infer__"
        }
    }

    /// What a value of the type is, to follow "it takes".
    var expectation: String {
        switch self {
        case .text, .url, .path, .notebook, .md, .dagsterRun: "a string"
        case .int: "a whole number without a point"
        case .float: #"a number, or "NaN", "Infinity" or "-Infinity""#
        case .bool: "true or false"
        case .null: "null"
        case .json, .infer: "any value"
        case .timestamp: "Unix seconds, a number"
        case .asset: #"an asset key, as "a/b" or ["a", "b"]"#
        case .table: #"{"records": [{…}, …], "schema": [{"name": …, "type": …}, …]}"#
        case .tableSchema: #"{"columns": [{"name": …, "type": …}, …]}"#
        case .tableColumnLineage: #"{"deps_by_column": {"column": [{"asset_key": …, "column_name": …}, …]}}"#
        }
    }
}

extension MetadataType {
    /// Whether a value is of the type. The shape of tables is checked as far down as readers of the log rely on it.
    func accepts(_ value: JSONValue) -> Bool {
        switch self {
        case .text, .url, .path, .notebook, .md, .dagsterRun: value.kind == .string
        case .int: value.kind == .integer
        case .float: value.isNumber || ["NaN", "Infinity", "-Infinity"].contains { value.equals($0) }
        case .bool: value.kind == .true || value.kind == .false
        case .null: value.kind == .null
        case .json, .infer: true
        case .timestamp: value.isNumber && ByteScratch.double(value.json).isFinite
        case .asset: value.kind == .string || value.isArray(of: { $0.kind == .string })
        case .table: value.isTable
        case .tableSchema: value["columns"]?.isColumns == true
        case .tableColumnLineage: value["deps_by_column"]?.isLineage == true
        }
    }
}

extension JSONValue {
    // An integer that is too large for a double is no number of this type.
    fileprivate var isNumber: Bool {
        kind == .float || kind == .integer && ByteScratch.double(json).isFinite
    }

    fileprivate func isArray(of isElement: (JSONValue) -> Bool) -> Bool {
        guard kind == .array else { return false }
        var elements = JSONElements(json)
        while let element = elements.next() {
            guard isElement(element) else { return false }
        }
        return true
    }

    /// The member of an object; of a duplicate name the last.
    fileprivate subscript(name: StaticString) -> JSONValue? {
        guard kind == .object else { return nil }
        var members = JSONMembers(json)
        var found: JSONValue?
        while let member = members.next() {
            if member.name.equals(name) { found = member.value }
        }
        return found
    }

    fileprivate var isColumns: Bool {
        isArray(of: { $0["name"]?.kind == .string })
    }

    // The schema is an array of columns in Pipes, and may be a whole schema.
    fileprivate var isTable: Bool {
        guard let records = self["records"], let schema = self["schema"] else { return false }
        return records.isArray(of: { $0.kind == .object }) && (schema.isColumns || schema["columns"]?.isColumns == true)
    }

    fileprivate var isLineage: Bool {
        guard kind == .object else { return false }
        var members = JSONMembers(json)
        while let member = members.next() {
            guard member.value.isArray(of: { $0.kind == .object }) else { return false }
        }
        return true
    }
}

/// Why a metadata value was refused: where in the value, and a sentence to follow its label.
struct MetadataProblem: Error {
    var path: String
    var detail: String

    static let tooDeep = MetadataProblem(
        path: "", detail: "is nested over \(JSONScanner.maximumDepth - 2) levels, the most that a value may have.")

    static func unknownType(_ type: JSONValue) -> MetadataProblem {
        let names = MetadataType.allCases.map { "\($0.name)" }
        let known = type.kind == .string ? Quoted.guess(type.text, among: names) : nil
        return MetadataProblem(
            path: "/type",
            detail: "has the type \(Quoted.value(type.json, type.kind)), which does not exist. "
                + (known ?? "There are \(names.joined(separator: ", ")).")
                + #" To record the object as it is, send {"raw_value": …, "type": "json"}."#)
    }

    static func wrongValue(_ type: MetadataType, _ value: JSONValue, at path: String) -> MetadataProblem {
        MetadataProblem(
            path: path,
            detail:
                "has the type \(type.name), which takes \(type.expectation), not \(Quoted.value(value.json, value.kind))."
        )
    }
}
