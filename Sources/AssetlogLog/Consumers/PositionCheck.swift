import AssetlogCore

/// Decides whether the positions that a consumer goes by are positions of this log. It reads nothing itself.
///
/// A log that was restored from a backup, begun again or copied gives the same sequences to other events. A consumer that continues by
/// its old sequence then passes over events that it never saw.
struct PositionCheck {
    /// A position that is remembered, and what the log has there.
    struct Position: Equatable {
        /// The log that it belongs to; nil: not known.
        var log: LogID?
        var sequence: Int64
        /// The event that was there; nil: not known.
        var event: EventID?
        /// The event that this log has there; nil: none, as where events were removed.
        var found: EventID?
    }

    /// What a consumer goes by.
    struct Positions: Equatable {
        /// Its cursor.
        var cursor: Position
        /// The generation of the cursor.
        var generation: Int64
        /// What it has read in this generation beyond the cursor, when that was not saved yet.
        var reached: Position?
        /// What its destination has.
        var delivered: Position?
        /// The generation in which that was delivered.
        var deliveredGeneration: Int64 = 0
    }

    /// What to do with the cursor.
    enum Verdict: Equatable {
        /// The consumer continues.
        case fits
        /// The destination is in a later generation than the cursor, which was lost with its file: the cursor follows it.
        case follows(generation: Int64)
        /// The consumer reads again from a position, in a generation that comes after another one.
        case restarts(after: Int64, beyond: Int64, Reason)
    }

    /// Why a position is none of this log.
    enum Reason: String, Equatable {
        case cursorOfAnotherLog = "the cursor belongs to another log"
        case cursorAhead = "the cursor is ahead of the log's end"
        case cursorElsewhere = "the log has another event at the cursor"
        case readingAhead = "the log ends before what was read already, or has another event there"
        case destinationElsewhere = "the log does not have the last event that was delivered; it was restored from a backup"
    }

    /// This log.
    let log: LogID
    /// Its last sequence.
    let head: Int64

    func verdict(_ positions: Positions) -> Verdict {
        func restart(after sequence: Int64, _ reason: Reason) -> Verdict {
            .restarts(after: sequence, beyond: positions.generation, reason)
        }
        let cursor = positions.cursor
        if isOfAnotherLog(cursor) { return restart(after: 0, .cursorOfAnotherLog) }
        // With an event it was a position of this log once, which has gone back since and may have gone on differently. Without,
        // it is a position that an operator named.
        if cursor.sequence > head { return restart(after: cursor.event == nil ? head : 0, .cursorAhead) }
        if holdsAnotherEvent(cursor) { return restart(after: 0, .cursorElsewhere) }
        if let reached = positions.reached, !isHere(reached) { return restart(after: cursor.sequence, .readingAhead) }
        // What was delivered from another log the exporter itself does not count.
        guard let delivered = positions.delivered, !isOfAnotherLog(delivered) else { return .fits }
        let isAncient = positions.deliveredGeneration < positions.generation
        if !isAncient, !isHere(delivered) {
            return .restarts(after: cursor.sequence, beyond: positions.deliveredGeneration, .destinationElsewhere)
        }
        return positions.deliveredGeneration > positions.generation ? .follows(generation: positions.deliveredGeneration) : .fits
    }

    private func isHere(_ position: Position) -> Bool {
        !isOfAnotherLog(position) && position.sequence <= head && !holdsAnotherEvent(position)
    }

    private func isOfAnotherLog(_ position: Position) -> Bool {
        position.log.map { $0 != log } ?? false
    }

    private func holdsAnotherEvent(_ position: Position) -> Bool {
        guard let event = position.event, let found = position.found else { return false }
        return event != found
    }
}
