import AssetlogCore

/// Reads what a filter lets through, page after page, up to a sequence.
struct LogWalk: Sendable {
    let log: any LogReader
    let filter: EventFilter
    /// The first event that is not read any more has a greater sequence.
    let last: Int64
    /// So many events are read at once.
    var limit = 1000

    /// Calls `body` with the events after a sequence, a page at a time, in the order of the log.
    func forEachPage(after first: Int64 = 0, _ body: ([LoggedEvent]) async throws -> Void) async throws {
        var order = EventQuery.Order.ascending(after: first)
        while true {
            try Task.checkCancellation()
            let page = try await log.events(EventQuery(order: order, limit: limit, filter: filter))
            let events = page.events.prefix { $0.sequence <= last }
            if !events.isEmpty { try await body(Array(events)) }
            // A page by sequence says where it ends even at the end of the log, where the next one is empty and does not move on.
            guard events.count == page.events.count, let next = page.continuation, next != order,
                case .ascending(let sequence) = next, sequence < last
            else { return }
            order = next
        }
    }
}
