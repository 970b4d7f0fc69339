import AssetlogAccess
import AssetlogCore
import AssetlogWeb
import HTTPTypes

/// The events that a caller may see: those of the assets that its token covers.
struct VisibleEvents: Sendable {
    let storage: any Storage
    let caller: Caller

    /// A page of the log, as ``Storage/events(_:)`` gives it, of the assets that the caller may see.
    ///
    /// A storage applies the filter itself; that one which does not know a filter shows nothing wrong is checked here.
    func page(_ query: EventQuery) async throws -> EventPage {
        if let key = query.assetKey, caller.grant?.covers(key) == false { return EventPage() }
        var query = query
        query.filter = filter(query.filter)
        var page = try await storage.events(query)
        page.events.removeAll { !query.matches($0.event) }
        return page
    }

    /// Whether a short look finds an event of a query from a position on, or comes to no end.
    func follows(_ query: EventQuery, from start: EventQuery.Order) async throws -> Bool {
        var query = query
        (query.order, query.limit, query.maximumSkipped) = (start, 1, 100)
        let page = try await page(query)
        return !page.events.isEmpty || page.skipped >= query.maximumSkipped
    }

    /// The events of a filter that the caller may see.
    func filter(_ filter: EventFilter) -> EventFilter {
        guard let assets = caller.visibleAssets else { return filter }
        var filter = filter
        filter.assets = assets
        return filter
    }

    /// Where the event of a sequence stands in time; nil also when the caller may not see it.
    func timeKey(of sequence: Int64, deployment: String) async throws -> EventTimeKey? {
        guard let event = try await event(at: sequence), event.deployment.utf8.elementsEqual(deployment.utf8),
            caller.grant?.covers(event.assetKey) ?? true
        else { return nil }
        return event.timeKey
    }

    /// The position in time of the event that a page ended with, no matter who may see it.
    func timeKey(ofLookedAt sequence: Int64) async throws -> EventTimeKey? {
        try await event(at: sequence)?.timeKey
    }

    private func event(at sequence: Int64) async throws -> LoggedEvent? {
        let page = try await storage.events(EventQuery(order: .ascending(after: sequence - 1), limit: 1))
        guard let event = page.events.first, event.sequence == sequence else { return nil }
        return event
    }

    /// An event of a deployment; nil also when the caller may not see it.
    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        guard let event = try await storage.event(id, deployment: deployment) else { return nil }
        return caller.grant?.covers(event.assetKey) ?? true ? event : nil
    }

    /// The event that the path of a request names.
    ///
    /// - Throws: ``RequestError`` with the status 400 where it names none, 404 where there is none that the caller may see.
    func event(at context: RouteContext) async throws -> LoggedEvent {
        let text = context.parameters["event_id"] ?? ""
        guard let id = EventID(text) else {
            throw RequestError(
                status: .badRequest,
                detail: "\(text.quoted) is not an event ID. Event IDs are UUIDs, as in the field event_id of an event"
                    + " or in the header Assetlog-Event-Id of the answer to a report.",
                parameter: "event_id")
        }
        guard let event = try await event(id, deployment: context.deployment) else {
            throw RequestError.notFound("There is no event \(id) in the deployment \(context.location.deployment.quoted).")
        }
        return event
    }
}
