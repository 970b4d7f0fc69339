import AssetlogAPI
import AssetlogAccess
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `GET /event/{event_id}`: all of an event, and for administrators the form that voids it.
struct EventRoutes: RouteGroup {
    let services: PageServices
    let shell: PageShell
    let protection: FormProtection
    let memory: MemoryBudget.Share

    var routes: [Route] {
        [
            Route(.get, "/event/{event_id}", .anyOf(.read), about: .deployment, isPage: true, handler: show),
            Route(.get, "/event/at/{sequence}", .anyOf(.read), about: .deployment, isPage: true, handler: find),
            Route(
                .post, "/event/{event_id}/void", .anyOf(.admin), about: .deployment, isPage: true, acceptsSession: true, handler: void),
        ]
    }

    private func show(_ request: Request, _ context: RouteContext) async throws -> Response {
        let event = try await services.event(for: context)
        let links = PageLinks(context)
        let field = services.mayCorrect(context) && event.voiding == nil ? protection.field(for: request, context) : nil
        let view = EventPage(
            event: event, previous: try await previous(event.event, context), json: services.json(of: event), form: field?.html,
            links: links, times: TimeView())
        var page = PageContent("\(event.event.kind.title): \(event.event.assetKey.parts.joined(separator: "/"))", body: view.html)
        page.heading = view.heading
        page.breadcrumb = view.breadcrumb
        page.forms = view.voidForm
        page.stream = links.api("events/stream", [("asset_key", event.event.assetKey.canonical)])
        var response = shell.response(request, context, page)
        if let cookie = field?.cookie { response.headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return response
    }

    /// The event of the same kind, asset and partition that happened before.
    private func previous(_ event: LoggedEvent, _ context: RouteContext) async throws -> MarkedEvent? {
        var query = EventQuery(order: .latest(before: event.timeKey), limit: 1, assetKey: event.assetKey, maximumBytes: 1 << 20)
        query.kinds = [event.kind]
        // Where there is none, the history of the asset is not read to its end.
        query.maximumSkipped = 500
        query.partition = event.partition
        query.checkName = event.kind == .check ? EventFacts(event.event).text("check_name") : nil
        return try await services.events(query, for: context).events.first
    }

    private func find(_ request: Request, _ context: RouteContext) async throws -> Response {
        let text = context.parameters["sequence"] ?? ""
        guard let sequence = Int64(text), sequence > 0, let id = try await services.event(at: sequence, for: context) else {
            throw RequestError.notFound("There is no event \(text.quoted) in the deployment \(context.location.deployment.quoted).")
        }
        return .seeOther(PageLinks(context).event(id))
    }

    private func void(_ request: Request, _ context: RouteContext) async throws -> Response {
        let fields = try await FormFields.body(of: request, maximumBytes: 16 << 10, memory: memory)
        try protection.verify(fields, request, context)
        let event = try await services.event(for: context)
        try await services.void(event.event, because: try CorrectionForm(fields, verb: "voided").reason, context)
        return .seeOther(PageLinks(context).event(event.event.id))
    }
}
