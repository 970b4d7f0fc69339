#if Catalog
import AssetlogCore
import AssetlogSQLite
import Synchronization

extension Catalog {
    package func overview(_ scope: CatalogScope, containing sequence: Int64) async throws -> CatalogAnswer<Overview> {
        let asOf = asOf
        return try await answer { [now, hourSums] snapshot, expires in
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
            let hours = try hourSums.sum(of: scope, upTo: hour, containing: sequence, asOf: asOf) {
                try snapshot.hours(in: scope, upTo: hour)
            }
            return Overview(
                states: states, hours: hours,
                failingChecks: try snapshot.failingChecks(heads, scope.deployment),
                latestFailures: try snapshot.latestFailures(heads, scope.deployment))
        }
    }
}

/// The events of the latest hours of each scope, added up at most once a second. State lives in a `Mutex`.
final class HourSums: Sendable {
    private struct Sum {
        var hours: [Overview.Hour]
        /// The hour that is the last one.
        var last: Int
        /// The last sequence that is certainly counted.
        var asOf: Int64
        var made: ContinuousClock.Instant
    }

    private static let lifetime = Duration.seconds(1)
    /// Scopes follow from tokens: there are few that are asked about in the same second.
    private static let capacity = 64

    private let sums = Mutex<[CatalogScope: Sum]>([:])

    /// The sum of a scope.
    ///
    /// - Parameters:
    ///   - last: The present hour.
    ///   - sequence: The events up to this one must be counted.
    ///   - asOf: The events up to this one are counted by `body`.
    ///   - body: Adds up the hours.
    func sum(
        of scope: CatalogScope, upTo last: Int, containing sequence: Int64, asOf: Int64, _ body: () throws -> [Overview.Hour]
    ) rethrows -> [Overview.Hour] {
        let now = ContinuousClock.now
        if let known = sums.withLock({ $0[scope] }), known.last == last, known.asOf >= sequence, now - known.made < Self.lifetime {
            return known.hours
        }
        let hours = try body()
        sums.withLock { sums in
            if sums.count >= Self.capacity { sums = sums.filter { now - $0.value.made < Self.lifetime } }
            if sums.count < Self.capacity || sums[scope] != nil { sums[scope] = Sum(hours: hours, last: last, asOf: asOf, made: now) }
        }
        return hours
    }
}

extension CatalogSnapshot {
    fileprivate func hours(in scope: CatalogScope, upTo last: Int) throws -> [Overview.Hour] {
        let first = last - (HourCounts.length - 1)
        var counts = [KindCounts](repeating: KindCounts(), count: HourCounts.length)
        func add(_ hour: Int, _ kind: EventKind, _ count: Int) {
            if (first...last).contains(hour) { counts[hour - first][kind] += count }
        }
        var known: Set<Int64> = []
        forEachInMemory(of: scope.deployment) { entry in
            known.insert(entry.id)
            if entry.name.key.withBytes(scope.covers(canonicalKey:)) { entry.record.hours.forEach(add) }
        }
        let row = try connection.statement(
            "SELECT id, key, hours FROM assets WHERE deployment = ? AND state >= 0 AND last_hour >= ?")
        try row.bind([scope.deployment, first])
        defer { row.reset() }
        while try row.step() {
            guard !known.contains(row.integer(0)), scope.covers(canonicalKey: row.bytes(1)) else { continue }
            try RecordReader.read(row.bytes(2)) { reader throws(DamagedRecord) in try HourCounts.forEach(&reader, add) }
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
