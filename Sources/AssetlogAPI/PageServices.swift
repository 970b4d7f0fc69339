import AssetlogAccess
package import AssetlogCatalog
package import AssetlogCore
import AssetlogLog
package import AssetlogWeb
import HTTPTypes
package import HummingbirdCore

/// What the pages for people are made of: the reads and the actions of the API, for one caller at a time, with the same bounds.
package struct PageServices: Sendable {
    /// Where the server's routes are, and what it is.
    package let configuration: APIConfiguration
    /// Where the routes are.
    package let layout: PathLayout
    let storage: any Storage
    let events: EventRoutes
    let catalog: CatalogReads
    let corrections: CorrectionRoutes
    let exporters: ExporterRoutes
    let receivers: [NamedReceiver]

    // MARK: The catalog

    /// How the catalog is doing; nil: this server keeps none.
    package var catalogStatus: CatalogStatus? { catalog.catalog?.status }

    /// Asks the catalog when it is the caller's turn.
    ///
    /// - Throws: ``RequestError`` with the status 501 where there is no catalog, 503 where it can't be asked now.
    package func ask<Value: Sendable>(
        for context: RouteContext, _ work: @Sendable (any CatalogQueries) async throws -> Value
    ) async throws -> Value {
        try await catalog.read(for: context, work)
    }

    /// Waits a moment until the catalog contains the event that made a browser ask again, as the request says.
    package func waitForCatalog(_ request: Request) async {
        guard let sequence = request.headers[.assetlogMinSequence].flatMap({ Int64($0) }) else { return }
        _ = await catalog.catalog?.waitFor(sequence: sequence, atMost: .milliseconds(500))
    }

    // MARK: The log

    /// A page of the events that the caller may see, those that are void marked.
    ///
    /// - Parameters:
    ///   - query: Its deployment is the one that the request is about.
    ///   - findsEnd: Whether the page has no continuation where a look behind it finds nothing.
    package func events(_ query: EventQuery, findsEnd: Bool = false, for context: RouteContext) async throws -> MarkedPage {
        var query = query
        query.deployment = context.deployment
        let visible = VisibleEvents(storage: storage, caller: context.identity.caller)
        return try await events.reads.read(upTo: query.limit, for: LimitedCaller(context.identity), in: context.memory) { [query] in
            var page = try await events.reads.page(query, voided: nil, of: visible, events.voids)
            if findsEnd, let order = page.continuation, try await !visible.follows(query, from: order) { page.continuation = nil }
            return page
        }
    }

    /// The event that the path of a request names.
    ///
    /// - Throws: ``RequestError`` with the status 400 or 404 where there is none that the caller may see.
    package func event(for context: RouteContext) async throws -> MarkedEvent {
        let event = try await VisibleEvents(storage: storage, caller: context.identity.caller).event(at: context)
        return MarkedEvent(event: event, voiding: try await events.voids.voiding(of: event.event))
    }

    /// The identity of the event at a sequence; nil: the caller can see none there.
    package func event(at sequence: Int64, for context: RouteContext) async throws -> EventID? {
        let query = EventQuery(order: .ascending(after: sequence - 1), limit: 1, deployment: context.deployment)
        let event = try await VisibleEvents(storage: storage, caller: context.identity.caller).page(query).events.first
        return event.flatMap { $0.sequence == sequence ? $0.id : nil }
    }

    /// The event as `GET /api/v1/events` gives it.
    package func json(of event: MarkedEvent) -> [UInt8] {
        var bytes: [UInt8] = []
        EventJSON.append(event.event, voiding: event.voiding, to: &bytes)
        return bytes
    }

    /// What the log holds: of all deployments together.
    package func statistics() async throws -> StorageStatistics { try await storage.statistics() }

    // MARK: Voids and wipes

    /// Whether the caller may void events here, and wipe assets.
    package func mayCorrect(_ context: RouteContext) -> Bool {
        !corrections.isReadOnly && context.identity.caller.allows(.admin, deployment: context.deployment)
    }

    /// Voids an event.
    ///
    /// - Throws: ``RequestError``, also where it may have been recorded; its detail says which.
    package func void(_ event: LoggedEvent, because reason: String, _ context: RouteContext) async throws {
        switch try await corrections.void(event, try VoidRequest(reason: reason), context) {
        case .recorded: return
        case .failed(let error): throw error
        }
    }

    /// Wipes an asset, or a partition of it.
    ///
    /// - Throws: ``RequestError``, also where it may have been recorded; its detail says which.
    package func wipe(_ key: AssetKey, partition: String?, because reason: String, _ context: RouteContext) async throws {
        let asked = try WipeRequest(key, partition: partition, reason: reason)
        switch try await corrections.wipe(asked, id: nil, context) {
        case .recorded: return
        case .failed(let error): throw error
        }
    }

    // MARK: Exporters

    /// The exporters of the server.
    package func exporterViews() async throws -> [ExporterView] { try await exporters.views() }

    /// Whether the caller may read of exporters and decide about them.
    package func mayControlExporters(_ context: RouteContext) -> Bool {
        guard let grant = context.identity.caller.grant else { return true }
        return grant.rights.contains(.admin) && grant.isUnlimited
    }

    /// A page of the events that an exporter has given up, from after a sequence on.
    package func deadLetters(of exporter: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] {
        try await storage.deadLetters(of: exporter, after: sequence, limit: limit)
    }

    // MARK: Receivers

    /// The receivers of the server.
    package var receiverViews: [ReceiverView] { receivers.map(ReceiverView.init) }

    /// Whether the caller may read what receivers could not map, which may name any asset of any deployment.
    package func maySeeReceivers(_ context: RouteContext) -> Bool {
        guard let grant = context.identity.caller.grant else { return true }
        return grant.rights.contains(.read) && grant.isUnlimited
    }

    // MARK: Control

    /// Does something to the exporter that the path of a request names.
    ///
    /// - Throws: ``RequestError`` where there is no such exporter.
    package func control(_ action: ExporterAction, _ context: RouteContext) async throws {
        try await exporters.perform(action, context)
    }
}

/// What an operator can do to an exporter from a page.
package enum ExporterAction: Sendable {
    /// It delivers no more until it is resumed.
    case pause
    /// It continues.
    case resume
    /// It delivers its dead letters once more.
    case replayDeadLetters
    /// Its dead letters are removed.
    case discardDeadLetters
}
