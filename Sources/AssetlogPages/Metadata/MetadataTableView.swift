/// A table with its records, in the order of its schema's columns.
struct MetadataTableView {
    private static let rows = 50
    private static let columns = 20
    private static let cell = 80

    let value: StoredJSON
    let label: String
    let room: Int

    /// The table; nil: it is none.
    var html: HTML? {
        guard let records = value["records"], records.kind == .array, let schema = value["schema"] else { return nil }
        var (names, hiddenColumns) = ([StoredJSON](), 0)
        for column in (schema["columns"] ?? schema).elements {
            guard let name = column["name"], name.kind == .string else { return nil }
            if names.count < Self.columns { names.append(name) } else { hiddenColumns += 1 }
        }
        guard !names.isEmpty else { return nil }
        let (body, hiddenRows) = body(of: records, names)
        let table: HTML = "<table><thead><tr>\(header(names))</tr></thead><tbody>\n\(body)</tbody></table>"
        return MetadataTable(label: label, table: table, notes: [(hiddenRows, "row"), (hiddenColumns, "column")]).html
    }

    private func header(_ names: [StoredJSON]) -> HTML {
        .joined(names.map { "<th scope=\"col\">\(ShownText.isolated($0.text(atMost: Self.cell) ?? "", to: Self.cell))</th>" })
    }

    // The rows that are shown, and how many are not.
    private func body(of records: StoredJSON, _ names: [StoredJSON]) -> (HTML, Int) {
        var columns: [ArraySlice<UInt8>: Int] = [:]
        for (column, name) in names.enumerated() { columns[name.bytes] = column }
        var body = BoundedHTML(room: max(0, room - 4000))
        var (shown, hidden) = (0, 0)
        for record in records.elements {
            if hidden == 0, shown < Self.rows, body.append(row(record, columns, count: names.count)) { shown += 1 } else { hidden += 1 }
        }
        return (body.html, hidden)
    }

    private func row(_ record: StoredJSON, _ columns: [ArraySlice<UInt8>: Int], count: Int) -> HTML {
        var cells = [HTML](repeating: "<td></td>", count: count)
        for (name, value) in record.members {
            if let column = columns[name.bytes] { cells[column] = Self.cell(value) }
        }
        return "<tr>\(HTML.joined(cells))</tr>\n"
    }

    private static func cell(_ value: StoredJSON) -> HTML {
        switch value.kind {
        case .string: "<td>\(ShownText.isolated(value.text(atMost: cell) ?? "", to: cell))</td>"
        case .number: "<td class=\"numeric\">\(value.literal(atMost: cell))</td>"
        case .null: "<td class=\"metadata-null\">null</td>"
        case .boolean: "<td>\(value.literal(atMost: cell))</td>"
        default: "<td><code><bdi dir=\"ltr\">\(value.literal(atMost: cell))</bdi></code></td>"
        }
    }
}

/// What is around a table: it scrolls where it is wider than its column, and says what it leaves out.
struct MetadataTable {
    let label: String
    let table: HTML
    /// What the table leaves out: how many of what.
    var notes: [(hidden: Int, of: String)] = []

    var html: HTML {
        let hidden = notes.filter { $0.hidden > 0 }.map { HTML.count($0.hidden, "more \($0.of)") }
        let note: HTML? = hidden.isEmpty ? nil : "<p class=\"metadata-note\">… and \(hidden.joined(separator: ", "))</p>"
        return "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"\(ShownText.plain(label))\">\(table)</div>\(note)"
    }
}
