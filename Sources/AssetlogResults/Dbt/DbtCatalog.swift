import AssetlogCore

/// The columns of the tables: those that the database has, with the descriptions of the project.
struct DbtCatalog {
    private static let maximumColumns = 2000
    private var tables: [String: JSONView] = [:]

    /// - Parameter bytes: `catalog.json`; nil: it is not there.
    /// - Throws: ``ResultFileError``.
    init(_ bytes: [UInt8]?) throws(ResultFileError) {
        guard let bytes else { return }
        let view = try ResultFile.json(bytes, "catalog.json")
        for section in ["nodes", "sources"] {
            for (id, table) in view[section]?.members ?? [] { tables[id] = table }
        }
    }

    /// The columns of a node's table; nil: neither file names any.
    func columns(of node: DbtNode) -> EventItem.Value? {
        var described: [String: JSONView] = [:]
        for (name, column) in node.columns { described[name.lowercased()] = column }
        var columns = (tables[node.id]?["columns"]?.members ?? []).map { name, column in
            (index: column["index"]?.integer ?? .max, column: Self.column(name, type: column["type"], described[name.lowercased()]))
        }
        columns.sort { $0.index < $1.index }
        var found = columns.map(\.column)
        if found.isEmpty { found = node.columns.map { Self.column($0.name, type: $0.value["data_type"], $0.value) } }
        return found.isEmpty ? nil : .columns(Array(found.prefix(Self.maximumColumns)))
    }

    private static func column(_ name: String, type: JSONView?, _ described: JSONView?) -> EventItem.Column {
        EventItem.Column(
            name: name.clipped(to: 512), type: type?.shortText(), description: described?["description"]?.shortText(2048))
    }
}
