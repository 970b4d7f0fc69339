#if SQLite
internal import AssetlogCore
internal import Synchronization

/// Up to which sequence events of each kind may be in the log, so that a reader of a rare kind need not look at the events that
/// the index does not have yet. Guarded by a lock.
final class AppendedKinds: Sendable {
    /// At the index of the kind's raw value.
    private let last: Mutex<[Int64]>

    /// - Parameter head: The log's last event when it is opened: what is before it may be of any kind.
    init(head: Int64) {
        last = Mutex(Array(repeating: head, count: Int(UInt8.max) + 1))
    }

    /// Notes the kinds of a batch that is about to be appended behind `head`.
    ///
    /// It comes before the commit, so that whoever sees an event in the log also sees the note.
    func willAppend(_ batch: borrowing EventBatch, after head: Int64) {
        let end = head + Int64(batch.count)
        last.withLock { last in
            for index in 0..<batch.count {
                let kind = batch.withColumns(at: index) { Int($0.kind.rawValue) }
                last[kind] = max(last[kind], end)
            }
        }
    }

    /// Whether no event of some kinds is in the log from a sequence on. It is asked within a snapshot of the log.
    func hasNone(of kinds: [EventKind], from sequence: Int64) -> Bool {
        last.withLock { last in kinds.allSatisfy { last[Int($0.rawValue)] < sequence } }
    }
}
#endif
