import AssetlogAPI
import AssetlogAccess
import AssetlogCatalog
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `GET /`: everything at a glance.
struct HomeRoutes: RouteGroup {
    let services: PageServices
    let shell: PageShell

    var routes: [Route] {
        [Route(.get, "/", .anyOf([.read, .admin]), about: .deployment, isPage: true, handler: show)]
    }

    private static let newest = 10

    private func show(_ request: Request, _ context: RouteContext) async throws -> Response {
        await services.waitForCatalog(request)
        let (links, times) = (PageLinks(context), TimeView())
        let events = try await services.events(
            EventQuery(order: .descending(before: nil), limit: Self.newest, maximumBytes: 1 << 20), for: context)
        var page = PageContent("Overview", body: "")
        page.section = .overview
        page.stream = links.api("events/stream")
        page.asOf = events.events.first?.event.sequence ?? 0
        guard !events.events.isEmpty || events.continuation != nil else {
            page.body = FirstReport(services.configuration, request, context).section
            return shell.response(request, context, page)
        }
        let newest = newest(events.events, links, times)
        guard services.catalogStatus != nil else {
            page.body = newest
            return shell.response(request, context, page)
        }
        let overview = try await services.ask(for: context) { catalog in
            try await catalog.overview(CatalogScope(context), containing: 0)
        }
        page.asOf = overview.asOf
        let view = OverviewView(overview: overview.value, links: links, times: times)
        page.body = "\(CatalogNotice(services.catalogStatus).html)\(view.html)\(newest)"
        return shell.response(request, context, page)
    }

    private func newest(_ events: [MarkedEvent], _ links: PageLinks, _ times: TimeView) -> HTML {
        let list: HTML =
            events.isEmpty
            ? "<p class=\"empty\">None of the newest events is one that your token may read.</p>" : EventLine.list(events, links, times)
        return "<section aria-labelledby=\"newest\" class=\"wide\"><h2 id=\"newest\">Newest events</h2>\(list)</section>"
    }
}

/// Says that the catalog is not up to date.
struct CatalogNotice {
    let status: CatalogStatus?

    init(_ status: CatalogStatus?) {
        self.status = status
    }

    var html: HTML? {
        guard let status else { return nil }
        switch status.phase {
        case .starting, .rebuilding, .catchingUp:
            let percent = status.head > 0 ? 100 * status.asOf / max(1, status.head) : 0
            return """
                <p class="notice" role="status">The catalog is being \(status.phase == .catchingUp ? "brought up to date" : "built"): \
                \(percent) % of the log is read. What you see may be older than the log.</p>
                """
        case .retrying:
            return "<p class=\"notice bad\" role=\"status\">The catalog can’t be brought up to date now. The server’s log says why.</p>"
        case .following, .ended: return nil
        }
    }
}
