import AssetlogAccess
import AssetlogCore

/// The events that a caller may see: those of the assets that its token covers.
struct VisibleEvents: Sendable {
    let storage: any Storage
    let caller: Caller

    /// How many events are looked at in one read where the caller may see only some.
    private static let scanned = 1000

    /// A page of the log, as ``Storage/events(_:)`` gives it, without what does not pass the query's filter.
    ///
    /// A storage applies the filter itself; that one which does not know a filter shows nothing wrong is checked here.
    func page(_ query: EventQuery) async throws -> EventPage {
        guard let grant = caller.grant, !grant.coversEveryAsset else { return try await matching(query) }
        if let key = query.assetKey {
            return grant.covers(key) ? try await matching(query) : EventPage(events: [], next: query.order.start)
        }
        return try await page(query, covered: grant)
    }

    /// Where the token covers only some assets, it reads on until the page is full or the log has ended, so that an
    /// empty page still means the end; or until the storage has ended a page because too little passes the filter.
    private func page(_ query: EventQuery, covered grant: AccessGrant) async throws -> EventPage {
        var page = EventPage(events: [], next: query.order.start)
        var rest = query
        rest.limit = Self.scanned
        var bytes = 0
        while !Task.isCancelled {
            let read = try await matching(rest)
            for event in read.events where grant.covers(event.assetKey) {
                page.events.append(event)
                bytes += event.event.byteCount
                page.next = event.sequence
                guard page.events.count < query.limit, bytes < query.maximumBytes else { return page }
            }
            if rest.order.hasEnded(with: read) { return page }
            // By time, a page goes on from its last event: an event that the caller may see.
            if !query.order.isByTime {
                page.next = read.next
                if query.filter.isSelective { return page }
            }
            rest.order = rest.order.following(read)
        }
        throw CancellationError()
    }

    private func matching(_ query: EventQuery) async throws -> EventPage {
        var page = try await storage.events(query)
        guard page.events.contains(where: { !query.matches($0.event) }) else { return page }
        page.moment = page.moment ?? page.events.last?.moment
        page.events.removeAll { !query.matches($0.event) }
        return page
    }

    /// Where the event of a sequence stands in time; nil also when the caller may not see it.
    func moment(of sequence: Int64, deployment: String) async throws -> EventMoment? {
        let page = try await storage.events(EventQuery(order: .ascending(after: sequence - 1), limit: 1))
        guard let event = page.events.first, event.sequence == sequence,
            event.deployment.utf8.elementsEqual(deployment.utf8), caller.grant?.covers(event.assetKey) ?? true
        else { return nil }
        return event.moment
    }

    /// An event of a deployment; nil also when the caller may not see it.
    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        guard let event = try await storage.event(id, deployment: deployment) else { return nil }
        return caller.grant?.covers(event.assetKey) ?? true ? event : nil
    }
}

extension EventQuery.Order {
    fileprivate var isByTime: Bool {
        if case .latest = self { true } else { false }
    }
}
