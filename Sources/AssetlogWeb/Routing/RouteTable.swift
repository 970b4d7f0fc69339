import AssetlogCore
package import AssetlogObservation
import HTTPTypes

/// Every route of the server, and what a path means: looked up once for each request.
package struct RouteTable: Sendable {
    /// A route with its name in metrics.
    private struct Entry: Sendable {
        var route: Route
        var name: RequestRoute
    }

    private let entries: [Entry]
    private let layout: PathLayout

    /// Makes the table, and gives each route its row in the metrics.
    package init(_ groups: [any RouteGroup], layout: PathLayout, metrics: RequestMetrics) {
        entries = groups.flatMap(\.routes).map { Entry(route: $0, name: metrics.route($0.name ?? $0.pattern.description)) }
        self.layout = layout
    }

    /// The routes, in the order in which they are listed.
    package var routes: [Route] { entries.map(\.route) }

    /// Finds out what a request asks for.
    func match(_ path: RequestPath, _ method: HTTPRequest.Method) -> RouteMatch {
        switch layout.meaning(of: path) {
        case .location(let location): match(location, method == .head ? .get : method)
        case .redirect(let target): RouteMatch(.redirect(target))
        case .outside: RouteMatch(.outside(base: layout.base))
        case .unknownDeployment(let name, let location):
            RouteMatch(
                .unknownDeployment(name, reason: layout.reason(againstDeployment: name)),
                like: match(location, method == .head ? .get : method))
        }
    }

    // A path that is written out counts before one with parameters, whatever their order: `events/stream` before `events/{event_id}`.
    private func match(_ location: RequestLocation, _ method: HTTPRequest.Method) -> RouteMatch {
        var others: [Entry] = []
        var parametrized: RouteMatch?
        for entry in entries {
            guard location.namedDeployment == nil || entry.route.scope != .allDeployments,
                let parameters = entry.route.pattern.match(location.path)
            else { continue }
            if entry.route.method == method {
                let match = RouteMatch(.route(entry.route, location, parameters: parameters), entry.name)
                if parameters.isEmpty { return match }
                parametrized = parametrized ?? match
            }
            if entry.route.isListed { others.append(entry) }
        }
        if let parametrized { return parametrized }
        guard let first = others.first else { return RouteMatch(.nothing(location)) }
        return RouteMatch(.wrongMethod(first.route, location, allowed: others.map(\.route.method)), first.name)
    }

    /// What there is, for the answer to a path at which there is nothing.
    func available(below base: String) -> String {
        let listed = routes.filter { $0.isListed && $0.method == .get }.map { base + $0.pattern.description }
        let others = routes.filter { !$0.isListed }.map { base + $0.pattern.description.replacing("...}", with: "}") }
        let posts = routes.filter { $0.isListed && $0.method == .post }.map { base + $0.pattern.description }
        let batches = posts.isEmpty ? "" : "; with POST: \(posts.joined(separator: ", "))"
        let reports = others.isEmpty ? "" : "; reports are sent with POST to \(WordList.text(others, "and"))"
        return "Available with GET: \(listed.joined(separator: ", "))\(batches)\(reports)."
    }

    /// Whether an error at a path is answered with problem details.
    func isAPI(_ path: RequestPath) -> Bool { layout.isAPI(path) }
}
