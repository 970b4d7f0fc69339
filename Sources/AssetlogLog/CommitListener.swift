package import AssetlogCore

/// Waits for events to become durable, and is notified once for each commit that held some of them.
package protocol CommitListener: AnyObject, Sendable {
    /// Takes the results of its events of one commit. Called on the writer's thread; it must not block.
    func completed(_ result: consuming CommitResult)
}

/// What became of one listener's events of one commit.
package struct CommitResult: Sendable {
    /// What became of one event.
    package enum Outcome: Sendable {
        /// It is durable.
        case committed
        /// It was not inserted: it is a duplicate of a durable event, or refused.
        case skipped(SkippedEvent.Reason)
        /// It was not recorded, or nobody can know.
        case failed(any Error)
    }

    /// The completion tokens of the events, in the order in which they were submitted.
    let completionTokens: ContiguousArray<UInt>
    /// What became of all of them except the skipped events.
    let rule: Outcome
    /// What became of others, by their index among the tokens, in order.
    let skippedEvents: [(index: Int, reason: SkippedEvent.Reason)]

    /// Calls `body` with what became of each event, in the order in which they were submitted.
    package func forEach(_ body: (_ completionToken: UInt, Outcome) -> Void) {
        var next = 0
        for (index, reason) in skippedEvents {
            for token in completionTokens[next..<index] { body(token, rule) }
            body(completionTokens[index], .skipped(reason))
            next = index + 1
        }
        for token in completionTokens[next...] { body(token, rule) }
    }
}

/// Whether the log took an event into its queue.
package enum EnqueueResult: Sendable {
    /// It will be in the next commit, and its listener is notified.
    case queued
    /// The queue is at its bound; the listener is not notified of the event.
    case full
    /// The log is ending; the listener is not notified of the event.
    case closed
}
