#if SQLite
internal import AssetlogCore
internal import Synchronization

/// Up to which sequence events of each kind may be in the log, so that a reader of a rare kind need not look at the events that
/// the index does not have yet. Guarded by a lock.
final class AppendedKinds: Sendable {
    /// By the kind's raw value, of which there are few.
    private let last: Mutex<[Int64]>

    /// - Parameter head: The log's last event when it is opened: what is before it may be of any kind.
    init(head: Int64) {
        last = Mutex(Array(repeating: head, count: 64))
    }

    /// Notes the kinds of a batch that is about to be appended behind `head`.
    ///
    /// It comes before the commit, so that whoever sees an event in the log sees the note as well.
    func willAppend(_ batch: borrowing EventBatch, after head: Int64) {
        var kinds: UInt64 = 0
        for index in 0..<batch.count { kinds |= 1 << UInt64(batch.withColumns(at: index) { $0.kind.rawValue & 63 }) }
        let end = head + Int64(batch.count)
        last.withLock { last in
            for kind in 0..<64 where kinds & 1 << UInt64(kind) != 0 { last[kind] = max(last[kind], end) }
        }
    }

    /// Whether no event of some kinds is in the log from a sequence on. It is asked within a snapshot of the log.
    func hasNone(of kinds: [EventKind], from sequence: Int64) -> Bool {
        last.withLock { last in kinds.allSatisfy { last[Int($0.rawValue & 63)] < sequence } }
    }
}
#endif
