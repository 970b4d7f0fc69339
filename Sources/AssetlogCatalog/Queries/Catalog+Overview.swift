#if Catalog
import AssetlogCore
import AssetlogSQLite

extension Catalog {
    package func overview(_ scope: CatalogScope) async throws -> CatalogAnswer<Overview> {
        try await answer { [now] snapshot, expires in
            var heads: [AssetHead] = []
            var states = StateCounts()
            var expiry = expires
            try AssetSelection(scope).forEach(snapshot) { head in
                states[head.standing.state(at: snapshot.clock)] += 1
                expiry.formEarlier(head.standing.expiry(at: snapshot.clock))
                if head.checks.failed > 0 || head.standing.settled == .failed { heads.append(head) }
            }
            expires = expiry
            let hour = HourCounts.hour(of: now())
            // The hours move on by themselves.
            expires.formEarlier(Timestamp(microseconds: Int64(hour + 1) * HourCounts.microseconds))
            return Overview(
                states: states, hours: try snapshot.hours(in: scope, upTo: hour),
                failingChecks: try snapshot.failingChecks(heads, scope.deployment),
                latestFailures: try snapshot.latestFailures(heads, scope.deployment))
        }
    }
}

extension CatalogSnapshot {
    fileprivate func hours(in scope: CatalogScope, upTo last: Int) throws -> [Overview.Hour] {
        let first = last - (HourCounts.length - 1)
        var counts = [KindCounts](repeating: KindCounts(), count: HourCounts.length)
        func add(_ hours: HourCounts) {
            hours.forEach { hour, kind, count in
                if (first...last).contains(hour) { counts[hour - first][kind] += count }
            }
        }
        var known: Set<Int64> = []
        forEachInMemory(of: scope.deployment) { entry in
            known.insert(entry.id)
            if scope.covers(entry.name.assetKey) { add(entry.record.hours) }
        }
        let row = try connection.statement(
            "SELECT id, key, hours FROM assets WHERE deployment = ? AND state >= 0 AND last_hour >= ?")
        try row.bind([scope.deployment, first])
        defer { row.reset() }
        while try row.step() {
            guard !known.contains(row.integer(0)), scope.covers(canonicalKey: row.bytes(1)) else { continue }
            add(try RecordReader.read(row.bytes(2), HourCounts.init))
        }
        return counts.enumerated().map { index, counts in
            Overview.Hour(
                start: Timestamp(microseconds: Int64(first + index) * HourCounts.microseconds), counts: counts.dictionary)
        }
    }

    fileprivate func failingChecks(_ heads: [AssetHead], _ deployment: String) throws -> [CheckRow] {
        var rows: [CheckRow] = []
        // A check can't have failed after the asset's last event, so that few assets are looked at.
        for head in heads.filter({ $0.checks.failed > 0 }).sorted(by: { $0.lastSeen > $1.lastSeen }) {
            if rows.count == CatalogLimits.overviewRows, let last = rows.last, last.since > head.lastSeen { break }
            let key = AssetKey(canonical: head.key.text)
            guard let view = try view(of: AssetName(key, in: deployment)) else { continue }
            for (name, check) in try checks(of: view, CheckRange(level: CheckName.Part.overallLevel)) where check.result == .failed {
                rows.append(check.row(of: key, name: name))
            }
            rows.sort { ($0.since, $1.event.sequence) > ($1.since, $0.event.sequence) }
            rows.removeLast(max(0, rows.count - CatalogLimits.overviewRows))
        }
        return rows
    }

    fileprivate func latestFailures(_ heads: [AssetHead], _ deployment: String) throws -> [Overview.Failure] {
        let failed = heads.filter { $0.standing.settled == .failed }.sorted { left, right in
            (left.failed ?? left.lastSeen, right.key) > (right.failed ?? right.lastSeen, left.key)
        }
        return try failed.prefix(CatalogLimits.overviewRows).compactMap { head in
            let key = AssetKey(canonical: head.key.text)
            return try view(of: AssetName(key, in: deployment))?.record[.materializationFailed].map {
                Overview.Failure(assetKey: key, event: $0)
            }
        }
    }
}
#endif
