#if Catalog
import AssetlogCore
import AssetlogSQLite

extension CatalogSnapshot {
    /// An asset in short.
    ///
    /// - Parameter expires: When something of it changes by itself, if that is earlier.
    func summary(of view: AssetView, _ key: AssetKey, _ expires: inout Timestamp?) throws -> AssetSummary {
        let record = view.record
        let state = record.standing.state(at: clock)
        expires.formEarlier(record.standing.expiry(at: clock))
        return AssetSummary(
            assetKey: key, state: state, since: try since(state, view), lastSeen: record.lastSeen,
            materialization: record[.materialization], partitions: try partitionCounts(of: view, &expires),
            checks: record.checks, tags: record.tags?.value ?? Array("{}".utf8))
    }

    /// Since when what a state says has been so.
    private func since(_ state: AssetState, _ view: AssetView) throws -> Timestamp {
        let record = view.record
        let success = record.success.map { ($0.since ?? $0.last).timestamp }
        switch state {
        case .failed: return success ?? record.lastSeen
        case .running: return record.standing.started ?? record.lastSeen
        case .missing: return record.firstSeen
        case .checkFailed: return try sinceOfChecks(.failed, view).min() ?? record.lastSeen
        case .warned: return try sinceOfChecks(.warned, view).min() ?? record.lastSeen
        case .ok:
            let recovered = record.checks.passed > 0 ? try sinceOfChecks(.passed, view, recovered: true) : []
            return ([success ?? record.lastSeen] + recovered).max() ?? record.lastSeen
        }
    }

    private func sinceOfChecks(_ result: CheckResult, _ view: AssetView, recovered: Bool = false) throws -> [Timestamp] {
        try checks(of: view, CheckRange(level: CheckName.Part.overallLevel)).compactMap { _, check in
            guard check.result == result, !recovered || check.streak.other != nil else { return nil }
            return (check.streak.since ?? check.streak.last).timestamp
        }
    }

    /// The number of an asset's partitions, by state.
    func partitionCounts(of view: AssetView, _ expires: inout Timestamp?) throws -> StateCounts {
        let counts = view.record.partitions
        guard counts.hasStarted else { return counts.counts(expired: StateCounts()) }
        var expired = StateCounts()
        let memory = view.merged(\.partitions)
        for row in memory.values where row.exists {
            let standing = row.standing
            guard standing.started != nil else { continue }
            if let end = standing.expiry(at: clock) { expires.formEarlier(end) } else { expired[standing.settled] += 1 }
        }
        guard !view.isWhole else { return counts.counts(expired: expired) }
        let row = try connection.statement("SELECT name, state FROM partitions WHERE asset = ? AND started <= ?")
        try row.bind([view.id, clock.expired.microseconds])
        while try row.step() {
            guard let state = AssetState(rawValue: UInt8(clamping: row.integer(1))), memory[ByteText(row.text(0))] == nil else {
                continue
            }
            expired[state] += 1
        }
        if let next = try connection.integer(
            "SELECT min(started) FROM partitions WHERE asset = ? AND started > ?", view.id, clock.expired.microseconds)
        {
            expires.formEarlier(Timestamp(microseconds: next + clock.runningTimeout))
        }
        return counts.counts(expired: expired)
    }

    /// The assets of a scope that name an asset as upstream.
    func downstream(of key: AssetKey, in scope: CatalogScope) throws -> [AssetKey] {
        var found = FirstRows<ByteText>(limit: CatalogLimits.downstream)
        var changed: Set<Int64> = []
        let needle = Array(key.canonical.utf8)
        forEachChangedUpstream(of: scope.deployment) { entry in
            changed.insert(entry.id)
            guard entry.record.exists, let upstream = entry.record.upstream?.value, Self.contains(upstream, needle),
                scope.covers(entry.name.assetKey), entry.record.upstreamKeys.contains(key)
            else { return }
            found.add(entry.name.key)
        }
        let row = try connection.statement(
            """
            SELECT assets.id, assets.key FROM edges JOIN assets ON assets.id = edges.asset
                WHERE edges.upstream = ? AND assets.deployment = ? AND assets.state >= 0
            """)
        try row.bind([key.canonical, scope.deployment])
        while try row.step() {
            guard !changed.contains(row.integer(0)), scope.covers(canonicalKey: row.bytes(1)) else { continue }
            found.add(ByteText(row.text(1)))
        }
        return found.rows.map { AssetKey(canonical: $0.text) }
    }

    // Most assets name others: their lists are decoded only when the key stands in them.
    private static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
        guard bytes.count >= needle.count else { return false }
        return (0...bytes.count - needle.count).contains { bytes[$0] == needle[0] && bytes[$0..<$0 + needle.count].elementsEqual(needle) }
    }
}
#endif
