import AssetlogAPI
import AssetlogAccess
import AssetlogCatalog
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `GET /assets`: the assets, searched, filtered and sorted.
struct AssetsRoutes: RouteGroup {
    let services: PageServices
    let shell: PageShell

    var routes: [Route] {
        [Route(.get, "/assets", .anyOf(.read), about: .deployment, isPage: true, handler: show)]
    }

    /// Rows of a page.
    static let rows = 50

    private func show(_ request: Request, _ context: RouteContext) async throws -> Response {
        let filters = try AssetFilters(request.uri.query)
        await services.waitForCatalog(request)
        let scope = CatalogScope(context)
        let answer = try await services.ask(for: context) { catalog in
            let list = try await catalog.assets(filters.query(scope, limit: Self.rows))
            let folders = try await catalog.folders(below: filters.prefix, in: scope).value
            let activity = try await catalog.activity(of: list.value.assets.map(\.assetKey), in: scope).value
            return list.map { (list: $0, folders: folders, activity: activity) }
        }
        let links = PageLinks(context)
        let view = AssetsView(
            filters: filters, list: answer.value.list, folders: answer.value.folders, activity: answer.value.activity, links: links,
            times: TimeView())
        var page = PageContent("Assets", body: "\(CatalogNotice(services.catalogStatus).html)\(view.html)")
        page.section = .assets
        page.stream = links.api("events/stream", [("prefix", filters.prefix?.canonical)])
        page.asOf = answer.asOf
        return shell.response(request, context, page)
    }
}
