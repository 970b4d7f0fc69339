import AssetlogAccess
import AssetlogCore
import Yams

/// One element of a list of tokens.
struct TokenEntry {
    private static let keys = [
        "name", "token", "id", "hash", "allow", "assets", "deployments", "expires", "certificates",
    ]

    let nodes: YAMLNodes
    let problems: ConfigurationProblems
    /// The element.
    let node: Node
    private var values: [String: Node] = [:]

    init(nodes: YAMLNodes, problems: ConfigurationProblems, node: Node) {
        self.nodes = nodes
        self.problems = problems
        self.node = node
    }

    /// Finds the values of the keys; an unknown or empty one is noted.
    mutating func readKeys(_ mapping: Node.Mapping) {
        if mapping.anchor != nil { problems.note(nodes.error(nodes.label, "has an anchor (&); write the value out", node)) }
        for (key, value) in mapping {
            problems.collect {
                let name = try nodes.text(key, of: nodes.label, in: false)
                guard Self.keys.contains(name) else {
                    throw ConfigurationError.unknownKey(name, among: Self.keys, at: nodes.location(key.mark))
                }
                guard !nodes.isNull(value) else { throw nodes.error(name, "has no value; give it one, or remove it", key) }
                values[name] = value
            }
        }
    }

    /// The token; nil when there is a mistake, which is noted.
    func record() -> TokenRecord? {
        let name = problems.collect { try self.name() }
        let secret = problems.collect { try self.secret() }
        let rights = problems.collect { try list("allow") { name in try TokenScope.rights([name]) } }
        let assets = problems.collect { try scope("assets", TokenScope.assets) }
        let deployments = problems.collect { try scope("deployments", TokenScope.deployment) }
        let certificates = problems.collect { try list("certificates", TokenScope.certificateName) }
        let expiry = problems.collect { try self.expiry() }
        guard let name, let secret, let rights, let assets, let deployments, let certificates, let expiry else { return nil }
        return TokenRecord(
            id: secret.id, hash: secret.hash,
            grant: AccessGrant(name: name, rights: AccessRights(rights), assets: assets, deployments: deployments),
            certificateNames: certificates, createdAt: Timestamp(microseconds: 0), expiresAt: expiry)
    }

    private func name() throws -> String {
        guard let value = values["name"] else { throw nodes.error("name", "is missing; each token needs one", node) }
        let name = try nodes.text(value, of: "name", in: false)
        if let problem = TokenName.problem(name) { throw nodes.error("name", problem, value) }
        return name
    }

    private func secret() throws -> (id: String, hash: [UInt8]) {
        switch (values["token"], values["id"], values["hash"]) {
        case (let token?, nil, nil):
            let text = Secret(try nodes.text(token, of: "token", in: false))
            guard let id = TokenText.identity(of: text) else {
                throw nodes.error(
                    "token",
                    "must be al_ID_SECRET of letters and digits, with at least 43 in the secret; `assetlog token create`"
                        + " prints one", token)
            }
            return (id, try TokenText.hash(of: text))
        case (nil, let id?, let hash?):
            let text = try nodes.text(id, of: "id", in: false)
            guard TokenText.isIdentity(text) else { throw nodes.error("id", "must be 1 to 64 letters and digits", id) }
            guard let bytes = Self.hash(try nodes.text(hash, of: "hash", in: false)) else {
                throw nodes.error("hash", "must be sha256: and 64 hexadecimal digits", hash)
            }
            return (text, bytes)
        default:
            throw nodes.error("token", "is required, or id and hash instead of it, but not both", node)
        }
    }

    private static func hash(_ text: String) -> [UInt8]? {
        let prefix = "sha256:"
        let digits = Array(text.utf8.dropFirst(prefix.utf8.count))
        guard text.hasPrefix(prefix), digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// What a token reaches. An empty list is refused: it would mean everything, which hardly anybody expects.
    private func scope(_ key: String, _ parse: (String) throws -> PartPattern) throws -> [PartPattern] {
        let patterns = try list(key, parse)
        if patterns.isEmpty, let value = values[key] {
            throw nodes.error(key, "is an empty list; remove it to allow everything", value)
        }
        return patterns
    }

    private func list<Element>(_ key: String, _ parse: (String) throws -> Element) throws -> [Element] {
        guard let value = values[key] else { return [] }
        guard case .sequence(let sequence) = value else { throw nodes.error(key, "takes a list: [...]", value) }
        try nodes.refuseAnchor(sequence.anchor != nil, key, value)
        return try sequence.map { element in
            let text = try nodes.text(element, of: key)
            do {
                return try parse(text)
            } catch let problem as TokenScope.Problem {
                throw nodes.error(key, problem.sentence, element)
            }
        }
    }

    /// Nil: it never expires.
    private func expiry() throws -> Timestamp? {
        guard let value = values["expires"] else { return nil }
        guard let time = TokenScope.time(try nodes.text(value, of: "expires", in: false)) else {
            throw nodes.error("expires", "must be a time such as 2027-01-31T00:00:00Z, or a day such as 2027-01-31", value)
        }
        return time
    }
}
