public import AssetlogCore

/// The namespace of some assets: `warehouse/** -> postgres://db:5432`, or `raw/** in prod -> s3://raw`.
public struct NamespaceRule: Hashable, Sendable {
    /// The assets.
    public var assets: PartPattern
    /// The deployments of the assets; nil: every deployment.
    public var deployments: PartPattern?
    /// The namespace.
    public var namespace: NamespaceTemplate

    /// Makes a rule.
    public init(assets: PartPattern, deployments: PartPattern? = nil, namespace: NamespaceTemplate) {
        self.assets = assets
        self.deployments = deployments
        self.namespace = namespace
    }

    /// Reads `PATTERN -> NAMESPACE` or `PATTERN in DEPLOYMENT -> NAMESPACE`.
    ///
    /// - Throws: ``NamingError``.
    public init(_ text: String) throws(NamingError) {
        guard let arrow = text.lastRange(of: " -> ") else {
            throw NamingError("has no arrow between blanks; write it as warehouse/** -> postgres://db:5432")
        }
        var pattern = text[..<arrow.lowerBound]
        if let word = pattern.lastRange(of: " in ") {
            deployments = try Self.pattern(pattern[word.upperBound...].trimmed)
            pattern = pattern[..<word.lowerBound]
        }
        assets = try Self.pattern(pattern.trimmed)
        namespace = try NamespaceTemplate(String(text[arrow.upperBound...].trimmed))
    }

    /// Whether the rule is about an asset of a deployment.
    public func matches(_ key: AssetKey, in deployment: String) -> Bool {
        guard deployments?.matches([Array(deployment.utf8)]) ?? true else { return false }
        return assets.matches(key.parts.map { Array($0.utf8) })
    }

    private static func pattern(_ text: Substring) throws(NamingError) -> PartPattern {
        guard let pattern = PartPattern(String(text)) else {
            throw NamingError("has the pattern \"\(text)\"; one has 1 to 2,048 bytes and at most 62 parts, such as warehouse/**")
        }
        return pattern
    }
}

extension StringProtocol where SubSequence == Substring {
    /// Where a text occurs last.
    fileprivate func lastRange(of text: String) -> Range<Index>? {
        ranges(of: text).last
    }

    /// Without the blanks at both ends.
    fileprivate var trimmed: Substring {
        var rest = self[...]
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}
