import AssetlogCatalog
import AssetlogCore
import Yams

/// Reads the rules of retention from texts of YAML: a section for each rule, or a list of them.
enum RetentionRuleReader {
    private static let names = ["assets", "kinds", "deployments", "keep_for", "keep_last"]
    /// More rules than anybody writes.
    private static let mostRules = 1000

    /// - Throws: ``ConfigurationError`` whose problem follows `retention.rules` in a sentence.
    static func read(_ texts: [String]) throws(ConfigurationError) -> [RetentionRule] {
        var rules: [RetentionRule] = []
        for text in texts {
            for section in try sections(of: text) {
                do {
                    rules.append(try rule(section))
                } catch let error as ConfigurationError {
                    throw ConfigurationError(RetentionKeys.rules.path, "has the wrong rule \(rules.count + 1): \(error.problem)")
                } catch {
                    throw ConfigurationError(RetentionKeys.rules.path, "has the wrong rule \(rules.count + 1): \(error)")
                }
                guard rules.count <= mostRules else {
                    throw ConfigurationError(RetentionKeys.rules.path, "has more than \(mostRules) rules")
                }
            }
        }
        return rules
    }

    private static func sections(of text: String) throws(ConfigurationError) -> [Node.Mapping] {
        let nodes = YAMLNodes(file: RetentionKeys.rules.path, label: RetentionKeys.rules.path)
        do {
            return try nodes.withRoot(of: text) { root in
                switch root {
                case .mapping(let section)?: [section]
                case .sequence(let list)?:
                    try list.map { node in
                        guard case .mapping(let section) = node else { throw Self.noSection }
                        return section
                    }
                case nil: []
                default: throw Self.noSection
                }
            }
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError(RetentionKeys.rules.path, "is not YAML: \(error)")
        }
    }

    private static let noSection = ConfigurationError(
        RetentionKeys.rules.path, "takes rules, each with its own keys: - {assets: [raw/**], keep_for: 90d}")

    private static func rule(_ section: Node.Mapping) throws -> RetentionRule {
        var rule = RetentionRule()
        for (name, value) in section {
            let name = name.string ?? ""
            switch name {
            case "assets": rule.assets = try texts(value, name).map(pattern)
            case "kinds": rule.kinds = Set(try texts(value, name).map(kind))
            case "deployments": rule.deployments = try texts(value, name)
            case "keep_for": rule.keepFor = try duration(value)
            case "keep_last": rule.keepLast = try count(value)
            default:
                let hint = ConfigurationError.nearest(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
                throw problem("has the unknown key \(name); a rule takes \(names.joined(separator: ", "))\(hint)")
            }
        }
        guard rule.keepFor != nil || rule.keepLast != nil else {
            throw problem("needs keep_for, keep_last or both, such as keep_for: 90d")
        }
        return rule
    }

    private static func problem(_ text: String) -> ConfigurationError { ConfigurationError(RetentionKeys.rules.path, text) }

    private static func texts(_ node: Node, _ name: String) throws -> [String] {
        if let text = node.string { return [text] }
        guard case .sequence(let list) = node, !list.isEmpty else { throw problem("\(name) takes a list, such as [a, b]") }
        return try list.map { node in
            guard let text = node.string else { throw problem("\(name) takes plain values in its list") }
            return text
        }
    }

    private static func pattern(_ text: String) throws -> PartPattern {
        guard let pattern = PartPattern(text) else {
            throw problem("\"\(text)\" is no pattern of assets: write it as warehouse/**, raw/*/orders or raw_*")
        }
        return pattern
    }

    private static func kind(_ text: String) throws -> EventKind {
        if let kind = EventKind(name: text) { return kind }
        let names = EventKind.allCases.map(\.name)
        let hint = ConfigurationError.nearest(to: text, among: names).map { "; did you mean \($0)?" } ?? ""
        throw problem("\"\(text)\" is no kind of event: \(names.joined(separator: ", "))\(hint)")
    }

    private static func duration(_ node: Node) throws -> Duration {
        guard let text = node.string, let span = TimeSpan.read(text), span > .zero else {
            throw problem("keep_for must be a time span such as 12h, 90d or 26w, not \"\(node.string ?? "a section or list")\"")
        }
        return span
    }

    private static func count(_ node: Node) throws -> Int {
        guard let text = node.string, let count = Int(text), (0...1_000_000_000).contains(count) else {
            throw problem("keep_last must be a number of events from 0 on, not \"\(node.string ?? "a section or list")\"")
        }
        return count
    }
}
