import AssetlogCore
import Yams

/// Reads a configuration file's text into values with the lines where they stand. Pure: the file was read before.
///
/// A value is a plain one or a list of plain ones: `no` is the text `no` until a declared key says that it is a truth
/// value.
struct YAMLReader {
    private let nodes: YAMLNodes
    /// The directory of the file; an absolute path.
    let directory: String
    private var values: WrittenValues = [:]

    /// The deepest nesting that a declared key may ever need.
    private static let deepestNesting = 8

    /// Reads the values of a file.
    ///
    /// - Throws: ``ConfigurationError`` with the file and the line.
    static func read(_ text: String, name: String, directory: String) throws -> WrittenValues {
        guard text.contains(where: { !$0.isWhitespace && $0 != "\u{FEFF}" }) else {
            throw ConfigurationError(
                "the configuration", "is empty; `assetlog config sample` prints one to start from", at: name)
        }
        let nodes = YAMLNodes(file: name, label: "the configuration")
        var reader = YAMLReader(nodes: nodes, directory: directory)
        try nodes.withRoot(of: text) { root in
            if let root { try reader.readRoot(root) }
        }
        return reader.values
    }

    private init(nodes: YAMLNodes, directory: String) {
        self.nodes = nodes
        self.directory = directory
    }

    private mutating func readRoot(_ root: Node) throws {
        if nodes.isNull(root) { return }
        guard case .mapping(let mapping) = root else {
            throw nodes.error("the configuration", "must be sections with keys, such as `server:`, not \(nodes.kind(root))", root)
        }
        try readSection(mapping, path: "", depth: 1)
    }

    private mutating func readSection(_ mapping: Node.Mapping, path: String, depth: Int) throws {
        try nodes.refuseAnchor(mapping.anchor != nil, path, .mapping(mapping))
        guard depth <= Self.deepestNesting else { throw nodes.error(path, "is nested too deeply", .mapping(mapping)) }
        for (name, value) in mapping {
            let key = try self.key(name, in: path)
            switch value {
            case .mapping(let section) where section.isEmpty:
                values[key] = written([], isList: false, at: name)
            case .mapping(let section):
                try readSection(section, path: key, depth: depth + 1)
            case .sequence where key == "exporters":
                throw nodes.error(key, ConfigurationSchema.exportersForm, name)
            case .sequence(let sequence) where depth == 1 && sequence.contains(where: { $0.mapping != nil }):
                throw nodes.error(key, "is a section; its keys go below it, indented and without dashes", name)
            case .sequence(let sequence):
                try nodes.refuseAnchor(sequence.anchor != nil, key, value)
                values[key] = written(try sequence.map { try element($0, of: key) }, isList: true, at: name)
                values[key]?.firstSection = sequence.first { $0.mapping != nil }.map { nodes.location($0.mark) }
            case .scalar where nodes.isNull(value):
                values[key] = written([], isList: false, at: name)
            case .scalar, .alias:
                values[key] = written([try nodes.text(value, of: key)], isList: false, at: name)
            }
        }
    }

    /// An element of a list: a plain value, or the text of a section of plain values and lists of them.
    private func element(_ node: Node, of key: String) throws -> String {
        guard case .mapping(let section) = node else { return try nodes.text(node, of: key) }
        try nodes.refuseAnchor(section.anchor != nil, key, node)
        let members = try section.map { name, value in
            let text: String
            if case .sequence(let list) = value {
                text = try "[\(list.map { try YAMLText.scalar(nodes.text($0, of: key)) }.joined(separator: ", "))]"
            } else {
                text = try YAMLText.scalar(nodes.text(value, of: key, in: false))
            }
            return try "\(YAMLText.scalar(nodes.text(name, of: key, in: false))): \(text)"
        }
        return "{\(members.joined(separator: ", "))}"
    }

    private func key(_ node: Node, in path: String) throws -> String {
        let location = path.isEmpty ? "the configuration" : path
        guard case .scalar(let scalar) = node else { throw nodes.error(location, "has a name that is not plain text", node) }
        try nodes.refuseAnchor(scalar.anchor != nil, location, node)
        guard !scalar.string.contains(".") else {
            throw nodes.error(scalar.string, "contains a dot; write it as nested sections, indented", node)
        }
        guard !scalar.string.isEmpty else { throw nodes.error(location, "has an empty key", node) }
        return path.isEmpty ? scalar.string : "\(path).\(scalar.string)"
    }

    private func written(_ texts: [String], isList: Bool, at node: Node) -> WrittenValue {
        WrittenValue(texts: texts, isList: isList, level: .file, location: nodes.location(node.mark), directory: directory)
    }
}
