import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `GET /api/v1/events` and `GET /api/v1/events/{event_id}`.
struct EventRoutes: RouteGroup {
    let storage: any Storage
    let reads: EventReads
    let voids: VoidIndex

    var routes: [Route] {
        [
            Route(.get, "/api/v1/events", .anyOf(.read), about: .deployment, handler: list),
            Route(.get, "/api/v1/events/{event_id}", .anyOf(.read), about: .deployment, handler: find),
        ]
    }

    /// A page of the log. It is built from the stored bytes; no JSON is parsed.
    func list(_ request: Request, _ context: RouteContext) async throws -> Response {
        try await page(request.uri.query, of: context.deployment, for: context.identity, in: context.memory)
    }

    func page(
        _ text: String?, of deployment: String, for identity: RequestIdentity, in memory: AnswerMemory
    ) async throws -> Response {
        let parameters = try EventQueryParameters(text, deployment: deployment)
        // To find what is void, as many events are read as for a large page.
        let limit = parameters.voided == true ? EventQueryParameters.limits.upperBound : parameters.query.limit
        return try await reads.read(upTo: limit, for: LimitedCaller(identity), in: memory) {
            try await answer(parameters, deployment, identity.caller, memory)
        }
    }

    private func answer(
        _ parameters: EventQueryParameters, _ deployment: String, _ caller: Caller, _ memory: AnswerMemory
    ) async throws -> Response {
        let visible = VisibleEvents(storage: storage, caller: caller)
        var query = parameters.query
        if case .latest = query.order, let number = parameters.after {
            guard let timeKey = try await timeKey(number, visible, deployment) else {
                throw EventQueryParameters.noEvent(after: number)
            }
            query.order = .latest(before: timeKey)
        }
        let page = try await reads.page(query, voided: parameters.voided, of: visible, voids)
        let next = try await next(after: page, parameters)
        let writer = PageWriter(page)
        // The page and the answer, until the page is gone.
        try memory.take(2 * writer.byteCount)
        return Response(type: "application/json", buffer: writer.write(next: next))
    }

    /// What the client sends as `after` to get the next page; when nothing follows, what it sent for this one.
    private func next(after page: MarkedPage, _ parameters: EventQueryParameters) async throws -> Int64 {
        switch page.continuation {
        case nil: return parameters.after ?? 0
        case .ascending(let sequence): return sequence
        case .descending(let sequence): return sequence ?? 0
        case .latest(let timeKey):
            let sequence = timeKey?.sequence ?? 0
            guard sequence != page.events.last?.event.sequence else { return sequence }
            // The page ended with an event that is not shown, and that the client need not be allowed to read.
            return OpaqueSequence(try await storage.logID()).number(of: sequence) ?? sequence
        }
    }

    /// Where a page by time continues from, by the `next` of the page before; nil: there is no such event for the caller.
    private func timeKey(_ number: Int64, _ visible: VisibleEvents, _ deployment: String) async throws -> EventTimeKey? {
        guard OpaqueSequence.numbers.contains(number) else {
            return try await visible.timeKey(of: number, deployment: deployment)
        }
        guard let sequence = OpaqueSequence(try await storage.logID()).sequence(of: number) else { return nil }
        return try await visible.timeKey(ofLookedAt: sequence)
    }

    /// One event of the deployment.
    func find(_ request: Request, _ context: RouteContext) async throws -> Response {
        _ = try QueryParameters(request.uri.query, known: [])
        let visible = VisibleEvents(storage: storage, caller: context.identity.caller)
        let event = try await visible.event(at: context)
        let voiding = try await voids.voiding(of: event.event)
        let size = MarkedEvent(event: event, voiding: voiding).byteCount + 1024
        // The event, and its answer twice.
        try context.memory.take(3 * size)
        var body: [UInt8] = []
        body.reserveCapacity(size)
        EventJSON.append(event, voiding: voiding, to: &body)
        return Response(type: "application/json", bytes: body)
    }
}
