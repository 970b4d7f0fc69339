import AssetlogAccess
import AssetlogCore
import Yams

/// Reads tokens from YAML: a list whose elements have a name, a token or its hash, and what it allows. Pure.
///
/// ```yaml
/// - name: spark
///   token: al_…                     # or id: … with hash: sha256:…
///   allow: [report:materialization]
///   assets: ["warehouse/**"]
///   deployments: [prod]
///   expires: 2027-01-31T00:00:00Z
///   certificates: ["DNS:spark.example.com"]
/// ```
///
/// No sentence about a mistake shows a token.
struct TokenListReader {
    private let nodes: YAMLNodes
    private let problems = ConfigurationProblems()
    private var records: [TokenRecord] = []
    // What must stand once, with the location where it does.
    private var taken: [String: String] = [:]

    /// Reads a text.
    ///
    /// - Parameter file: The file's name for messages.
    /// - Throws: ``ConfigurationErrors`` with every mistake.
    static func read(_ text: String, file: String) throws -> [TokenRecord] {
        let list = check(text, file: file)
        guard list.problems.isEmpty else { throw ConfigurationErrors(sentences: list.problems.map(\.description)) }
        return list.records
    }

    /// Reads a text; the tokens that are right, and every mistake.
    static func check(_ text: String, file: String) -> (records: [TokenRecord], problems: [ConfigurationError]) {
        let nodes = YAMLNodes(file: file, label: "the token list")
        var reader = TokenListReader(nodes: nodes)
        let problems = reader.problems
        problems.collect { try nodes.withRoot(of: text) { try reader.readRoot($0) } }
        return (reader.records, problems.errors.map(redacted))
    }

    private init(nodes: YAMLNodes) {
        self.nodes = nodes
    }

    private static func redacted(_ error: ConfigurationError) -> ConfigurationError {
        ConfigurationError(TokenText.redacting(error.key), TokenText.redacting(error.problem), at: error.location)
    }

    private mutating func readRoot(_ root: Node?) throws {
        // A file that is just being written is empty for a moment.
        guard let root, !nodes.isNull(root) else {
            throw ConfigurationError(nodes.label, "is empty; write [] for no tokens", at: nodes.file)
        }
        guard case .sequence(let list) = root else {
            throw nodes.error(nodes.label, "must be a list, `- name: …` for each token, not \(nodes.kind(root))", root)
        }
        try nodes.refuseAnchor(list.anchor != nil, "", root)
        for node in list {
            guard case .mapping(let mapping) = node else {
                problems.note(nodes.error(nodes.label, "contains \(nodes.kind(node)) where a token with its keys is expected", node))
                continue
            }
            let count = problems.errors.count
            var entry = TokenEntry(nodes: nodes, problems: problems, node: node)
            entry.readKeys(mapping)
            let record = entry.record()
            guard let record, problems.errors.count == count, claim(record, node) else { continue }
            records.append(record)
        }
    }

    /// Notes what stands twice in the list.
    private mutating func claim(_ record: TokenRecord, _ node: Node) -> Bool {
        let claims =
            [("name", record.grant.name), ("id", record.id)] + record.certificateNames.map { ("certificates", $0) }
        for (key, value) in claims {
            let location = nodes.location(node.mark)
            if let first = taken.updateValue(location, forKey: "\(key) \(value)") {
                problems.note(nodes.error(key, "gives \"\(value)\" to two tokens; the other one is at \(first)", node))
                return false
            }
        }
        return true
    }
}
