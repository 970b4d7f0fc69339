import AssetlogCore

/// Reads what a filter lets through, page after page, up to a sequence.
struct LogWalk: Sendable {
    let log: any LogReader
    let filter: EventFilter
    /// Events with a greater sequence are not read.
    let last: Int64
    /// So many events are read at once.
    var limit = 1000
    /// So many are read first, and with each page four times as many, up to ``limit``; nil: as many as that at once.
    var firstLimit: Int?

    /// Calls `body` with the events after a sequence, a page at a time, in the order of the log.
    func forEachPage(after first: Int64 = 0, _ body: ([LoggedEvent]) async throws -> Void) async throws {
        try await walk(after: first) { events in
            try await body(events)
            return true
        }
    }

    /// Does the same until `body` returns false.
    func walk(after first: Int64 = 0, while body: ([LoggedEvent]) async throws -> Bool) async throws {
        var order = EventQuery.Order.ascending(after: first)
        var limit = min(firstLimit ?? limit, limit)
        while true {
            try Task.checkCancellation()
            let page = try await log.events(EventQuery(order: order, limit: limit, filter: filter))
            let events = page.events.prefix { $0.sequence <= last }
            if !events.isEmpty, try await !body(Array(events)) { return }
            // A page by sequence says where it ends even at the end of the log, where the next one is empty and does not move on.
            guard events.count == page.events.count, let next = page.continuation, next != order,
                case .ascending(let sequence) = next, sequence < last
            else { return }
            order = next
            limit = min(limit * 4, self.limit)
        }
    }
}

extension EventFilter {
    /// The events of an asset.
    init(of name: AssetName, kinds: Set<EventKind>? = nil) {
        self.init(deployment: name.deployment.text, assetKey: name.assetKey, kinds: kinds)
    }
}

extension LogReader {
    /// The voids and wipes of an asset up to a sequence.
    func corrections(of name: AssetName, upTo last: Int64) async throws -> Corrections {
        var corrections = Corrections()
        try await LogWalk(log: self, filter: EventFilter(of: name, kinds: EventKind.corrections), last: last).forEachPage { events in
            for event in events { corrections.add(event) }
        }
        return corrections
    }
}
