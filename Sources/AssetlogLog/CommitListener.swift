package import AssetlogCore

/// Who waits for events to become durable, and is notified once for each commit that held some of them.
package protocol CommitListener: AnyObject, Sendable {
    /// Learns the fate of its events of one commit. Called on the writer's thread; it must not block.
    func settled(_ settlement: consuming CommitSettlement)
}

/// The fate of one listener's events of one commit.
package struct CommitSettlement: Sendable {
    /// What became of one event.
    package enum Outcome: Sendable {
        /// It is durable.
        case committed
        /// It was not inserted: it is a duplicate of a durable event, or refused.
        case excepted(AppendException.Reason)
        /// It was not recorded, or nobody can know.
        case failed(any Error)
    }

    /// The tickets of the events, in the order in which they were submitted.
    let tickets: ContiguousArray<UInt>
    /// What became of all of them but for the exceptions.
    let rule: Outcome
    /// What became of others, by their place among the tickets, in order.
    let exceptions: [(place: Int, reason: AppendException.Reason)]

    /// Tells what became of each event, in the order in which they were submitted.
    package func forEach(_ body: (_ ticket: UInt, Outcome) -> Void) {
        var next = 0
        for (place, reason) in exceptions {
            for ticket in tickets[next..<place] { body(ticket, rule) }
            body(tickets[place], .excepted(reason))
            next = place + 1
        }
        for ticket in tickets[next...] { body(ticket, rule) }
    }
}

/// Whether the log took an event into its queue.
package enum Admission: Sendable {
    /// It will be in the next commit, and its listener will be notified.
    case queued
    /// The queue is at its bound; nothing will be heard of the event.
    case full
    /// The log is ending; nothing will be heard of the event.
    case closed
}
