#if DagsterDatabase
/// Dagster's classes for tables, their schemas, and the columns that columns come from.
///
/// Dagster checks them when it reads an event, so each is nil where a value has another shape than its class takes.
enum TableMetadata {
    /// The classes by the type of a value.
    static func json(type: String, _ value: ArraySlice<UInt8>) -> PythonJSON? {
        guard !CanonicalReader.survey(value, for: MetadataValue.reservedNames).hasName else { return nil }
        return switch type {
        case "table": table(value)
        case "table_schema": schema(value).map { .record("TableSchemaMetadataEntryData", [("schema", $0)]) }
        case "table_column_lineage": lineage(value)
        default: nil
        }
    }

    // MARK: Tables

    private static func table(_ value: ArraySlice<UInt8>) -> PythonJSON? {
        guard let members = CanonicalReader.members(of: value, among: ["records", "schema"]),
            let schema = members["schema"].flatMap(schema),
            let records = members["records"].flatMap(CanonicalReader.elements), haveSameNames(records)
        else { return nil }
        var stored: [PythonJSON] = []
        for record in records {
            guard CanonicalReader.members(of: record).allSatisfy({ isScalar($0.value) }) else { return nil }
            stored.append(.record("TableRecord", [("data", .canonical(record))]))
        }
        return .record("TableMetadataEntryData", [("records", .array(stored)), ("schema", schema)])
    }

    private static func haveSameNames(_ records: [ArraySlice<UInt8>]) -> Bool {
        let names = records.map { CanonicalReader.members(of: $0).map(\.name) }
        return names.allSatisfy { $0 == names.first }
    }

    private static func isScalar(_ value: ArraySlice<UInt8>) -> Bool {
        value.first != UInt8(ascii: "{") && value.first != UInt8(ascii: "[")
    }

    /// A schema, or the columns of one.
    private static func schema(_ value: ArraySlice<UInt8>) -> PythonJSON? {
        if let columns = CanonicalReader.elements(of: value) { return schema(columns, others: []) }
        guard let members = CanonicalReader.members(of: value, among: ["columns", "constraints"]),
            let columns = members["columns"].flatMap(CanonicalReader.elements), let others = others(in: members["constraints"])
        else { return nil }
        return schema(columns, others: others)
    }

    private static func schema(_ columns: [ArraySlice<UInt8>], others: [PythonJSON]) -> PythonJSON? {
        let stored = columns.compactMap(column)
        guard stored.count == columns.count else { return nil }
        return .record(
            "TableSchema", [("columns", .array(stored)), ("constraints", .record("TableConstraints", [("other", .array(others))]))])
    }

    // The constraints of a table are sentences.
    private static func others(in constraints: ArraySlice<UInt8>?) -> [PythonJSON]? {
        guard let constraints, !constraints.elementsEqual("null".utf8) else { return [] }
        guard let members = CanonicalReader.members(of: constraints, among: ["other"]) else { return nil }
        return members["other"].map(strings) ?? []
    }

    // MARK: Columns

    private static func column(_ value: ArraySlice<UInt8>) -> PythonJSON? {
        let names: Set = ["constraints", "description", "name", "tags", "type"]
        guard let members = CanonicalReader.members(of: value, among: names), let name = members["name"], isString(name),
            let constraints = constraints(members["constraints"]), members["type"].map(isString) ?? true,
            members["description"].map({ isString($0) || $0.elementsEqual("null".utf8) }) ?? true
        else { return nil }
        let tags = members["tags"] ?? Array("{}".utf8)[...]
        guard tags.first == UInt8(ascii: "{"), CanonicalReader.members(of: tags).allSatisfy({ isString($0.value) }) else { return nil }
        var fields: [(String, PythonJSON)] = [
            ("constraints", constraints), ("description", .canonical(members["description"] ?? Array("null".utf8)[...])),
            ("name", .canonical(name)),
        ]
        if !tags.elementsEqual("{}".utf8) { fields.append(("tags", .canonical(tags))) }
        fields.append(("type", .canonical(members["type"] ?? Array(#""string""#.utf8)[...])))
        return .record("TableColumn", fields)
    }

    private static func constraints(_ value: ArraySlice<UInt8>?) -> PythonJSON? {
        let value = value.flatMap { $0.elementsEqual("null".utf8) ? nil : $0 } ?? Array("{}".utf8)[...]
        guard let members = CanonicalReader.members(of: value, among: ["nullable", "other", "unique"]) else { return nil }
        let (nullable, unique) = (members["nullable"] ?? Array("true".utf8)[...], members["unique"] ?? Array("false".utf8)[...])
        guard isBoolean(nullable), isBoolean(unique), let others = members["other"].map(strings) ?? [] else { return nil }
        return .record(
            "TableColumnConstraints",
            [("nullable", .canonical(nullable)), ("other", .array(others)), ("unique", .canonical(unique))])
    }

    private static func strings(_ array: ArraySlice<UInt8>) -> [PythonJSON]? {
        guard let elements = CanonicalReader.elements(of: array), elements.allSatisfy(isString) else { return nil }
        return elements.map { .canonical($0) }
    }

    private static func isString(_ value: ArraySlice<UInt8>) -> Bool { value.first == UInt8(ascii: "\"") }

    private static func isBoolean(_ value: ArraySlice<UInt8>) -> Bool {
        value.elementsEqual("true".utf8) || value.elementsEqual("false".utf8)
    }

    // MARK: Lineage

    private static func lineage(_ value: ArraySlice<UInt8>) -> PythonJSON? {
        guard let columns = CanonicalReader.members(of: value, among: ["deps_by_column"])?["deps_by_column"],
            columns.first == UInt8(ascii: "{")
        else { return nil }
        var stored: [(name: String, value: PythonJSON)] = []
        for column in CanonicalReader.members(of: columns) {
            guard let elements = CanonicalReader.elements(of: column.value) else { return nil }
            let sources = elements.compactMap(source)
            guard sources.count == elements.count else { return nil }
            stored.append((column.name, .array(sources)))
        }
        return .record(
            "TableColumnLineageMetadataValue",
            [("column_lineage", .record("TableColumnLineage", [("deps_by_column", .object(stored))]))])
    }

    // A key that is a text is split at its slashes, as those of assets are in Dagster Pipes.
    private static func source(_ value: ArraySlice<UInt8>) -> PythonJSON? {
        guard let members = CanonicalReader.members(of: value, among: ["asset_key", "column_name"]),
            let column = members["column_name"], isString(column), let key = members["asset_key"]
        else { return nil }
        let text = CanonicalReader.text(key)
        let parts = text.map { $0.split(separator: "/", omittingEmptySubsequences: false).map { PythonJSON.string(String($0)) } }
        guard let path = parts ?? strings(key) else { return nil }
        return .record(
            "TableColumnDep",
            [("asset_key", .record("AssetKey", [("path", .array(path))])), ("column_name", .canonical(column))])
    }
}

extension PythonJSON {
    /// An object of a class; its fields are in the order of their names.
    fileprivate static func record(_ name: String, _ fields: [(String, PythonJSON)]) -> PythonJSON {
        var json = PythonJSON()
        json.append(raw: #"{"__class__": "#)
        json.append(string: name)
        for (field, value) in fields {
            json.append(raw: ", ")
            json.append(string: field)
            json.append(raw: ": ")
            json.append(value)
        }
        json.append(raw: "}")
        return json
    }

    fileprivate static func array(_ elements: [PythonJSON]) -> PythonJSON {
        var json = PythonJSON()
        json.append(raw: "[")
        for (index, element) in elements.enumerated() {
            json.append(raw: index == 0 ? "" : ", ")
            json.append(element)
        }
        json.append(raw: "]")
        return json
    }

    fileprivate static func canonical(_ value: ArraySlice<UInt8>) -> PythonJSON {
        var json = PythonJSON()
        json.append(canonical: value)
        return json
    }

    fileprivate static func string(_ text: String) -> PythonJSON {
        var json = PythonJSON()
        json.append(string: text)
        return json
    }
}
#endif
