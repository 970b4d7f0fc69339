import AssetlogCore
import AssetlogMetrics
import HTTPTypes
import Hummingbird

/// The table of routes: what a path is answered by, and what is said about the paths that are not in it.
struct APIRoutes: Sendable {
    struct Route: Sendable {
        /// Its name in metrics and logs.
        var name: RequestRoute
        /// The method; GET answers HEAD too.
        var method = HTTPRequest.Method.get
        /// What a caller must be allowed, any of these; nil: nothing, not even a token is asked for.
        var right: AccessRights?
        /// The path; a segment that starts with a colon stands for any text.
        var path: String
        var handler: @Sendable (Request, APIContext) async throws -> Response

        /// Whether it is about the events of a deployment; the others are about the server itself.
        var isOfDeployment: Bool { name == .events || name == .event || name == .page }

        func matches(_ path: RequestPath) -> Bool {
            let pattern = RequestPath(self.path).segments
            return pattern.count == path.segments.count
                && zip(pattern, path.segments).allSatisfy { $0.hasPrefix(":") ? !$1.isEmpty : $0 == $1 }
        }
    }

    /// The routes, each once.
    let routes: [Route]

    init(
        events: EventRoutes, submission: SubmissionRoute, health: HealthRoutes,
        metrics: MetricsRoute, serverInfo: ServerInfoRoute, openapi: OpenAPIRoute, page: PageRoute
    ) {
        routes = [
            Route(name: .page, right: .admin, path: "/", handler: page.show),
            Route(name: .events, right: .read, path: "/api/v1/events", handler: events.list),
            Route(
                name: .events, method: .post, right: .reporting, path: "/api/v1/events", handler: submission.submit),
            Route(name: .event, right: .read, path: "/api/v1/events/:event_id", handler: events.find),
            Route(name: .openapi, right: .read, path: "/api/v1/openapi.json", handler: openapi.show),
            Route(name: .serverInfo, right: .read, path: "/server_info", handler: serverInfo.show),
            Route(name: .metrics, right: .read, path: "/metrics", handler: metrics.show),
            Route(name: .livez, right: nil, path: "/livez", handler: health.live),
            Route(name: .readyz, right: nil, path: "/readyz", handler: health.ready),
        ]
    }

    /// The route of a request; nil when there is none.
    func route(of path: RequestPath, _ method: HTTPRequest.Method) -> Route? {
        routes.first { $0.method == (method == .head ? .get : method) && $0.matches(path) }
    }

    /// The route that a path has with whatever method, for what is said about it.
    func route(of path: RequestPath) -> Route? {
        routes.first { $0.matches(path) }
    }

    /// Builds the router.
    func responder() -> RouterResponder<APIContext> {
        let router = Router(context: APIContext.self)
        // It comes before the routes: a router applies a middleware only to what is added after it.
        router.add(middleware: self)
        for route in routes { router.on(RouterPath(route.path), method: route.method, use: route.handler) }
        return router.buildResponder()
    }
}

extension APIRoutes: RouterMiddleware {
    // The router merges repeated slashes, and answers 404 where the method is wrong; this table is exact.
    func handle(
        _ request: Request, context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let methods = routes.filter { $0.matches(context.place.path) }.map(\.method)
        guard !methods.isEmpty else {
            let known = routes.filter { $0.method == .get }.map {
                context.place.base + $0.path.replacing(":event_id", with: "{event_id}")
            }
            throw APIError.notFound(
                "There is nothing at \((context.place.base + context.place.path.encoded).quoted)."
                    + " Available with GET: \(known.joined(separator: ", "));"
                    + " reports are sent with POST to \(context.place.base)/report_asset_materialization/{key},"
                    + " /report_asset_observation/{key} and /report_asset_check/{key}.")
        }
        guard route(of: context.place.path, request.method) != nil else {
            throw APIError.methodNotAllowed(request, allowed: methods)
        }
        return try await next(request, context)
    }
}
