/// Which events a reader asks for, whatever the order: those that pass every filter that is set.
///
/// A storage applies all of them. ``matches(_:)-(Event)`` says what each means, and a storage that calls it for every event
/// it returns is right by construction, also with a filter that a later release adds. The conformance suite of
/// `AssetlogTesting` has a case for each.
public struct EventFilter: Hashable, Sendable {
    /// Only events of this deployment; nil: of all.
    public var deployment: String?
    /// Only events of this asset.
    public var assetKey: AssetKey?
    /// Only events of assets whose key begins with these parts: the asset of this key, and all below it.
    public var prefix: AssetKey?
    /// Only events of assets that one of these patterns matches; nil: of all. It is what a token with few assets may read.
    public var assets: [PartPattern]?
    /// Only events of these kinds; nil: of all.
    public var kinds: Set<EventKind>?
    /// Only events of this partition. The empty text is a partition; an event of the whole asset has none.
    public var partition: String?
    /// Only results of checks of this name.
    public var checkName: String?
    /// Only results of checks that passed, or only of those that did not.
    public var passed: Bool?
    /// Only events that happened at this time or later.
    public var from: Timestamp?
    /// Only events that happened before this time.
    public var to: Timestamp?

    /// The most bytes of UTF-8 that an asset key, a partition or a check's name of an event has.
    public static let maximumTextLength = Event.maximumTextLength

    /// Makes a filter; without arguments every event passes it.
    public init(
        deployment: String? = nil, assetKey: AssetKey? = nil, prefix: AssetKey? = nil, assets: [PartPattern]? = nil,
        kinds: Set<EventKind>? = nil, partition: String? = nil, checkName: String? = nil, passed: Bool? = nil,
        from: Timestamp? = nil, to: Timestamp? = nil
    ) {
        self.deployment = deployment
        self.assetKey = assetKey
        self.prefix = prefix
        self.assets = assets
        self.kinds = kinds
        self.partition = partition
        self.checkName = checkName
        self.passed = passed
        self.from = from
        self.to = to
    }
}

// Texts are compared by their bytes, as a database does: Swift's are equal when they only look alike.
extension EventFilter {
    /// Whether an event passes every filter.
    public func matches(_ event: Event) -> Bool {
        guard deployment.map({ event.deployment.utf8.elementsEqual($0.utf8) }) ?? true,
            assetKey == nil || event.assetKey == assetKey, kinds.map({ $0.contains(event.kind) }) ?? true,
            from.map({ event.timestamp >= $0 }) ?? true, to.map({ event.timestamp < $0 }) ?? true
        else { return false }
        return !needsColumns || event.withColumns { passesSelection($0) }
    }

    /// Whether an event passes every filter.
    public func matches(_ event: borrowing EventColumns) -> Bool {
        if let kinds, !kinds.contains(event.kind) { return false }
        if let from, event.timestamp < from { return false }
        if let to, event.timestamp >= to { return false }
        if let deployment, !event.deployment.elementsEqual(deployment.utf8) { return false }
        if let assetKey, !event.assetKey.elementsEqual(assetKey.canonical.utf8) { return false }
        return passesSelection(event)
    }

    /// Whether an asset, given by its key's canonical JSON text, can have events that pass: whether it is the asset, lies
    /// below the prefix, and is matched by one of the patterns.
    public func matches(canonicalKey key: UnsafeRawBufferPointer) -> Bool {
        if let assetKey, !key.elementsEqual(assetKey.canonical.utf8) { return false }
        return isInScope(key)
    }

    private func isInScope(_ key: UnsafeRawBufferPointer) -> Bool {
        if let prefix, !AssetKey.isKey(key, below: prefix) { return false }
        return assets.map { $0.contains { $0.matches(canonicalKey: key) } } ?? true
    }

    // Whether more is asked of an event than what can be compared as it is.
    private var needsColumns: Bool {
        prefix != nil || assets != nil || partition != nil || checkName != nil || passed != nil
    }

    /// The kinds that an event which passes can have: only checks have a name and a result. Nil: any.
    public var possibleKinds: Set<EventKind>? {
        guard checkName != nil || passed != nil else { return kinds }
        return kinds.map { $0.intersection([.check]) } ?? [.check]
    }

    private func passesSelection(_ event: borrowing EventColumns) -> Bool {
        guard isInScope(event.assetKey) else { return false }
        if let partition {
            guard let own = event.partition, own.elementsEqual(partition.utf8) else { return false }
        }
        guard checkName != nil || passed != nil else { return true }
        guard event.kind == .check else { return false }
        var members = DetailMembers(event.details)
        // In the order in which details have them.
        if let checkName {
            var name: [UInt8] = []
            CanonicalJSON.appendString(checkName.utf8, to: &name)
            guard let own = members.value(of: "check_name"), own.elementsEqual(name) else { return false }
        }
        guard let passed else { return true }
        return members.value(of: "passed")?.elementsEqual((passed ? "true" : "false").utf8) ?? false
    }
}

extension AssetKey {
    /// Whether the key begins with the parts of another one, or is that.
    public func isBelow(_ prefix: AssetKey) -> Bool {
        var text = canonical
        return text.withUTF8 { Self.isKey(UnsafeRawBufferPointer($0), below: prefix) }
    }

    /// The canonical texts, by their bytes, between which those of all longer keys are that begin with this one's parts.
    ///
    /// The first one belongs to the range, the last one does not.
    public var boundsBelow: (lower: String, upper: String) {
        let parts = canonical.dropLast()
        // A comma follows the last part; the character behind the comma is the hyphen.
        return ("\(parts),", "\(parts)-")
    }

    fileprivate static func isKey(_ key: UnsafeRawBufferPointer, below prefix: AssetKey) -> Bool {
        let parts = prefix.canonical.utf8.dropLast()
        guard key.starts(with: parts), key.count > parts.count else { return false }
        let next = key[parts.count]
        return next == UInt8(ascii: ",") || next == UInt8(ascii: "]")
    }
}
