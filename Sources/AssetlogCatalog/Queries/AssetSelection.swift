#if Catalog
import AssetlogCore
import AssetlogSQLite

/// Which assets a list is about, apart from their states.
struct AssetSelection {
    private let scope: CatalogScope
    private let prefix: EventFilter?
    private let text: [UInt8]?
    private let tag: [UInt8]?
    private let updatedFrom: Timestamp?
    private let updatedBefore: Timestamp?

    init(_ scope: CatalogScope) {
        self.init(AssetListQuery(scope: scope))
    }

    init(_ query: AssetListQuery) {
        scope = query.scope
        prefix = query.prefix.map { EventFilter(prefix: $0) }
        text = query.text.map { $0.utf8.map(Self.lowercased) }
        tag = query.tag.map { tag in
            // In canonical JSON these bytes are a member or the beginning of one, behind a brace or a comma.
            var member: [UInt8] = []
            CanonicalJSON.appendString(tag.name.utf8, to: &member)
            member.append(UInt8(ascii: ":"))
            if let value = tag.value { CanonicalJSON.appendString(value.utf8, to: &member) }
            return member
        }
        updatedFrom = query.updatedFrom
        updatedBefore = query.updatedBefore
    }

    /// Calls `body` with every asset that is selected, in no order.
    func forEach(_ snapshot: CatalogSnapshot, _ body: (AssetHead) -> Void) throws {
        func take(_ head: AssetHead) {
            if head.exists, matches(head) { body(head) }
        }
        if let heads = snapshot.heads(of: scope.deployment) { return heads.forEach(take) }
        var known: Set<Int64> = []
        snapshot.forEachInMemory(of: scope.deployment) { entry in
            known.insert(entry.id)
            take(AssetHead(entry))
        }
        let row = try snapshot.connection.statement("SELECT \(AssetHead.columns) FROM assets WHERE deployment = ? AND state >= 0")
        try row.bind(scope.deployment, at: 1)
        defer { row.reset() }
        while try row.step() {
            if !known.contains(row.integer(0)) { take(AssetHead(row)) }
        }
    }

    private func matches(_ head: AssetHead) -> Bool {
        guard matches(lastSeen: head.lastSeen), tag == nil || head.tags?.withUnsafeBytes(matches(tags:)) ?? false else { return false }
        return head.key.withBytes { key in
            scope.covers(canonicalKey: key) && prefix?.matches(canonicalKey: key) ?? true && hasText(key)
        }
    }

    private func matches(lastSeen: Timestamp) -> Bool {
        updatedFrom.map { lastSeen >= $0 } ?? true && updatedBefore.map { lastSeen < $0 } ?? true
    }

    private func matches(tags: UnsafeRawBufferPointer) -> Bool {
        guard let tag else { return true }
        guard tags.count > tag.count else { return false }
        for start in 1...(tags.count - tag.count) where tags[start - 1] == UInt8(ascii: "{") || tags[start - 1] == UInt8(ascii: ",") {
            if tags[start..<start + tag.count].elementsEqual(tag) { return true }
        }
        return false
    }

    private func hasText(_ key: UnsafeRawBufferPointer) -> Bool {
        guard let text, !text.isEmpty else { return true }
        let parts = AssetKey(canonical: String(decoding: key, as: UTF8.self)).parts
        let path = parts.joined(separator: "/").utf8.map(Self.lowercased)
        guard path.count >= text.count else { return false }
        return (0...path.count - text.count).contains { path[$0..<$0 + text.count].elementsEqual(text) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }
}
#endif
