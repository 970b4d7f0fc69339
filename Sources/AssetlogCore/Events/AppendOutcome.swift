/// What became of a batch that was appended.
public struct AppendOutcome: Hashable, Sendable {
    /// The sequences of the events that were inserted, consecutive and in the batch's order; nil: none was.
    public var sequences: ClosedRange<Int64>?
    /// The events that were not inserted, in the batch's order.
    public var skippedEvents: [SkippedEvent]
    /// How long a sender of very many events should wait with the next ones, because background work can't follow.
    public var advisedPause: Duration

    /// Makes an outcome.
    public init(
        sequences: ClosedRange<Int64>? = nil, skippedEvents: [SkippedEvent] = [], advisedPause: Duration = .zero
    ) {
        self.sequences = sequences
        self.skippedEvents = skippedEvents
        self.advisedPause = advisedPause
    }

    /// Why the event at `index` was not inserted; nil: it was.
    public func skippedEvent(at index: Int) -> SkippedEvent.Reason? {
        let first = firstSkipped(from: index)
        guard first < skippedEvents.count, skippedEvents[first].index == index else { return nil }
        return skippedEvents[first].reason
    }

    /// The outcome of the events at `range`, as if they had been the batch.
    public func part(_ range: Range<Int>) -> AppendOutcome {
        let (first, end) = (firstSkipped(from: range.lowerBound), firstSkipped(from: range.upperBound))
        let inserted = Int64(range.count - (end - first))
        let part = skippedEvents[first..<end].map { $0.moved(by: -range.lowerBound) }
        guard let sequences, inserted > 0 else { return AppendOutcome(skippedEvents: part, advisedPause: advisedPause) }
        let start = sequences.lowerBound + Int64(range.lowerBound - first)
        return AppendOutcome(
            sequences: start...start + inserted - 1, skippedEvents: part, advisedPause: advisedPause)
    }

    private func firstSkipped(from index: Int) -> Int {
        skippedEvents.partitionPoint { $0.index >= index }
    }
}

/// An event of a batch that was not inserted.
public struct SkippedEvent: Hashable, Sendable {
    /// Why an event was not inserted.
    public enum Reason: Hashable, Sendable {
        /// It is in the log already, with the same content.
        case duplicate(sequence: Int64)
        /// Its identity belongs to an event with another content; nil: to one that was left out with its group.
        case conflict(sequence: Int64?)
        /// Whether it is in the log is not known now; later it is.
        case indeterminate
        /// Its group was left out because of the event at this index.
        case groupAborted(by: Int)
    }

    /// The index in the batch, from 0.
    public var index: Int
    /// Why it was not inserted.
    public var reason: Reason

    /// Makes a skipped event.
    public init(index: Int, reason: Reason) {
        self.index = index
        self.reason = reason
    }

    fileprivate func moved(by distance: Int) -> SkippedEvent {
        var moved = SkippedEvent(index: index + distance, reason: reason)
        if case .groupAborted(let culprit) = reason { moved.reason = .groupAborted(by: culprit + distance) }
        return moved
    }
}

extension Array {
    /// The index of the first element that passes, where all after it pass too.
    func partitionPoint(where passes: (Element) -> Bool) -> Int {
        var range = 0..<count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = passes(self[middle]) ? range.lowerBound..<middle : middle + 1..<range.upperBound
        }
        return range.lowerBound
    }
}
