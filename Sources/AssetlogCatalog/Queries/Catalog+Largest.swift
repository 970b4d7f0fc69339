#if Catalog
import AssetlogCore
import AssetlogSQLite

extension Catalog {
    package func largestAssets(in scope: CatalogScope, limit: Int) async throws -> CatalogAnswer<[AssetSize]> {
        try await answer { snapshot, _ in
            var sizes = FirstRows<SizeRow>(limit: limit)
            try snapshot.forEachSize(in: scope) { sizes.add(SizeRow(key: $0, events: $1)) }
            return sizes.rows.map { AssetSize(assetKey: AssetKey(canonical: $0.key.text), events: $0.events) }
        }
    }
}

/// An asset by its number of events: the most first, and equal ones by their keys.
private struct SizeRow: Comparable {
    let key: ByteText
    let events: Int

    static func < (left: SizeRow, right: SizeRow) -> Bool {
        left.events == right.events ? left.key < right.key : left.events > right.events
    }
}

extension CatalogSnapshot {
    /// Calls `body` with the key and the number of events of each asset in a scope.
    fileprivate func forEachSize(in scope: CatalogScope, _ body: (ByteText, Int) -> Void) throws {
        var known: Set<Int64> = []
        forEachInMemory(of: scope.deployment) { entry in
            known.insert(entry.id)
            guard entry.record.exists, entry.name.key.withBytes(scope.covers(canonicalKey:)) else { return }
            body(entry.name.key, entry.record.counts.total)
        }
        // The counts stand first in a record.
        let row = try connection.statement(
            "SELECT id, key, record FROM assets JOIN records USING (id) WHERE deployment = ? AND state >= 0")
        try row.bind([scope.deployment])
        defer { row.reset() }
        while try row.step() {
            guard !known.contains(row.integer(0)), scope.covers(canonicalKey: row.bytes(1)) else { continue }
            let key = ByteText(String(decoding: row.bytes(1), as: UTF8.self))
            var reader = RecordReader(row.bytes(2))
            body(key, try KindCounts(&reader).total)
        }
    }
}
#endif
