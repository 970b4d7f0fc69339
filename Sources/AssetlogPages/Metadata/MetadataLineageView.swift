import AssetlogCore

/// From which columns of other assets the columns of an asset were made.
struct MetadataLineageView {
    private static let rows = 100
    private static let sources = 20

    let value: StoredJSON
    let links: MetadataLinks
    let label: String
    let room: Int

    /// The table; nil: it is no lineage.
    var html: HTML? {
        guard let columns = value["deps_by_column"], columns.kind == .object else { return nil }
        var body = BoundedHTML(room: max(0, room - 1000))
        var (shown, hidden) = (0, 0)
        for column in columns.members {
            if hidden == 0, shown < Self.rows, body.append(row(column)) { shown += 1 } else { hidden += 1 }
        }
        let table: HTML = """
            <table><thead><tr><th scope="col">Column</th><th scope="col">Made from</th></tr></thead><tbody>
            \(body.html)</tbody></table>
            """
        return MetadataTable(label: label, table: table, notes: [(hidden, "column")]).html
    }

    private func row(_ column: StoredJSONMembers.Element) -> HTML {
        var (items, hidden) = ([HTML](), 0)
        for source in column.value.elements {
            if items.count < Self.sources { items.append("<li>\(item(source))</li>") } else { hidden += 1 }
        }
        let more: HTML? = hidden > 0 ? "<li>… and \(hidden) more</li>" : nil
        let name = column.name.text(atMost: ShownText.name) ?? ""
        return "<tr><th scope=\"row\">\(ShownText.isolated(name))</th><td><ul>\(HTML.joined(items))\(more)</ul></td></tr>\n"
    }

    private func item(_ source: StoredJSON) -> HTML {
        guard let key = source["asset_key"].flatMap(Self.key), let column = source["column_name"]?.text(atMost: ShownText.name) else {
            return "<code><bdi dir=\"ltr\">\(source.literal(atMost: 100))</bdi></code>"
        }
        return "\(MetadataAssetLink(key: key, links: links).html): \(ShownText.isolated(column))"
    }

    // A key that is a text is split at its slashes, as Dagster Pipes does.
    private static func key(_ json: StoredJSON) -> AssetKey? {
        if let text = json.text { return AssetKey(text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)) }
        return AssetKey(json: String(decoding: json.bytes, as: UTF8.self))
    }
}
