/// A column of a schema.
struct SchemaColumn {
    // Of more columns the rest is not read.
    private static let limit = 5000

    /// The name as it is stored, by which columns are compared.
    let key: ArraySlice<UInt8>
    let name: String
    let type: String
    let description: String?
    let constraints: [String]

    /// The columns of a schema; nil: it is none.
    static func all(of schema: StoredJSON) -> [SchemaColumn]? {
        guard let columns = schema["columns"], columns.kind == .array else { return nil }
        return columns.elements.prefix(limit).compactMap(SchemaColumn.init)
    }

    private init?(_ json: StoredJSON) {
        guard let name = json["name"], let text = name.text(atMost: ShownText.name) else { return nil }
        key = name.bytes
        self.name = text
        type = json["type"]?.text(atMost: ShownText.name) ?? ""
        description = json["description"]?.text(atMost: 200)
        constraints = json["constraints"].map(Self.constraints) ?? []
    }

    private static func constraints(_ json: StoredJSON) -> [String] {
        let nullable = json["nullable"]?.isWord("false") == true ? ["not null"] : []
        let unique = json["unique"]?.isWord("true") == true ? ["unique"] : []
        return nullable + unique + (json["other"]?.elements.prefix(10).compactMap { $0.text(atMost: ShownText.name) } ?? [])
    }
}

/// How the columns of a schema differ from those of the one before.
struct SchemaDifference {
    /// What happened to a column.
    enum Change: Equatable {
        case added, removed
        /// It has another type; the one it had.
        case retyped(String)
        case none

        var word: String {
            switch self {
            case .added: "added"
            case .removed: "removed"
            case .retyped: "type changed"
            case .none: ""
            }
        }

        /// A class of the style.
        var style: String {
            switch self {
            case .added: "added"
            case .removed: "removed"
            case .retyped: "changed"
            case .none: "same"
            }
        }
    }

    /// A column and what happened to it.
    struct Row {
        var column: SchemaColumn
        var change: Change
    }

    /// The columns that are there now.
    let present: [Row]
    /// The columns that are there no more.
    let removed: [Row]

    /// - Parameter before: The columns of the schema before; nil: there was none, so that nothing differs.
    init(_ columns: [SchemaColumn], before: [SchemaColumn]?) {
        guard let before else {
            (present, removed) = (columns.map { Row(column: $0, change: .none) }, [])
            return
        }
        let types = Dictionary(before.map { ($0.key, $0.type) }, uniquingKeysWith: { first, _ in first })
        let names = Set(columns.map(\.key))
        present = columns.map { column in
            guard let type = types[column.key] else { return Row(column: column, change: .added) }
            return Row(column: column, change: type == column.type ? .none : .retyped(type))
        }
        removed = before.filter { !names.contains($0.key) }.map { Row(column: $0, change: .removed) }
    }

    var added: Int { present.count { $0.change == .added } }
    var retyped: Int { present.count { $0.change != .added && $0.change != .none } }
    var isChanged: Bool { !removed.isEmpty || present.contains { $0.change != .none } }

    /// All rows. Those with a change come first where not all are shown.
    func rows(atMost limit: Int) -> [Row] {
        let all = present + removed
        guard all.count > limit else { return all }
        return all.filter { $0.change != .none } + all.filter { $0.change == .none }
    }
}
