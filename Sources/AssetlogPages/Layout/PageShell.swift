import AssetlogAPI
import AssetlogAccess
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// What a page shows, to be put into what all pages have.
struct PageContent {
    /// The title of the window and of the page.
    var title: String
    /// What stands above the title; nil: nothing.
    var breadcrumb: HTML?
    /// The page without its title; nil: ``title`` is the heading.
    var body: HTML
    /// The heading as it is shown, where it is more than the title.
    var heading: HTML?
    /// What follows the body and is another one each time, though it says the same: forms with their hidden fields.
    var forms: HTML?
    /// The page of the navigation that is the present one.
    var section: Section?
    /// The stream of events after which the page is out of date; nil: it stays as it is.
    var stream: String?
    /// The last sequence that it contains.
    var asOf: Int64 = 0

    /// The pages of the navigation.
    enum Section: Hashable {
        case overview, assets, status
    }

    init(_ title: String, body: HTML) {
        self.title = title
        self.body = body
    }
}

/// What all pages have: head, navigation, whose token is in use, and the headers of the answer.
struct PageShell: Sendable {
    let configuration: APIConfiguration
    let files: StaticFiles
    /// Shows whose token is in use.
    var signIn: (@Sendable (Request, RouteContext) -> HTML?)?

    /// Only the server's own files, no code or style in the page, and no frame around it.
    private static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'"

    /// Makes an answer of a page.
    func response(
        _ request: Request, _ context: RouteContext, _ content: PageContent, status: HTTPResponse.Status = .ok
    ) -> Response {
        let links = PageLinks(context)
        let switcher = switcher(context)
        let header = header(content, links, switcher: switcher, who: signIn?(request, context))
        var response = response(document(content, links, header: header), status: status)
        if status == .ok { response.tag(said(content, switcher), for: request) }
        // What a browser shows on the way back is gone with the session.
        if context.identity.isSession { response.headers[.cacheControl] = "no-store" }
        return response
    }

    /// Makes an answer of a title and a body.
    func response(
        _ request: Request, _ context: RouteContext, title: String, status: HTTPResponse.Status = .ok, body: HTML
    ) -> Response {
        response(request, context, PageContent(title, body: body), status: status)
    }

    /// Makes an answer to a request of which no more is known than where it went.
    ///
    /// - Parameter who: Whose token is in use; nil: none.
    func response(
        _ request: Request, base: String, _ content: PageContent, status: HTTPResponse.Status, who: HTML? = nil
    ) -> Response {
        let links = PageLinks(base: base, deployment: nil)
        return response(document(content, links, header: header(content, links, switcher: nil, who: who)), status: status)
    }

    private func response(_ document: HTML, status: HTTPResponse.Status) -> Response {
        var response = Response(status: status, type: "text/html; charset=utf-8", bytes: Array(document.markup.utf8))
        response.headers[.contentSecurityPolicy] = Self.policy
        return response
    }

    /// What a page says: without hidden fields, which stay valid.
    private func said(_ content: PageContent, _ switcher: HTML?) -> [UInt8] {
        let text: HTML = """
            \(files.style.name) \(files.script.name) \(configuration.version) \(switcher)\(content.forms == nil ? "" : "+")\
            \(content.breadcrumb)\(content.title)\(content.heading)\(content.body)
            """
        return Array(text.markup.utf8)
    }

    // MARK: Pieces

    private func document(_ content: PageContent, _ links: PageLinks, header: HTML) -> HTML {
        let isHome = content.section == .overview
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(isHome ? "Assetlog" : "\(content.title.prefix(scalars: 120)) · Assetlog")</title>
            <link rel="icon" href="\(Self.icon)">
            <link rel="stylesheet" href="\(links.base)/static/\(files.style.name)">
            <script src="\(links.base)/static/\(files.script.name)" defer></script>
            </head>
            <body>
            <a class="skip" href="#main">Skip to content</a>
            \(header)
            <p id="connection" class="connection" role="status" hidden>Connection lost. Reconnecting…</p>
            <main id="main" tabindex="-1"\(live(content))>
            \(content.breadcrumb)
            <h1>\(content.heading ?? HTML.reported(content.title))</h1>
            \(content.body)
            \(content.forms)
            </main>
            <footer class="site-footer"><nav aria-label="API"><a href="\(links.root)/api/v1/events?order=latest">Events as JSON</a>
            <a href="\(links.base)/api/v1/openapi.json">OpenAPI</a>
            <a href="\(links.base)/metrics">Metrics</a></nav>
            <span>Assetlog \(configuration.version)</span></footer>
            </body>
            </html>

            """
    }

    private func live(_ content: PageContent) -> HTML? {
        content.stream.map { " data-stream=\"\($0)\" data-as-of=\"\(content.asOf)\"" }
    }

    private func header(_ content: PageContent, _ links: PageLinks, switcher: HTML?, who: HTML?) -> HTML {
        let pages: [(PageContent.Section, String, String)] = [
            (.overview, "Overview", links.home), (.assets, "Assets", links.assets()), (.status, "Status", links.status),
        ]
        let items = pages.map { section, title, href -> HTML in
            "<a href=\"\(href)\"\(section == content.section ? " aria-current=\"page\"" : nil)>\(title)</a>"
        }
        return """
            <header class="site-header">
            <a class="brand" href="\(links.home)">Assetlog</a>
            <nav class="main-nav" aria-label="Main">\(HTML.joined(items))</nav>
            <div class="site-tools">\(switcher)\(who)</div>
            </header>
            """
    }

    /// The deployments that the caller may see, where there are several.
    private func switcher(_ context: RouteContext) -> HTML? {
        let names = [ReportRouter.defaultDeployment] + configuration.paths.deployments.filter { $0 != ReportRouter.defaultDeployment }
        let visible = names.filter { context.identity.covers(deployment: $0) }
        let current = context.location.deployment
        guard visible.count > 1 || current != ReportRouter.defaultDeployment else { return nil }
        let items = visible.sorted().map { name -> HTML in
            let links = PageLinks(base: context.location.base, deployment: name == ReportRouter.defaultDeployment ? nil : name)
            return """
                <li><a href="\(links.home)"\(name == current ? " aria-current=\"true\"" : nil)>\(HTML.reported(name, limit: 40))</a></li>
                """
        }
        return """
            <details class="menu"><summary>Deployment: \(HTML.reported(current, limit: 40))</summary>\
            <ul>\(HTML.joined(items))</ul></details>
            """
    }

    // Three lines of a log, the last one in green.
    private static let icon =
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
        + "%3Crect width='16' height='16' rx='3' fill='%23334155'/%3E"
        + "%3Cpath d='M4 5h8M4 8h6' stroke='%23fff' stroke-width='1.5'/%3E"
        + "%3Cpath d='M4 11h8' stroke='%234ade80' stroke-width='1.5'/%3E%3C/svg%3E"
}
