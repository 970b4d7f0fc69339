import AssetlogCore
import Yams

/// Reads a configuration file's text into values with the lines where they stand. Pure: the file was read before.
///
/// The dialect is small on purpose: sections, plain values and lists of plain values. Anchors and tags are refused,
/// a name given twice is an error, and nothing is guessed from a value's look: `no` is the text `no` until a
/// declared key says that it is a truth value.
struct YAMLReader {
    /// The file's name for messages.
    let name: String
    /// The folder of the file; an absolute path.
    let folder: String
    private var values: WrittenValues = [:]

    /// The deepest nesting that a declared key may ever need.
    private static let deepestNesting = 8

    /// Reads the values of a file.
    ///
    /// - Throws: ``ConfigurationError`` with the file and the line.
    static func read(_ text: String, name: String, folder: String) throws -> WrittenValues {
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw ConfigurationError(
                "the configuration", "is empty; `assetlog config sample` prints one to start from", at: name)
        }
        var reader = YAMLReader(name: name, folder: folder)
        do {
            let parser = try Parser(yaml: text, encoding: .utf8)
            // The nodes refer to their anchors weakly; the parser keeps them.
            try withExtendedLifetime(parser) {
                if let root = try parser.singleRoot() { try reader.readRoot(root) }
            }
        } catch let error as YamlError {
            throw reader.explain(error)
        }
        return reader.values
    }

    private init(name: String, folder: String) {
        self.name = name
        self.folder = folder
    }

    private mutating func readRoot(_ root: Node) throws {
        if isNull(root) { return }
        guard case .mapping(let mapping) = root else {
            throw error("the configuration", "must be sections with keys, such as `server:`, not \(noun(root))", root)
        }
        try readSection(mapping, path: "", depth: 1)
    }

    private mutating func readSection(_ mapping: Node.Mapping, path: String, depth: Int) throws {
        try refuseAnchor(mapping.anchor != nil, path, .mapping(mapping))
        guard depth <= Self.deepestNesting else { throw error(path, "is nested too deeply", .mapping(mapping)) }
        for (name, value) in mapping {
            let key = try self.key(name, in: path)
            switch value {
            case .mapping(let section) where section.isEmpty:
                values[key] = written([], isList: false, at: name)
            case .mapping(let section):
                try readSection(section, path: key, depth: depth + 1)
            case .sequence(let sequence):
                try refuseAnchor(sequence.anchor != nil, key, value)
                values[key] = written(try sequence.map { try text($0, of: key) }, isList: true, at: name)
            case .scalar where isNull(value):
                values[key] = written([], isList: false, at: name)
            case .scalar, .alias:
                values[key] = written([try text(value, of: key)], isList: false, at: name)
            }
        }
    }

    private func key(_ node: Node, in path: String) throws -> String {
        let place = path.isEmpty ? "the configuration" : path
        guard case .scalar(let scalar) = node else { throw error(place, "has a name that is not plain text", node) }
        try refuseAnchor(scalar.anchor != nil, place, node)
        guard !scalar.string.contains(".") else {
            throw error(scalar.string, "has a dot; write its sections one below the other, indented", node)
        }
        guard !scalar.string.isEmpty else { throw error(place, "has a key without a name", node) }
        return path.isEmpty ? scalar.string : "\(path).\(scalar.string)"
    }

    private func text(_ node: Node, of key: String) throws -> String {
        guard case .scalar(let scalar) = node, !isNull(node) else {
            throw error(key, "takes plain values in its list, not \(noun(node))", node)
        }
        try refuseAnchor(scalar.anchor != nil, key, node)
        return scalar.string
    }

    private func refuseAnchor(_ isAnchored: Bool, _ key: String, _ node: Node) throws {
        guard isAnchored else { return }
        throw error(key.isEmpty ? "the configuration" : key, "has an anchor (&); write the value out", node)
    }

    // Nothing, `~` or `null`, unless it is quoted.
    private func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    private func noun(_ node: Node) -> String {
        switch node {
        case .mapping: "a section"
        case .sequence: "a list"
        case .scalar where isNull(node): "nothing"
        case .scalar, .alias: "a plain value"
        }
    }

    private func written(_ texts: [String], isList: Bool, at node: Node) -> WrittenValue {
        WrittenValue(texts: texts, isList: isList, level: .file, place: place(node.mark), folder: folder)
    }

    private func place(_ mark: Mark?) -> String {
        mark.map { "\(name):\($0.line)" } ?? name
    }

    private func error(_ key: String, _ problem: String, _ node: Node) -> ConfigurationError {
        ConfigurationError(key, problem, at: place(node.mark))
    }

    private func explain(_ error: YamlError) -> ConfigurationError {
        switch error {
        case .duplicatedKeysInMapping(let names, let context):
            ConfigurationError(names.joined(separator: ", "), "is given twice in one section", at: place(context.mark))
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ConfigurationError("the configuration", "is not YAML: \(problem)", at: place(mark))
        case .reader(let problem, _, _, _):
            ConfigurationError("the configuration", "is not YAML: \(problem)", at: name)
        default:
            ConfigurationError("the configuration", "is not YAML", at: name)
        }
    }
}
