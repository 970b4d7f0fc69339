#if SQLite
internal import AssetlogCore
internal import Synchronization

/// What the index needs of the events that were appended last, so that it need not read them from the log. Guarded by a lock.
///
/// It is a shortcut and no more: it may forget everything at any time, and then the index reads the log.
final class AppendedEvents: Sendable {
    /// What the index needs of an event.
    struct Row {
        var sequence: Int64
        var id: EventIDBytes
        var kind: Int64
        var timestamp: Int64
        var receivedAt: Int64
        fileprivate var assetKey: Range<Int>
        fileprivate var deployment: Range<Int>
    }

    /// Events without a gap between them, in their order.
    struct RowList {
        fileprivate(set) var rows: ContiguousArray<Row> = []
        fileprivate var texts: [UInt8] = []

        /// Lends the texts of an event.
        func withTexts<Result>(
            of row: Row, _ body: (_ assetKey: UnsafeRawBufferPointer, _ deployment: UnsafeRawBufferPointer) throws -> Result
        ) rethrows -> Result {
            try texts.withUnsafeBytes { texts in
                try body(
                    UnsafeRawBufferPointer(rebasing: texts[row.assetKey]), UnsafeRawBufferPointer(rebasing: texts[row.deployment]))
            }
        }
    }

    /// More than so many events are not remembered; some 7 MB in memory.
    private static let maximumCount = 2 * Indexer.step
    private let list = Mutex(RowList())
    private let isHalfFull = Signal()

    /// Notes what was inserted behind `head`.
    func note(_ batch: borrowing EventBatch, _ plan: AppendPlan, after head: Int64) {
        let count = list.withLock { list in
            // Of events that it does not know there may be some in between, as after a commit whose outcome was unknown.
            let isGapless = list.rows.last.map { $0.sequence == head } ?? true
            if !isGapless || list.rows.count + batch.count > Self.maximumCount { list = RowList() }
            guard batch.count <= Self.maximumCount else { return 0 }
            var sequence = head
            for index in plan.insertions.joined() {
                sequence += 1
                batch.withColumns(at: index) { list.append($0, at: sequence) }
            }
            return list.rows.count
        }
        if count >= Indexer.step { isHalfFull.send() }
    }

    /// Waits until there is enough for a step of the index, but no longer than so long.
    func waitForStep(atMost duration: Duration) async {
        guard list.withLock({ $0.rows.count }) < Indexer.step else { return }
        await isHalfFull.wait(atMost: duration)
    }

    /// Takes the events behind a sequence; nil: it does not know the next one.
    func take(after sequence: Int64) -> RowList? {
        list.withLock { list in
            guard let first = list.rows.first, first.sequence <= sequence + 1 else { return nil }
            var taken = RowList()
            swap(&taken, &list)
            taken.rows.removeFirst(min(Int(sequence + 1 - first.sequence), taken.rows.count))
            return taken.rows.isEmpty ? nil : taken
        }
    }

    /// Forgets everything, as before events are removed from the log.
    func removeAll() {
        list.withLock { $0 = RowList() }
    }
}

extension AppendedEvents.RowList {
    fileprivate mutating func append(_ columns: borrowing EventColumns, at sequence: Int64) {
        let start = texts.count
        texts.append(contentsOf: columns.assetKey)
        let middle = texts.count
        // Most events are of the deployment of the one before.
        var deployment = middle..<middle + columns.deployment.count
        if let last = rows.last?.deployment, texts[last].elementsEqual(columns.deployment) {
            deployment = last
        } else {
            texts.append(contentsOf: columns.deployment)
        }
        rows.append(
            AppendedEvents.Row(
                sequence: sequence, id: EventIDBytes(columns.id), kind: Int64(columns.kind.rawValue),
                timestamp: columns.timestamp.microseconds, receivedAt: columns.receivedAt.microseconds, assetKey: start..<middle,
                deployment: deployment))
    }
}
#endif
