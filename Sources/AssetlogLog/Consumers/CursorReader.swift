import AssetlogCore
import Logging

/// Reads the cursor of a consumer, and sets it back where it is no position of this log.
struct CursorReader: Sendable {
    let log: any LogReader
    let cursors: any ConsumerStore
    let consumer: any LogConsumer
    let clock: ConsumerClock
    /// How long a position that does not fit is left alone before it is looked at again: what a server knows of the log's end
    /// may be older than the cursor that another one has just moved.
    let doubt: Duration
    let logger: Logger

    /// So many replays at most are made up for, one by one.
    private static let longestCatchUp: Int64 = 1000

    /// A cursor from which the consumer loses nothing, and the log that it belongs to.
    ///
    /// - Parameter known: Where the consumer is by what it has read itself.
    func read(_ known: ConsumerCursor) async throws -> (cursor: ConsumerCursor, log: LogID) {
        let id = try await log.logID()
        var (cursor, verdict) = try await look(known, id)
        if verdict != .fits {
            try await clock.sleep(doubt)
            (cursor, verdict) = try await look(known, id)
        }
        switch verdict {
        case .fits: break
        case .follows(let generation):
            logger.notice(
                "The cursor of a consumer was lost; continuing from what its destination has.",
                metadata: ["consumer.generation": "\(generation)"])
            cursor = try await replay(cursor, after: cursor.position, upTo: generation)
        case .restarts(let sequence, let generation, let reason):
            logger.error(
                "A consumer's cursor does not belong to this log; reading again in a new generation.",
                metadata: [
                    "consumer.position": "\(cursor.position)", "log": "\(id)", "reason": "\(reason.rawValue)",
                    "from": "\(sequence + 1)",
                ])
            cursor = try await replay(cursor, after: sequence, upTo: max(generation, cursor.generation) + 1)
        }
        return (cursor, id)
    }

    private func replay(_ old: ConsumerCursor, after position: Int64, upTo generation: Int64) async throws -> ConsumerCursor {
        // A number that is far away is not met again: any other generation will do.
        let isFar = generation - old.generation > Self.longestCatchUp
        var cursor = old
        repeat {
            cursor = try await cursors.replay(old.consumer, after: position)
        } while !isFar && cursor.generation < generation
        return cursor
    }

    private func look(
        _ known: ConsumerCursor, _ id: LogID
    ) async throws -> (cursor: ConsumerCursor, verdict: PositionCheck.Verdict) {
        let cursor = try await cursors.cursor(of: known.consumer)
        let delivered = try await consumer.position()
        var positions = PositionCheck.Positions(cursor: try await position(cursor), generation: cursor.generation)
        if known.generation == cursor.generation, known.position > cursor.position {
            positions.reached = try await position(known)
        }
        if let delivered {
            positions.delivered = try await position(delivered.log, delivered.sequence, delivered.event)
            positions.deliveredGeneration = delivered.generation
        }
        let head = try await log.statistics().head
        return (cursor, PositionCheck(log: id, head: head).verdict(positions))
    }

    private func position(_ cursor: ConsumerCursor) async throws -> PositionCheck.Position {
        try await position(cursor.log, cursor.position, cursor.event)
    }

    private func position(_ log: LogID?, _ sequence: Int64, _ event: EventID?) async throws -> PositionCheck.Position {
        var position = PositionCheck.Position(log: log, sequence: sequence, event: event, found: nil)
        if event != nil, sequence > 0 { position.found = try await found(at: sequence) }
        return position
    }

    /// The identity of the event at a sequence; nil: there is none, or it can't be read.
    private func found(at sequence: Int64) async throws -> EventID? {
        do {
            let page = try await log.events(EventQuery(order: .ascending(after: sequence - 1), limit: 1))
            return page.events.first.flatMap { $0.sequence == sequence ? $0.id : nil }
        } catch let error as StorageError where error.code == .damaged {
            // Whether the consumer meets the damage depends on where it continues.
            return nil
        }
    }
}
