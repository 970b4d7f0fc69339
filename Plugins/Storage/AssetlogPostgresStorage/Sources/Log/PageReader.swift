#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres

/// Reads one page of the log up to a horizon; it blocks.
struct PageReader {
    let connection: PostgresConnection
    let schema: Schema
    let horizon: Int64
    let deadline: Deadline
    let cancellation: ReadCancellation

    // Where events are skipped, so many are looked at first, for the page may have its events soon; and then more.
    private static let windows = 256...16_384

    func page(_ query: EventQuery) throws -> EventPage {
        let limit = max(1, min(query.limit, 100_000))
        // No event has none of the kinds.
        if query.filter.possibleKinds?.isEmpty == true { return EventPage(continuation: query.end(horizon)) }
        guard query.isFilteredByRow else { return try plainPage(query, limit) }
        if query.isOfTimeBySequence, let page = try pageOfTime(query, limit) { return page }
        return try filteredPage(query, limit)
    }

    private func plainPage(_ query: EventQuery, _ limit: Int) throws -> EventPage {
        page(query, try read(query, limit, PageStatement(query, horizon: horizon, limit: limit, schema)))
    }

    /// The page of events that were found without looking at others.
    private func page(_ query: EventQuery, _ found: Found) -> EventPage {
        var page = EventPage(events: found.events, continuation: query.end(horizon, after: found.last))
        if found.isFull, let last = found.last { page.continuation = query.order.after(last) }
        return page
    }

    /// The events of a time that has few of them: found by their time, and sorted. Nil: it has more.
    private func pageOfTime(_ query: EventQuery, _ limit: Int) throws -> EventPage? {
        let count = PageStatement(countOf: query, upTo: Self.sortedEvents + 1, schema)
        let rows = try connection.run(count.text, count.parameters, with: count.settings, before: deadline)
        guard rows.integer(0, 0) <= Self.sortedEvents else { return nil }
        try cancellation.check()
        return page(query, try read(query, limit, PageStatement(sorting: query, horizon: horizon, limit: limit, schema)))
    }

    /// So many events of a time are sorted for a page. Of more, the log is read in its order.
    private static let sortedEvents: Int64 = 100_000

    /// Looks at a number of events at a time, until the page is full or enough of them were skipped.
    private func filteredPage(_ query: EventQuery, _ limit: Int) throws -> EventPage {
        var page = EventPage()
        var rest = query
        var window = max(limit, Self.windows.lowerBound)
        while true {
            try cancellation.check()
            // So that no more than this are skipped, even when none is found.
            let looked = min(window, max(1, query.maximumSkipped - page.skipped))
            let wanted = limit - page.events.count
            let rows = PageStatement.filters(query.filter) ? wanted : looked
            var found = try read(rest, rows, PageStatement(rest, horizon: horizon, among: looked, limit: rows, schema))
            found.cut(to: wanted)
            page.events += found.events
            rest.maximumBytes -= found.bytes
            if found.isFull, let last = found.last {
                page.skipped += found.skipped
                page.continuation = query.order.after(last)
                return page
            }
            guard let end = try end(of: looked, rest) else {
                page.continuation = query.end(horizon, after: found.last) ?? page.continuation
                return page
            }
            rest.order = query.order.after(end)
            page.continuation = rest.order
            page.skipped += max(0, looked - found.events.count)
            guard page.skipped < query.maximumSkipped, page.events.count < limit, rest.maximumBytes > 0 else { return page }
            window = max(window, min(window * 4, Self.windows.upperBound))
        }
    }

    /// Where the last of so many events stands that are looked at; nil: there are fewer.
    private func end(of window: Int, _ query: EventQuery) throws -> EventTimeKey? {
        let statement = PageStatement(endOf: window, query, horizon: horizon, schema)
        let rows = try connection.run(statement.text, statement.parameters, with: statement.settings, before: deadline)
        return rows.count > 0 ? EventTimeKey(timestamp: rows.time(0, 1), sequence: rows.integer(0, 0)) : nil
    }

    private struct Found {
        var events: [LoggedEvent] = []
        var bytes = 0
        /// Where the last row stands, whether it passed the filter or not.
        var last: EventTimeKey?
        var isFull = false
        /// How many rows did not pass the filter.
        var skipped = 0

        /// Leaves out what is too much for the page.
        mutating func cut(to limit: Int) {
            guard events.count > limit else { return }
            events.removeLast(events.count - limit)
            (last, isFull) = (events.last?.timeKey, true)
        }
    }

    private func read(_ query: EventQuery, _ limit: Int, _ statement: PageStatement) throws -> Found {
        let rows = try connection.run(statement.text, statement.parameters, with: statement.settings, before: deadline)
        var found = Found()
        found.events.reserveCapacity(rows.count)
        var bytes = 0
        for row in 0..<rows.count {
            let event = try EventRow.read(rows, row)
            found.last = event.timeKey
            bytes += event.event.byteCount
            guard query.matches(event.event) else { continue }
            found.events.append(event)
            found.bytes += event.event.byteCount
        }
        found.skipped = rows.count - found.events.count
        found.isFull = rows.count >= limit || bytes >= query.maximumBytes
        return found
    }
}

extension EventQuery {
    /// Whether rows have to be looked at that an index does not tell from those that are asked for.
    fileprivate var isFilteredByRow: Bool {
        filter.deployment != nil && filter.assetKey == nil || filter.assetKey != nil && filter.deployment == nil
            || filter.possibleKinds != nil || filter.prefix != nil || filter.assets != nil || filter.partition != nil
            || isOfTimeBySequence
    }

    /// Whether events of a time are asked for in the order of the log.
    fileprivate var isOfTimeBySequence: Bool {
        if case .latest = order { return false }
        return filter.from != nil || filter.to != nil
    }

    /// Where reading continues when the log was looked at to its end; nil: the query starts there.
    ///
    /// - Parameter last: Where the last event stands that was looked at; nil: there was none.
    fileprivate func end(_ horizon: Int64, after last: EventTimeKey? = nil) -> EventQuery.Order? {
        switch order {
        case .ascending(let after): horizon > after ? .ascending(after: horizon) : nil
        case .descending(let before): horizon > 0 && (before ?? .max) > 1 ? .descending(before: 1) : nil
        case .latest: last.map(order.after)
        }
    }
}
#endif
