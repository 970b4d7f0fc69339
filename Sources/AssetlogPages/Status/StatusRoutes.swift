import AssetlogAPI
import AssetlogAccess
import AssetlogCatalog
import AssetlogCore
import AssetlogLog
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `GET /status`: the log, the catalog and the exporters of the server.
struct StatusRoutes: RouteGroup {
    let services: PageServices
    let shell: PageShell
    let protection: FormProtection
    let memory: MemoryBudget.Share

    private static let shownLetters = 20
    private static let shownAssets = 10

    private static let actions: [(word: String, action: ExporterAction)] = [
        ("pause", .pause), ("resume", .resume), ("replay", .replayDeadLetters), ("discard", .discardDeadLetters),
    ]

    var routes: [Route] {
        [
            Route(.get, "/status", .anyOf([.read, .admin]), about: .deployment, isPage: true, handler: show),
            Route(
                .post, "/status/exporters/{name}/{action}", .unlimited(.admin), about: .allDeployments, isPage: true, acceptsSession: true,
                handler: act),
        ]
    }

    private func show(_ request: Request, _ context: RouteContext) async throws -> Response {
        let mayControl = services.mayControlExporters(context)
        let field = mayControl ? protection.field(for: request, context) : nil
        var exporters: [StatusView.Exporter] = []
        for view in mayControl ? try await services.exporterViews() : [] {
            let letters =
                view.deadLetters > 0
                ? try await services.deadLetters(of: view.exporter.name, after: 0, limit: Self.shownLetters) : []
            exporters.append(StatusView.Exporter(view: view, letters: letters))
        }
        let seesAll = context.identity.caller.grant?.isUnlimited ?? true
        let view = StatusView(
            catalog: services.catalogStatus, largest: await largest(context), log: seesAll ? try await services.statistics() : nil,
            exporters: mayControl ? exporters : nil, receivers: services.maySeeReceivers(context) ? services.receiverViews : nil,
            version: services.configuration.version, form: field?.html, links: PageLinks(context),
            times: TimeView())
        var page = PageContent("Status", body: view.html)
        page.section = .status
        var response = shell.response(request, context, page)
        if let cookie = field?.cookie { response.headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return response
    }

    // A caller without the right to read sees the page without it. So does everybody while the catalog does not answer: that is when
    // the page is looked at.
    private func largest(_ context: RouteContext) async -> [AssetSize] {
        guard services.catalogStatus != nil, context.identity.caller.allows(.read, deployment: context.deployment) else { return [] }
        let scope = CatalogScope(context)
        return (try? await services.ask(for: context) { try await $0.largestAssets(in: scope, limit: Self.shownAssets).value }) ?? []
    }

    private func act(_ request: Request, _ context: RouteContext) async throws -> Response {
        let fields = try await FormFields.body(of: request, maximumBytes: 4 << 10, memory: memory)
        try protection.verify(fields, request, context)
        guard let action = Self.actions.first(where: { $0.word == context.parameters["action"] })?.action else { throw NoSuchPath() }
        if action == .discardDeadLetters, fields["confirm"] != "yes" {
            throw RequestError(
                status: .badRequest, detail: "Nothing was discarded: the box that confirms it was not checked. Go back, and check it.")
        }
        try await services.control(action, context)
        return .seeOther(PageLinks(context).status)
    }
}
