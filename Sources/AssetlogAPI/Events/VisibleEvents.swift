import AssetlogAccess
import AssetlogCore

/// The events that a caller may see: those of the assets that its token covers.
struct VisibleEvents: Sendable {
    let storage: any Storage
    let caller: Caller

    /// A page of the log, as ``Storage/events(_:)`` gives it, of the assets that the caller may see.
    ///
    /// A storage applies the filter itself; that one which does not know a filter shows nothing wrong is checked here.
    func page(_ query: EventQuery) async throws -> EventPage {
        var query = query
        if let grant = caller.grant, !grant.coversEveryAsset {
            if let key = query.assetKey, !grant.covers(key) { return EventPage() }
            query.assets = grant.assets
        }
        var page = try await storage.events(query)
        page.events.removeAll { !query.matches($0.event) }
        return page
    }

    /// The events of a filter that the caller may see.
    func filter(_ filter: EventFilter) -> EventFilter {
        guard let grant = caller.grant, !grant.coversEveryAsset else { return filter }
        var filter = filter
        filter.assets = grant.assets
        return filter
    }

    /// Where the event of a sequence stands in time; nil also when the caller may not see it.
    func timeKey(of sequence: Int64, deployment: String) async throws -> EventTimeKey? {
        guard let event = try await event(at: sequence), event.deployment.utf8.elementsEqual(deployment.utf8),
            caller.grant?.covers(event.assetKey) ?? true
        else { return nil }
        return event.timeKey
    }

    /// The place in time of the event that a page ended with, no matter who may see it.
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
}
