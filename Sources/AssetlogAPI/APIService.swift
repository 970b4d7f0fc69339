public import AssetlogAccess
package import AssetlogCore
public import AssetlogJournal
public import AssetlogLog
public import AssetlogMetrics
import HTTPTypes
import Hummingbird
public import HummingbirdCore
public import Logging
import NIOCore

/// Everything the server answers that is not a report: the event API, the health routes, and a page for browsers.
///
/// It has no listener: whoever owns the sockets calls ``responder()`` for each request.
public struct APIService: Sendable {
    let routes: APIRoutes
    private let router: RouterResponder<APIContext>
    private let rehearsal: ReportRehearsal
    private let layout: PathLayout
    private let memory: ServerMemory
    private let metrics: RequestMetrics
    private let sink: any RequestSink
    private let logger: Logger

    /// Makes the service.
    ///
    /// - Parameters:
    ///   - log: The running log, whose storage it reads.
    ///   - configuration: Where its routes lie.
    ///   - tokens: What the server is not ready without; nil: nothing.
    ///   - metrics: Where its requests are counted.
    ///   - registry: What `/metrics` shows.
    ///   - sink: Who hears of its requests.
    ///   - logger: Takes what the operator should know.
    public init(
        log: EventLog, configuration: APIConfiguration, tokens: TokenDirectory? = nil, metrics: RequestMetrics = .init(),
        registry: MetricsRegistry = .init(), sink: any RequestSink = NoRequestSink(), logger: Logger
    ) {
        self.metrics = metrics
        self.sink = sink
        self.logger = logger
        layout = PathLayout(
            prefix: configuration.pathPrefix, deployments: configuration.deployments,
            createsDeployments: configuration.createsDeployments)
        memory = configuration.memory
        rehearsal = ReportRehearsal(storage: log.storage, configuration: configuration)
        routes = APIRoutes(
            events: EventRoutes(storage: log.storage),
            submission: SubmissionRoute(log: log, configuration: configuration),
            health: HealthRoutes(log: log, tokens: tokens, timeout: configuration.probeTimeout),
            metrics: MetricsRoute(registry: registry, storage: log.storage, timeout: configuration.probeTimeout),
            serverInfo: ServerInfoRoute(version: configuration.version),
            openapi: OpenAPIRoute(
                OpenAPIDocument(
                    base: layout.base, version: configuration.version, isTokenRequired: configuration.isTokenRequired)),
            page: PageRoute(storage: log.storage, configuration: configuration, logger: logger))
        router = routes.responder()
    }

    /// Answers a request that a connection has brought. It throws only when the answer can't be written.
    package func respond(
        to request: Request, _ writer: consuming ResponseWriter, _ admission: RequestAdmission, _ requestMemory: RequestMemory
    ) async throws {
        let start = ContinuousClock.now
        let path = RequestPath(request.uri.path)
        let route = route(of: path, request.method)
        let held = AnswerMemory(memory.answers)
        let response = await respond(to: request, path, route, admission, held, hasRoom: requestMemory.hasRoom)
        note(request, route, admission, response, took: ContinuousClock.now - start)
        try await write(response, to: writer, held, requestMemory.flow)
    }

    /// Writes an answer, and keeps its memory until the socket has taken it.
    private func write(
        _ response: Response, to writer: consuming ResponseWriter, _ held: AnswerMemory, _ flow: AnswerFlow
    ) async throws {
        if let count = response.body.contentLength, count <= AnswerFlow.chunkBytes {
            // Head and body at once. The answer before has been taken, but for as much again.
            flow.hand(over: count)
            try await writer.write(response: response.head, body: response.body)
        } else {
            try await writer.write(response: response.head, body: response.body.paced(by: flow))
        }
        if held.isHeld { await flow.wait(untilUnsent: 0) }
        held.release()
    }

    /// Answers one request.
    func respond(to request: Request, _ admission: RequestAdmission = .init()) async -> Response {
        let path = RequestPath(request.uri.path)
        return await respond(
            to: request, path, route(of: path, request.method), admission, AnswerMemory(memory.answers), hasRoom: true)
    }

    private func respond(
        to request: Request, _ path: RequestPath, _ route: APIRoutes.Route?, _ admission: RequestAdmission,
        _ held: AnswerMemory, hasRoom: Bool
    ) async -> Response {
        var response: Response
        do {
            if route == nil || route?.right != nil, let refusal = admission.refusal { throw APIError(refusal) }
            guard hasRoom else { throw APIError.noMemory }
            if let rehearsed = try await rehearsal.answer(request, admission) {
                response = rehearsed
            } else {
                response = try await answer(request, path, route, admission, held)
            }
            let size = response.body.contentLength ?? 0
            if request.method == .get { try held.take(size) } else { held.takeAnyway(size) }
        } catch {
            response = answer(to: error, request: request, isAPI: layout.isAPI(path))
        }
        addCommonHeaders(to: &response)
        for field in admission.rateFields {
            if let name = HTTPField.Name(field.name) { response.headers[name] = field.value }
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    // A wrong method is judged by the rights of the path's first route, before it is told to be wrong.
    private func route(of path: RequestPath, _ method: HTTPRequest.Method) -> APIRoutes.Route? {
        guard case .route(let place) = layout.place(path) else { return nil }
        return routes.route(of: place.path, method) ?? routes.route(of: place.path)
    }

    private func answer(
        _ request: Request, _ path: RequestPath, _ route: APIRoutes.Route?, _ admission: RequestAdmission,
        _ held: AnswerMemory
    ) async throws -> Response {
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
            let context = APIContext(
                source: APIContext.Source(logger: logger, place: place, admission: admission, memory: held))
            try route?.authorize(context)
            return try await router.respond(to: Request(head: head, body: request.body), context: context)
        }
    }

    private func note(
        _ request: Request, _ route: APIRoutes.Route?, _ admission: RequestAdmission, _ response: Response,
        took duration: Duration
    ) {
        let name = route?.name ?? .other
        let nanoseconds = Int(duration / .nanoseconds(1))
        metrics.answered(name, status: response.status.code, nanoseconds: nanoseconds)
        sink.answered(status: response.status.code) {
            AccessRecord(
                nanoseconds: nanoseconds, client: admission.address?.description, reporter: admission.caller.name,
                method: request.method.rawValue, path: request.uri.path, route: name.name,
                status: response.status.code, refusal: route?.right == nil ? nil : admission.refusal?.reason.name,
                responseBytes: response.body.contentLength ?? 0, userAgent: request.headers[.userAgent])
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
        if response.headers[.assetlogAnswer] == nil {
            response.headers[.assetlogAnswer] = AnswerField.value(status: response.status.code)
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "no-referrer"
        // What is asked here changes with every report.
        response.headers[.cacheControl] = "no-store"
    }
}
