#if Catalog
package import AssetlogCore
import AssetlogSQLite

extension Catalog: FollowingCatalog {
    package func assets(_ query: AssetListQuery) async throws -> CatalogAnswer<AssetList> {
        let after = try PageToken.read(query.after, AssetPosition.init)
        if let after, after.order != query.order { throw PageToken.invalid }
        return try await answer { snapshot, expires in try Self.list(query, after, snapshot, &expires) }
    }

    private static func list(
        _ query: AssetListQuery, _ after: AssetPosition?, _ snapshot: CatalogSnapshot, _ expires: inout Timestamp?
    ) throws -> AssetList {
        var page = FirstRows<AssetPosition>(limit: query.limit)
        var counts = StateCounts()
        var expiry = expires
        try AssetSelection(query).forEach(snapshot) { head in
            let state = head.standing.state(at: snapshot.clock)
            expiry.formEarlier(head.standing.expiry(at: snapshot.clock))
            counts[state] += 1
            guard query.states?.contains(state) ?? true else { return }
            let position = AssetPosition(head, state, query.order)
            if let after, position <= after { return }
            page.add(position)
        }
        expires = expiry
        var assets: [AssetSummary] = []
        for position in page.rows {
            let key = AssetKey(canonical: position.key.text)
            guard let view = try snapshot.view(of: AssetName(key, in: query.scope.deployment)) else { continue }
            assets.append(try snapshot.summary(of: view, key, &expires))
        }
        let next = page.isCut ? page.rows.last.map { last in PageToken.text { last.write(to: &$0) } } : nil
        return AssetList(assets: assets, next: next, counts: counts)
    }

    package func asset(_ key: AssetKey, in scope: CatalogScope) async throws -> CatalogAnswer<AssetDetail?> {
        try await answer { snapshot, expires in
            guard let view = try snapshot.asset(key, in: scope) else { return nil }
            let record = view.record
            var detail = AssetDetail(summary: try snapshot.summary(of: view, key, &expires), firstSeen: record.firstSeen)
            detail.counts = record.counts.dictionary
            detail.observation = record[.observation]
            detail.failure = record[.materializationFailed]
            detail.started = record[.materializationStarted]
            detail.skipped = record[.materializationSkipped]
            detail.dataVersion = record.version.map { streak in
                .init(value: streak.value.text, since: (streak.since ?? streak.last).timestamp)
            }
            detail.description = record.description?.value
            detail.labels = record.labels.sorted().map { label in
                var text = label.text
                return text.withUTF8 { JSONString.text(content: UnsafeRawBufferPointer($0)) }
            }
            detail.upstream = record.upstreamKeys.filter(scope.covers)
            detail.downstream = try snapshot.downstream(of: key, in: scope)
            return detail
        }
    }
}

/// Where an asset stands in a list.
private struct AssetPosition: Comparable {
    let order: AssetListQuery.Order
    /// What comes before the key, the lesser first.
    private let rank: (Int64, Int64)
    let key: ByteText

    init(_ head: AssetHead, _ state: AssetState, _ order: AssetListQuery.Order) {
        self.order = order
        key = head.key
        switch order {
        case .key: rank = (0, 0)
        case .materialization:
            rank = head.materialized.map { (~$0.timestamp.microseconds, -$0.sequence) } ?? (.max, .max)
        case .oldest:
            rank = head.materialized.map { ($0.timestamp.microseconds, $0.sequence) } ?? (.max, .max)
        case .state: rank = (Int64(state.rawValue), 0)
        }
    }

    static func < (left: AssetPosition, right: AssetPosition) -> Bool {
        left.rank == right.rank ? left.key < right.key : left.rank < right.rank
    }

    static func == (left: AssetPosition, right: AssetPosition) -> Bool {
        left.rank == right.rank && left.key == right.key
    }

    private static let orders: [AssetListQuery.Order] = [.key, .materialization, .state, .oldest]

    func write(to writer: inout RecordWriter) {
        writer.write(Self.orders.firstIndex(of: order) ?? 0)
        writer.write(rank.0)
        writer.write(rank.1)
        writer.write(key.text)
    }

    init(_ reader: inout RecordReader) throws(DamagedRecord) {
        let index = try reader.integer()
        guard Self.orders.indices.contains(Int(clamping: index)) else { throw DamagedRecord() }
        order = Self.orders[Int(index)]
        rank = (try reader.integer(), try reader.integer())
        key = ByteText(try reader.text())
    }
}
#endif
