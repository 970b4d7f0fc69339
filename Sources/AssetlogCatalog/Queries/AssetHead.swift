import AssetlogCore

/// What lists of assets are filtered and ordered by.
struct AssetHead: Sendable {
    /// The asset's number in the file.
    var id: Int64
    var key: ByteText
    /// Whether there is an event that counts.
    var exists: Bool
    var standing: Standing
    var materialized: EventTimeKey?
    var lastSeen: Timestamp
    var failed: Timestamp?
    var checks: CheckCounts
    /// The latest tags, a canonical JSON object; nil: it has none.
    var tags: [UInt8]?

    // Field by field: a copy of the record would cost more than all of this.
    init(_ entry: AssetEntry) {
        id = entry.id
        key = entry.name.key
        exists = entry.record.exists
        let latest = LatestKeys(entry.record.latest)
        checks = entry.record.checks
        standing = Standing(latest, failed: checks.failed > 0, warned: checks.warned > 0)
        materialized = latest.key(of: .materialization)
        lastSeen = entry.record.lastSeen
        failed = latest.key(of: .materializationFailed)?.timestamp
        tags = entry.record.tags?.value
    }
}

#if Catalog
import AssetlogSQLite

extension AssetHead {
    /// The columns that it is read from.
    static let columns =
        """
        id, key, state, started, materialized, materialized_sequence, last_seen, failed, failed_checks, warned_checks, \
        passed_checks, tags
        """

    init(_ row: Statement) {
        id = row.integer(0)
        key = ByteText(row.text(1))
        exists = row.integer(2) >= 0
        standing = Standing(
            settled: AssetState(rawValue: UInt8(clamping: row.integer(2))) ?? .ok, started: Self.timestamp(row, 3))
        materialized = Self.timestamp(row, 4).map { EventTimeKey(timestamp: $0, sequence: row.integer(5)) }
        lastSeen = Timestamp(microseconds: row.integer(6))
        failed = Self.timestamp(row, 7)
        checks = CheckCounts()
        checks.failed = Int(row.integer(8))
        checks.warned = Int(row.integer(9))
        checks.passed = Int(row.integer(10))
        tags = row.isNull(11) ? nil : Array(row.bytes(11))
    }

    private static func timestamp(_ row: Statement, _ column: Int) -> Timestamp? {
        row.isNull(column) ? nil : Timestamp(microseconds: row.integer(column))
    }
}
#endif
