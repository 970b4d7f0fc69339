#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Tells the writer which identities that clients chose are in the log.
///
/// The index finds them up to its watermark, a table in memory behind it. Nothing is kept, looked for or paid until
/// the first such event comes; from then on the table follows the log. See Docs/Decisions/0009-exactly-once.md.
final class Identities {
    /// How far the index may be behind.
    struct Limits {
        /// With more events behind the index's watermark it is not known what is in the log.
        var tail: Int64 = 3_000_000
        /// So many events of the log are read in one step, to bring the table up to it.
        var scan = 32_768
        /// After so long no further step is made for one batch. Some millions of events take less.
        var scanTime = Duration.milliseconds(500)
        /// From so many events on the table asks the index which it may forget.
        var forgetting = 65_536
    }

    private let limits: Limits
    private var lookup: IdentityLookup?
    private var tail: IdentityTail?
    private var forgettingAt: Int

    init(limits: Limits = Limits()) {
        self.limits = limits
        forgettingAt = min(limits.forgetting, Int(limits.tail))
    }

    /// The number of events in the table.
    private var count: Int { tail?.count ?? 0 }

    /// How long senders of very many events should wait, so that the index follows before the table is full.
    ///
    /// It grows from a third of the bound on, and finds the length at which they send as much as the index takes.
    var advisedPause: Duration {
        let share = Double(count) / Double(limits.tail)
        return share > 1 / 3 ? .milliseconds(Int(1000 * (share - 1 / 3))) : .zero
    }

    /// Decides which events of a batch with identities of clients are new.
    ///
    /// - Parameters:
    ///   - index: The index; nil when there is none at the moment.
    ///   - rows: The log on the writer's connection.
    ///   - head: The log's last sequence.
    ///   - fault: Is notified of an index that can't be read.
    func plan(
        _ batch: borrowing EventBatch, _ index: EventIndex?, _ rows: IdentityRows, head: Int64,
        fault: (EventIndex, any Error) -> Void
    ) -> AppendPlan {
        do {
            guard let index else { return try plan(batch, nil, rows, head) }
            return try read(index) { try plan(batch, $0, rows, head) }
        } catch {
            if let index, EventIndex.isDamage(error) { fault(index, error) }
            return batch.plan { _ in .unknown }
        }
    }

    /// Notes what was inserted behind `head`.
    func note(_ batch: borrowing EventBatch, _ plan: AppendPlan, after head: Int64, _ index: EventIndex?) {
        guard tail?.end == head else { return }
        for (sequence, batchIndex) in zip((head + 1)..., plan.insertions.joined()) {
            tail?.append(batch.withColumns(at: batchIndex) { IdentityTail.hash($0.id, $0.deployment) }, sequence)
        }
        if count >= forgettingAt { forget(index) }
    }

    /// Forgets what it noted, because the log may differ from it after a failure.
    func reset() {
        tail = nil
    }

    func close() {
        lookup?.close()
        lookup = nil
    }

    private func plan(
        _ batch: borrowing EventBatch, _ index: IdentityLookup.Snapshot?, _ rows: IdentityRows, _ head: Int64
    ) throws -> AppendPlan {
        let isWhole = catchUp(from: index?.watermark ?? 0, to: head, rows)
        return try batch.plan { columns in
            let hash = IdentityTail.hash(columns.id, columns.deployment)
            if let match = tail?.first(hash, { rows.match(columns, at: $0) }) { return match }
            if let sequence = try index?.sequence(of: columns), let match = rows.match(columns, at: sequence) {
                return match
            }
            let removed = try rows.matchRemoved(columns)
            return removed == .none && !isWhole ? .unknown : removed
        }
    }

    /// Brings the table up to the log.
    ///
    /// - Returns: Whether it knows every event behind the watermark.
    private func catchUp(from watermark: Int64, to head: Int64, _ rows: IdentityRows) -> Bool {
        guard head - watermark <= limits.tail else {
            tail = nil
            return false
        }
        // The index may have been thrown away since, and know less than it did.
        if tail.map({ $0.start > watermark }) ?? true { tail = IdentityTail(after: watermark) }
        let start = ContinuousClock.now
        while let end = tail?.end, end < head {
            do {
                try rows.read(after: end, limit: limits.scan) { tail?.append($0, $1) }
            } catch {
                return false
            }
            // No row was left, as where an operator has accepted the loss of the last ones.
            if tail?.end == end { tail?.skip(to: head) }
            guard ContinuousClock.now - start < limits.scanTime else { break }
        }
        return tail?.end == head
    }

    private func forget(_ index: EventIndex?) {
        let watermark = index.flatMap { index in try? read(index) { $0.watermark } }
        tail?.forget(upTo: watermark ?? 0)
        if Int64(count) >= limits.tail { tail = nil }
        forgettingAt = max(limits.forgetting, min(count * 2, Int(limits.tail)))
    }

    private func read<Result>(
        _ index: EventIndex, _ body: (IdentityLookup.Snapshot) throws -> Result
    ) throws -> Result {
        if lookup?.index !== index {
            lookup?.close()
            lookup = nil
            lookup = try IdentityLookup(index)
        }
        guard let lookup else { throw SQLiteError.closed(index.path) }
        return try lookup.read(body)
    }
}
#endif
