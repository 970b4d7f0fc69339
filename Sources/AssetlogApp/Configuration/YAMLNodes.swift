import AssetlogCore
import Yams

/// What reading a YAML file takes, whatever it holds: its nodes, the locations where they stand, and the sentences about
/// them. Pure: the file was read before.
///
/// The dialect is small on purpose: mappings, lists and plain values. Anchors and tags are refused, a name given twice
/// is an error, and nothing is guessed from a value's look.
struct YAMLNodes {
    /// The file's name for messages.
    let file: String
    /// What the file holds, for messages about all of it: `the configuration`.
    let label: String

    /// Reads a text and lends its root to `body`; nil when there is nothing in it.
    ///
    /// - Throws: ``ConfigurationError`` with the file and the line, and what `body` throws.
    func withRoot<Result>(of text: String, _ body: (Node?) throws -> Result) throws -> Result {
        do {
            // Editors of some systems put a byte order mark before UTF-8.
            let parser = try Parser(yaml: text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text, encoding: .utf8)
            // The nodes refer to their anchors weakly; the parser keeps them.
            return try withExtendedLifetime(parser) { try body(try parser.singleRoot()) }
        } catch let error as YamlError {
            throw explain(error)
        }
    }

    /// The text of a plain value.
    func text(_ node: Node, of key: String, in list: Bool = true) throws -> String {
        guard case .scalar(let scalar) = node, !isNull(node) else {
            throw error(key, "takes \(list ? "plain values in its list" : "a plain value"), not \(kind(node))", node)
        }
        try refuseAnchor(scalar.anchor != nil, key, node)
        return scalar.string
    }

    func refuseAnchor(_ isAnchored: Bool, _ key: String, _ node: Node) throws {
        guard isAnchored else { return }
        throw error(key.isEmpty ? label : key, "has an anchor (&); write the value out", node)
    }

    /// Nothing, `~` or `null`, unless it is quoted.
    func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    func kind(_ node: Node) -> String {
        switch node {
        case .mapping: "a section"
        case .sequence: "a list"
        case .scalar where isNull(node): "nothing"
        case .scalar, .alias: "a plain value"
        }
    }

    func location(_ mark: Mark?) -> String {
        mark.map { "\(file):\($0.line)" } ?? file
    }

    func error(_ key: String, _ problem: String, _ node: Node) -> ConfigurationError {
        ConfigurationError(key, problem, at: location(node.mark))
    }

    private func explain(_ error: YamlError) -> ConfigurationError {
        switch error {
        case .duplicatedKeysInMapping(let names, let context):
            ConfigurationError(names.joined(separator: ", "), "is given twice in one section", at: location(context.mark))
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ConfigurationError(label, "is not YAML: \(problem)", at: location(mark))
        case .reader(let problem, _, _, _):
            ConfigurationError(label, "is not YAML: \(problem)", at: file)
        default:
            ConfigurationError(label, "is not YAML", at: file)
        }
    }
}
