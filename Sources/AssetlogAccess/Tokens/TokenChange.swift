import AssetlogCore

/// A change of the tokens that a running server has noticed.
public struct TokenChange: Hashable, Sendable {
    /// What happened.
    public struct Kind: Hashable, Sendable {
        private enum Value: Hashable { case added, changed, revoked, removed }
        private let value: Value
        /// A token is there that was not.
        public static let added = Kind(value: .added)
        /// A token allows something else, or ends at another time.
        public static let changed = Kind(value: .changed)
        /// A token was revoked.
        public static let revoked = Kind(value: .revoked)
        /// A token is not there any more.
        public static let removed = Kind(value: .removed)
    }

    /// What happened.
    public var kind: Kind
    /// The public part of the token.
    public var id: String
    /// The name of the token.
    public var token: String
    /// The name of the source that shows it.
    public var source: String

    /// What is different in a source; in the order in which its tokens stand, the removed ones at the end.
    static func between(_ old: [TokenRecord], _ new: [TokenRecord], source: String) -> [TokenChange] {
        func change(_ kind: Kind, _ record: TokenRecord) -> TokenChange {
            TokenChange(kind: kind, id: record.id, token: record.grant.name, source: source)
        }
        let before = Dictionary(old.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let now = Set(new.map(\.id))
        let changes = new.compactMap { record -> TokenChange? in
            guard let known = before[record.id] else { return change(.added, record) }
            if record.revokedAt != nil, known.revokedAt == nil { return change(.revoked, record) }
            return record == known ? nil : change(.changed, record)
        }
        return changes + old.filter { !now.contains($0.id) }.map { change(.removed, $0) }
    }
}
