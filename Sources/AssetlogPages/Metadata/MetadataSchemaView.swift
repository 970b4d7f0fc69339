/// The schema of a table, and how it differs from the one of the event before.
struct MetadataSchemaView {
    private static let rows = 200

    let value: StoredJSON
    let previous: StoredJSON?
    let label: String
    let room: Int

    /// The columns; nil: it is no schema.
    var html: HTML? {
        guard let columns = SchemaColumn.all(of: value) else { return nil }
        let difference = SchemaDifference(columns, before: previous.flatMap(SchemaColumn.all))
        let form = Form(
            hasConstraints: columns.contains { !$0.constraints.isEmpty }, hasDescription: columns.contains { $0.description != nil },
            hasChange: difference.isChanged)
        var body = BoundedHTML(room: max(0, room - 2000))
        var hidden = 0
        for (index, row) in difference.rows(atMost: Self.rows).enumerated() {
            if hidden > 0 || index >= Self.rows || !body.append(form.row(row)) { hidden += 1 }
        }
        let table: HTML = "<table class=\"metadata-schema\"><thead><tr>\(form.header)</tr></thead><tbody>\n\(body.html)</tbody></table>"
        return "\(summary(difference))\(MetadataTable(label: label, table: table, notes: [(hidden, "column")]).html)\(constraints)"
    }

    private func summary(_ difference: SchemaDifference) -> HTML? {
        let counts = [("added", difference.added), ("removed", difference.removed.count), ("with another type", difference.retyped)]
        let parts = counts.filter { $0.1 > 0 }.map { "\(HTML.count($0.1, "column")) \($0.0)" }
        return parts.isEmpty ? nil : "<p class=\"metadata-note\">Since the event before: \(parts.joined(separator: ", ")).</p>"
    }

    // Those of the whole table.
    private var constraints: HTML? {
        guard let others = value["constraints"]?["other"]?.elements else { return nil }
        let texts = others.prefix(10).compactMap { $0.text(atMost: ShownText.name) }.map { ShownText.isolated($0) }
        let list = texts.enumerated().map { $0 == 0 ? $1 : "; \($1)" as HTML }
        return texts.isEmpty ? nil : "<p class=\"metadata-note\">Constraints: \(HTML.joined(list))</p>"
    }
}

extension MetadataSchemaView {
    /// Which columns the table about the columns has.
    private struct Form {
        var hasConstraints: Bool
        var hasDescription: Bool
        var hasChange: Bool

        var header: HTML {
            let names = [
                ("Column", true), ("Type", true), ("Constraints", hasConstraints), ("Description", hasDescription), ("Change", hasChange),
            ]
            return .joined(names.filter(\.1).map { "<th scope=\"col\">\($0.0)</th>" })
        }

        func row(_ row: SchemaDifference.Row) -> HTML {
            let column = row.column
            let constraints = column.constraints.joined(separator: ", ")
            let optional: [(Bool, HTML)] = [
                (hasConstraints, "<td>\(ShownText.isolated(constraints, to: 200))</td>"),
                (hasDescription, "<td>\(ShownText.isolated(column.description ?? "", to: 200))</td>"),
                (hasChange, "<td>\(row.change.word)</td>"),
            ]
            return """
                <tr class="\(row.change.style)"><th scope="row">\(name(row))</th><td>\(type(row))</td>\
                \(HTML.joined(optional.filter(\.0).map(\.1)))</tr>

                """
        }

        private func name(_ row: SchemaDifference.Row) -> HTML {
            let name: HTML = row.column.name.isEmpty ? "<em>empty name</em>" : ShownText.isolated(row.column.name)
            return switch row.change {
            case .added: "<ins class=\"added\">\(name)</ins>"
            case .removed: "<del class=\"removed\">\(name)</del>"
            case .retyped, .none: name
            }
        }

        private func type(_ row: SchemaDifference.Row) -> HTML {
            let type: HTML = "<code>\(ShownText.isolated(row.column.type))</code>"
            guard case .retyped(let before) = row.change else { return type }
            return "<del class=\"removed\"><code>\(ShownText.isolated(before))</code></del> <ins class=\"added\">\(type)</ins>"
        }
    }
}
