/// Which events an exporter delivers: those that pass every condition that is set.
public struct ExportFilter: Hashable, Sendable {
    /// A tag that an event must have.
    public struct Tag: Hashable, Sendable {
        /// The key.
        public var key: String
        /// The value; nil: any.
        public var value: String?

        /// Names a tag.
        public init(key: String, value: String? = nil) {
            self.key = key
            self.value = value
        }
    }

    /// Only these kinds; nil: all.
    public var kinds: Set<EventKind>?
    /// Only assets that one of these patterns matches; nil: all.
    public var assets: [PartPattern]?
    /// Only these deployments; nil: all.
    public var deployments: [String]?
    /// Only events with all of these tags.
    public var tags: [Tag]
    /// Of the checks, only those of at least this severity; other kinds pass. Nil: all.
    public var severity: Severity?
    /// Of the checks, only those that passed, or only those that did not; other kinds pass. Nil: all.
    public var passed: Bool?

    /// How bad it is when a check fails.
    public enum Severity: String, CaseIterable, Hashable, Sendable {
        /// `WARN`.
        case warn
        /// `ERROR`.
        case error
    }

    /// Makes a filter; without arguments every event passes it.
    public init(
        kinds: Set<EventKind>? = nil, assets: [PartPattern]? = nil, deployments: [String]? = nil, tags: [Tag] = [],
        severity: Severity? = nil, passed: Bool? = nil
    ) {
        self.kinds = kinds
        self.assets = assets
        self.deployments = deployments
        self.tags = tags
        self.severity = severity
        self.passed = passed
    }

    /// Whether an event passes.
    public func matches(_ event: LoggedEvent) -> Bool {
        if let kinds, !kinds.contains(event.kind) { return false }
        if let deployments, !deployments.contains(where: { $0.utf8.elementsEqual(event.deployment.utf8) }) { return false }
        if let assets {
            var key = event.assetKey.canonical
            let isMatched = key.withUTF8 { bytes in
                assets.contains { $0.matches(canonicalKey: UnsafeRawBufferPointer(bytes)) }
            }
            guard isMatched else { return false }
        }
        guard !tags.isEmpty || (event.kind == .check && (severity != nil || passed != nil)) else { return true }
        return event.details.withUnsafeBytes { matches(details: $0, isCheck: event.kind == .check) }
    }

    private func matches(details: UnsafeRawBufferPointer, isCheck: Bool) -> Bool {
        // In the order in which details have them.
        var members = DetailMembers(details)
        if !tags.isEmpty {
            guard let own = members.value(of: "tags"), hasTags(own) else { return false }
        }
        guard isCheck else { return true }
        if let passed {
            guard members.value(of: "passed")?.elementsEqual((passed ? "true" : "false").utf8) ?? false else { return false }
        }
        guard severity == .error else { return true }
        return members.value(of: "severity")?.elementsEqual("\"ERROR\"".utf8) ?? false
    }

    private func hasTags(_ object: UnsafeRawBufferPointer) -> Bool {
        tags.allSatisfy { tag in
            // As canonical JSON has them, without the quotes of the key.
            var members = DetailMembers(object)
            let key = String(decoding: Self.canonical(tag.key).dropFirst().dropLast(), as: UTF8.self)
            guard let value = members.value(of: key) else { return false }
            return tag.value.map { value.elementsEqual(Self.canonical($0)) } ?? true
        }
    }

    private static func canonical(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        CanonicalJSON.appendString(text.utf8, to: &bytes)
        return bytes
    }
}
