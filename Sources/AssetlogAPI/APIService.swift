import AssetlogCore
public import AssetlogLog
import HTTPTypes
import Hummingbird
public import HummingbirdCore
public import Logging
public import NIOCore

/// Everything the server answers that is not a report: the event API, the health routes, and a page for browsers.
///
/// It has no listener: whoever owns the sockets calls ``responder()`` for each request.
public struct APIService: Sendable {
    private let router: RouterResponder<APIContext>
    private let layout: PathLayout
    private let logger: Logger

    /// Makes the service over a log, whose storage it reads.
    public init(log: EventLog, configuration: APIConfiguration, logger: Logger) {
        self.logger = logger
        layout = PathLayout(prefix: configuration.pathPrefix, deployments: configuration.deployments)
        let routes = APIRoutes(
            events: EventRoutes(storage: log.storage),
            health: HealthRoutes(log: log, timeout: configuration.probeTimeout),
            serverInfo: ServerInfoRoute(version: configuration.version),
            page: PageRoute(storage: log.storage, configuration: configuration, logger: logger))
        router = routes.responder()
    }

    /// The function that answers one request, as Hummingbird's connection handlers call it.
    ///
    /// It throws only when the answer can't be written.
    public func responder() -> HTTPChannelHandler.Responder {
        { request, writer, _ in
            let response = await respond(to: request)
            try await writer.write(response: response.head, body: response.body)
        }
    }

    /// Answers one request.
    func respond(to request: Request) async -> Response {
        let path = RequestPath(request.uri.path)
        var response: Response
        do {
            response = try await route(request, path)
        } catch {
            response = answer(to: error, request: request, isAPI: layout.isAPI(path))
        }
        addCommonHeaders(to: &response)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func route(_ request: Request, _ path: RequestPath) async throws -> Response {
        switch layout.place(path) {
        case .redirect(let location):
            guard request.method == .get || request.method == .head else { throw APIError.methodNotAllowed(request) }
            return Response(status: .temporaryRedirect, headers: [.location: location])
        case .outside:
            throw APIError.notFound("Everything here is below \(layout.base)/.")
        case .unknownDeployment(let name):
            throw APIError.notFound(
                "There is no deployment \(name.quoted). Deployments are declared in the server's configuration.")
        case .route(let place):
            var head = request.head
            head.path = place.path.encoded + (request.uri.query.map { "?\($0)" } ?? "")
            let context = APIContext(source: APIContext.Source(logger: logger, place: place))
            return try await router.respond(to: Request(head: head, body: request.body), context: context)
        }
    }

    private func answer(to error: any Error, request: Request, isAPI: Bool) -> Response {
        let known = APIError(answering: error)
        if known.status.kind == .serverError {
            logger.error(
                "A request could not be answered.",
                metadata: ["error": "\(error)", "http.method": "\(request.method)", "http.path": "\(request.uri.path)"])
        }
        return isAPI ? known.problem : known.plain
    }

    private func addCommonHeaders(to response: inout Response) {
        response.headers[.date] = HTTPDate.now()
        response.headers[.server] = "assetlog"
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "no-referrer"
        // What is asked here changes with every report.
        response.headers[.cacheControl] = "no-store"
    }
}
