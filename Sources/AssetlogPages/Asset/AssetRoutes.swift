import AssetlogAPI
import AssetlogAccess
import AssetlogCatalog
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `GET /asset/…`: what is known of an asset.
struct AssetRoutes: RouteGroup {
    let services: PageServices
    let shell: PageShell
    let protection: FormProtection
    let memory: MemoryBudget.Share

    var routes: [Route] {
        [
            Route(.get, "/asset/{key...}", .anyOf(.read), about: .deployment, name: "/asset", isPage: true, handler: show),
            Route(
                .post, "/asset/{key...}", .anyOf(.admin), about: .deployment, name: "/asset", isPage: true, acceptsSession: true,
                handler: wipe),
        ]
    }

    /// Wipes the asset, or a partition of it.
    private func wipe(_ request: Request, _ context: RouteContext) async throws -> Response {
        let fields = try await FormFields.body(of: request, maximumBytes: 16 << 10, memory: memory)
        try protection.verify(fields, request, context)
        let query = try AssetPageQuery(request, context)
        try await services.wipe(
            query.key, partition: query.partition, because: try CorrectionForm(fields, verb: "wiped").reason, context)
        let links = PageLinks(context)
        return .seeOther(query.partition == nil ? links.assets() : links.asset(query.key))
    }

    private func show(_ request: Request, _ context: RouteContext) async throws -> Response {
        let query = try AssetPageQuery(request, context)
        await services.waitForCatalog(request)
        let scope = CatalogScope(context)
        let answer = try await services.ask(for: context) { catalog in try await catalog.asset(query.key, in: scope) }
        guard let detail = answer.value else {
            if let page = try await uncounted(query, request, context) { return page }
            throw RequestError.notFound(
                "There is no event of the asset \(query.key.parts.joined(separator: "/").prefix(scalars: 200).quoted) in the deployment"
                    + " \(context.location.deployment.quoted).")
        }
        let links = PageLinks(context)
        let frame = AssetFrame(query: query, detail: detail, links: links, times: TimeView())
        var page = PageContent(query.key.parts.joined(separator: "/"), body: "")
        page.heading = HTML.key(query.key)
        page.breadcrumb = frame.breadcrumb
        page.body = "\(CatalogNotice(services.catalogStatus).html)\(frame.html(try await content(frame, request, context)))"
        page.section = .assets
        page.stream = links.api("events/stream", [("asset_key", query.key.canonical)])
        page.asOf = answer.asOf
        let field = services.mayCorrect(context) ? protection.field(for: request, context) : nil
        page.forms = field.flatMap { WipeForm(frame: frame, fields: $0.html).html }
        var response = shell.response(request, context, page)
        if let cookie = field?.cookie { response.headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return response
    }

    /// An asset of which no event counts, because all were voided or wiped; nil: there are none.
    private func uncounted(_ query: AssetPageQuery, _ request: Request, _ context: RouteContext) async throws -> Response? {
        let events = EventQuery(order: .latest(before: nil), limit: 15, assetKey: query.key, maximumBytes: 1 << 20)
        let found = try await services.events(events, for: context).events
        guard !found.isEmpty else { return nil }
        let links = PageLinks(context)
        var page = PageContent(
            query.key.parts.joined(separator: "/"),
            body: """
                <p class="lead">No event of this asset counts: all were voided or wiped.</p>
                <section class="wide" aria-labelledby="timeline"><h2 id="timeline">Latest events</h2>\
                \(EventLine.list(found, links, TimeView(), namesAsset: false))</section>
                """)
        page.heading = HTML.key(query.key)
        page.section = .assets
        page.stream = links.api("events/stream", [("asset_key", query.key.canonical)])
        return shell.response(request, context, page, status: .notFound)
    }

    private func content(_ frame: AssetFrame, _ request: Request, _ context: RouteContext) async throws -> HTML {
        let reader = AssetReader(services: services, context: context, query: frame.query, detail: frame.detail)
        switch frame.query.view {
        case .overview:
            let report = FirstReport(services.configuration, request, context)
            return AssetOverview(frame: frame, found: try await reader.overview(), report: report).html
        case .plots: return PlotsView(frame: frame, plots: try await reader.plots(), period: reader.period).html
        case .partitions: return try await reader.partitions(frame)
        case .checks: return ChecksView(frame: frame, page: try await reader.checks(limit: AssetReader.checksOfPage)).html
        case .versions: return VersionsView(frame: frame, page: try await reader.versions()).html
        case .events: return TimelineView(frame: frame, page: try await reader.timeline(limit: AssetReader.eventsOfPage)).html
        }
    }
}
