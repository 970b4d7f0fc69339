/// Who waits for events to become durable, and hears of it once for each commit that held some of them.
package protocol CommitListener: AnyObject, Sendable {
    /// Learns the fate of its events of one commit. Called on the writer's thread; it must not block.
    func settled(_ settlement: consuming CommitSettlement)
}

/// The fate of one listener's events of one commit.
package struct CommitSettlement: Sendable {
    /// What became of the events.
    package enum Outcome: Sendable {
        /// They are durable; the sequences of the commit, this listener's events among them.
        case committed(ClosedRange<Int64>)
        /// They were not recorded, or nobody can know.
        case failed(any Error)
    }

    /// The tickets of the events, in the order in which they were submitted.
    package var tickets: ContiguousArray<UInt>
    /// What became of the events.
    package var outcome: Outcome
}

/// Whether the log took an event into its queue.
package enum Admission: Sendable {
    /// It will be in the next commit, and its listener will hear of it.
    case queued
    /// The queue is at its bound; nothing will be heard of the event.
    case full
    /// The log is ending; nothing will be heard of the event.
    case closed
}
