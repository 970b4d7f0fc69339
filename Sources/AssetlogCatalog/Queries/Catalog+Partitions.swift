#if Catalog
package import AssetlogCore
import AssetlogSQLite

extension Catalog {
    package func partitions(_ query: PartitionListQuery) async throws -> CatalogAnswer<PartitionList?> {
        let after = try PageToken.read(query.after) { reader throws(DamagedRecord) in ByteText(try reader.text()) }
        return try await answer { snapshot, expires in
            guard let view = try snapshot.asset(query.assetKey, in: query.scope) else { return nil }
            let page = try snapshot.partitions(of: view, query, after)
            for row in page.rows { expires.formEarlier(row.record.standing.expiry(at: snapshot.clock)) }
            // Something that ceases to run may move into a page that is filtered by state.
            if query.states != nil { _ = try snapshot.partitionCounts(of: view, &expires) }
            return PartitionList(
                partitions: page.rows.map { $0.answer(at: snapshot.clock) },
                next: page.isCut ? page.rows.last.map { last in PageToken.text { $0.write(last.name.text) } } : nil)
        }
    }

    package func partitionSummary(
        of key: AssetKey, in scope: CatalogScope
    ) async throws -> CatalogAnswer<PartitionSummary?> {
        try await answer { snapshot, expires in
            guard let view = try snapshot.asset(key, in: scope) else { return nil }
            return try snapshot.grid(of: view).summary(at: snapshot.clock, &expires)
        }
    }
}

/// A partition with its name and all that is known of it.
private struct NamedPartition: Comparable {
    let name: ByteText
    let record: PartitionRecord
    let isDescending: Bool

    static func < (left: NamedPartition, right: NamedPartition) -> Bool {
        left.isDescending ? right.name < left.name : left.name < right.name
    }

    static func == (left: NamedPartition, right: NamedPartition) -> Bool { left.name == right.name }

    func answer(at clock: StateClock) -> PartitionRow {
        let latest = record.latest
        return PartitionRow(
            partition: name.text, state: record.standing.state(at: clock), materialization: latest[.materialization],
            observation: latest[.observation], failure: latest[.materializationFailed],
            started: latest[.materializationStarted], skipped: latest[.materializationSkipped], count: record.count)
    }
}

extension CatalogSnapshot {
    fileprivate func partitions(
        of view: AssetView, _ query: PartitionListQuery, _ after: ByteText?
    ) throws -> FirstRows<NamedPartition> {
        let isDescending = query.isDescending
        var page = FirstRows<NamedPartition>(limit: query.limit)
        let wanted = query.partition.map(ByteText.init)
        func isWanted(_ name: ByteText, _ standing: Standing) -> Bool {
            if let wanted, name != wanted { return false }
            if let after, isDescending ? after <= name : name <= after { return false }
            return query.states?.contains(standing.state(at: clock)) ?? true
        }
        let memory = view.merged(\.partitions)
        for (name, record) in memory where record.exists && isWanted(name, record.standing) {
            page.add(NamedPartition(name: name, record: record, isDescending: isDescending))
        }
        guard !view.isWhole else { return page }
        let order = isDescending ? "DESC" : "ASC"
        let bound = (after == nil ? "" : isDescending ? "AND name < ?" : "AND name > ?") + (wanted == nil ? "" : " AND name = ?")
        // What has not started is in the state of its column: most rows are passed over without a look at their names.
        let states = query.states.map { states in
            "AND (state IN (\(states.map { "\($0.rawValue)" }.sorted().joined(separator: ","))) OR started IS NOT NULL)"
        }
        let row = try connection.statement(
            """
            SELECT name, state, started, record FROM partitions WHERE asset = ? \(bound) \(states ?? "") ORDER BY name \(order)
            """)
        try row.bind([view.id] + [after, wanted].compactMap { $0?.text })
        defer { row.reset() }
        var found = 0
        while found <= query.limit, try row.step() {
            guard let standing = Standing(row, 1) else { continue }
            let name = ByteText(row.text(0))
            guard memory[name] == nil, isWanted(name, standing) else { continue }
            let record = try RecordReader.read(row.bytes(3), PartitionRecord.init)
            page.add(NamedPartition(name: name, record: record, isDescending: isDescending))
            found += 1
        }
        return page
    }

    /// All partitions of an asset.
    fileprivate func grid(of view: AssetView) throws -> PartitionGrid {
        let changed = view.merged(\.partitions)
        let newer = PartitionGrid { add in
            for (name, record) in changed where record.exists { name.withBytes { add($0, record.standing) } }
        }
        return view.isWhole ? newer : try storedGrid(of: view.id).updated(with: newer)
    }

    /// The partitions that the file has of an asset.
    private func storedGrid(of id: Int64) throws -> PartitionGrid {
        if let known = memory.withLock({ $0.grids.grid(of: id) }) { return known }
        let row = try connection.statement("SELECT name, state, started FROM partitions WHERE asset = ?")
        try row.bind(id, at: 1)
        defer { row.reset() }
        let grid = try PartitionGrid { add in
            while try row.step() {
                if let standing = Standing(row, 1) { add(row.bytes(0), standing) }
            }
        }
        // What was flushed since may have other partitions of it.
        memory.withLock { if $0.flush <= flush, $0.catalog == catalog { $0.grids.keep(grid, of: id) } }
        return grid
    }
}

extension Standing {
    /// Reads it of two columns; nil: only results of checks name the partition.
    init?(_ row: Statement, _ column: Int) {
        guard !row.isNull(column), let state = AssetState(rawValue: UInt8(clamping: row.integer(column))) else { return nil }
        self.init(
            settled: state, started: row.isNull(column + 1) ? nil : Timestamp(microseconds: row.integer(column + 1)))
    }
}
#endif
