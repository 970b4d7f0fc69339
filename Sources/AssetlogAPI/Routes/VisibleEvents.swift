import AssetlogAccess
import AssetlogCore

/// The events that a caller may see: those of the assets that its token covers.
struct VisibleEvents: Sendable {
    let storage: any Storage
    let caller: Caller

    /// How many events are looked at in one read where the caller may see only some.
    private static let scanned = 1000

    /// A page of the log, as ``Storage/events(_:)`` gives it.
    ///
    /// Where the token covers only some assets, it reads on until the page is full or the log has ended, so that an
    /// empty page still means the end.
    func page(_ query: EventQuery) async throws -> EventPage {
        guard let grant = caller.grant, !grant.coversEveryAsset else { return try await storage.events(query) }
        if let key = query.assetKey {
            return grant.covers(key)
                ? try await storage.events(query) : EventPage(events: [], next: query.order.start)
        }
        var page = EventPage(events: [], next: query.order.start)
        var rest = query
        rest.limit = Self.scanned
        var bytes = 0
        while !Task.isCancelled {
            let read = try await storage.events(rest)
            for event in read.events where grant.covers(event.assetKey) {
                page.events.append(event)
                bytes += event.event.byteCount
                page.next = event.sequence
                guard page.events.count < query.limit, bytes < query.maximumBytes else { return page }
            }
            // By time, a page goes on from its last event: an event that the caller may see.
            if !query.order.isByTime { page.next = read.next }
            if read.events.isEmpty { return page }
            rest.order = rest.order.following(read)
        }
        throw CancellationError()
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
