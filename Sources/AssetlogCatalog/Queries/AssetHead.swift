#if Catalog
import AssetlogCore
import AssetlogSQLite

/// What lists of assets are filtered and ordered by.
struct AssetHead {
    var key: ByteText
    var standing: Standing
    var materialized: EventTimeKey?
    var lastSeen: Timestamp
    var failed: Timestamp?
    var checks: CheckCounts

    init(_ entry: AssetEntry) {
        let record = entry.record
        key = entry.name.key
        standing = record.standing
        materialized = record.key(of: .materialization)
        lastSeen = record.lastSeen
        failed = record.key(of: .materializationFailed)?.timestamp
        checks = record.checks
    }

    /// The columns that it is read from.
    static let columns =
        """
        id, key, state, started, materialized, materialized_sequence, last_seen, failed, failed_checks, warned_checks, \
        passed_checks, tags
        """
    static let tagsColumn = 11

    init(_ row: Statement) {
        key = ByteText(row.text(1))
        standing = Standing(
            settled: AssetState(rawValue: UInt8(clamping: row.integer(2))) ?? .ok, started: Self.timestamp(row, 3))
        materialized = Self.timestamp(row, 4).map { EventTimeKey(timestamp: $0, sequence: row.integer(5)) }
        lastSeen = Timestamp(microseconds: row.integer(6))
        failed = Self.timestamp(row, 7)
        checks = CheckCounts()
        checks.failed = Int(row.integer(8))
        checks.warned = Int(row.integer(9))
        checks.passed = Int(row.integer(10))
    }

    private static func timestamp(_ row: Statement, _ column: Int) -> Timestamp? {
        row.isNull(column) ? nil : Timestamp(microseconds: row.integer(column))
    }
}

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

    var deployment: String { scope.deployment }

    /// Calls `body` with every asset that is selected, in no order.
    func forEach(_ snapshot: CatalogSnapshot, _ body: (AssetHead) -> Void) throws {
        var known: Set<Int64> = []
        snapshot.forEachInMemory(of: scope.deployment) { entry in
            known.insert(entry.id)
            guard entry.record.exists, matches(key: entry.name.key), matches(lastSeen: entry.record.lastSeen) else { return }
            let hasTag = entry.record.tags?.value.withUnsafeBytes(matches(tags:)) ?? (tag == nil)
            if hasTag { body(AssetHead(entry)) }
        }
        let row = try snapshot.connection.statement(
            "SELECT \(AssetHead.columns) FROM assets WHERE deployment = ? AND state >= 0 ORDER BY key")
        try row.bind(scope.deployment, at: 1)
        defer { row.reset() }
        while try row.step() {
            guard !known.contains(row.integer(0)), matches(canonicalKey: row.bytes(1)),
                matches(lastSeen: Timestamp(microseconds: row.integer(6))), matches(tags: row.bytes(AssetHead.tagsColumn))
            else { continue }
            body(AssetHead(row))
        }
    }

    private func matches(key: ByteText) -> Bool {
        var text = key.text
        return text.withUTF8 { matches(canonicalKey: UnsafeRawBufferPointer($0)) }
    }

    private func matches(canonicalKey key: UnsafeRawBufferPointer) -> Bool {
        scope.covers(canonicalKey: key) && prefix?.matches(canonicalKey: key) ?? true && hasText(key)
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
