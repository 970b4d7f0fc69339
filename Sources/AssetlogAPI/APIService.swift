public import AssetlogAccess
package import AssetlogCore
public import AssetlogJournal
public import AssetlogLog
public import AssetlogMetrics
import HTTPTypes
import Hummingbird
package import HummingbirdCore
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
    private let compression = AnswerCompression()
    private let memory: ServerMemory
    private let metrics: RequestMetrics
    private let sink: any RequestSink
    private let logger: Logger
    private let unanswered = MessageLimiter()

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
        let reads = EventReads()
        reads.register(in: registry)
        let similar = SimilarKeys(storage: log.storage, reads: reads)
        rehearsal = ReportRehearsal(similar: similar, configuration: configuration)
        routes = APIRoutes(
            events: EventRoutes(storage: log.storage, reads: reads),
            submission: SubmissionRoute(log: log, similar: similar, configuration: configuration),
            health: HealthRoutes(log: log, tokens: tokens, timeout: configuration.probeTimeout),
            metrics: MetricsRoute(registry: registry, storage: log.storage, timeout: configuration.probeTimeout),
            serverInfo: ServerInfoRoute(version: configuration.version),
            openapi: OpenAPIRoute(
                OpenAPIDocument(
                    base: layout.base, version: configuration.version, isTokenRequired: configuration.isTokenRequired)),
            page: PageRoute(storage: log.storage, reads: reads, configuration: configuration, logger: logger))
        router = routes.responder()
    }

    /// Answers a request that a connection has brought. It throws only when the answer can't be written.
    package func respond(
        to request: Request, _ writer: consuming ResponseWriter, _ admission: RequestAdmission, _ requestMemory: RequestMemory
    ) async throws {
        let start = ContinuousClock.now
        let received = CountedBody.Count()
        var request = request
        if request.method == .post { request.body = RequestBody(asyncSequence: CountedBody(request.body, received)) }
        let asked = asked(request)
        let held = AnswerMemory(memory.answers)
        let answer: Answer
        if request.method == .get || request.method == .head {
            // What only reads ends when nobody waits for it any more; what was begun to be recorded does not.
            answer = await requestMemory.flow.whileOpen { [request] in
                await self.respond(to: request, asked, admission, held, hasRoom: requestMemory.hasRoom)
            }
        } else {
            answer = await respond(to: request, asked, admission, held, hasRoom: requestMemory.hasRoom)
        }
        note(request, asked, admission, answer, receivedBytes: received.bytes, took: ContinuousClock.now - start)
        try await write(answer.response, to: writer, held, requestMemory.flow)
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
        await respond(to: request, asked(request), admission, AnswerMemory(memory.answers), hasRoom: true).response
    }

    /// What a request asks for.
    private struct Asked {
        var path: RequestPath
        var route: APIRoutes.Route?
        /// The route of a report that comes here, because it is only rehearsed.
        var report: ReportRoute?

        /// The name in metrics and logs.
        var name: RequestRoute { report.map { RequestRoute($0.endpoint) } ?? route?.name ?? .other }
    }

    private struct Answer {
        var response: Response
        /// Why the caller may not ask this, for logs.
        var refusal: String?
    }

    private func asked(_ request: Request) -> Asked {
        let path = RequestPath(request.uri.path)
        return Asked(path: path, route: route(of: path, request.method), report: rehearsal.route(of: request))
    }

    private func respond(
        to request: Request, _ asked: Asked, _ admission: RequestAdmission, _ held: AnswerMemory, hasRoom: Bool
    ) async -> Answer {
        var answer: Answer
        do {
            if asked.route == nil || asked.route?.right != nil, let refusal = admission.refusal { throw APIError(refusal) }
            guard hasRoom else { throw APIError.noMemory }
            if let report = asked.report, let rehearsed = try await rehearsal.answer(request, report, admission) {
                answer = Answer(response: rehearsed)
            } else {
                answer = Answer(response: try await self.answer(request, asked.path, asked.route, admission, held))
            }
            let size = answer.response.body.contentLength ?? 0
            if request.method == .post { held.takeAnyway(size) } else { try held.take(size) }
        } catch {
            answer = self.answer(to: error, request: request, isAPI: layout.isAPI(asked.path))
        }
        addCommonHeaders(to: &answer.response)
        for field in admission.rateFields {
            if let name = HTTPField.Name(field.name) { answer.response.headers[name] = field.value }
        }
        let accepted = request.headers[values: .acceptEncoding].joined(separator: ",")
        answer.response = await compression.encode(
            answer.response, accepted: accepted, for: LimitedCaller(admission), held)
        if request.method == .head { answer.response = answer.response.createHeadResponse() }
        return answer
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
            throw APIError.notFound("All routes of this server are below \(layout.base)/.")
        case .unknownDeployment(let name):
            // A token that is limited to others does not learn which there are.
            let deployment = OrganizationPolicy.qualified(name, organization: admission.organization)
            if let grant = admission.caller.grant, !grant.covers(deployment: deployment) {
                guard layout.isAPI(path) else { throw APIError.notAuthorized }
                throw APIError.forbidden(request.method == .post ? .reporting : .read, deployment: deployment)
            }
            throw APIError.notFound(layout.reason(againstDeployment: name))
        case .route(let place):
            var head = request.head
            head.path = place.path.encoded + (request.uri.query.map { "?\($0)" } ?? "")
            // HEAD gets what GET would, until all of its header fields are known.
            if head.method == .head { head.method = .get }
            let context = APIContext(
                source: APIContext.Source(logger: logger, place: place, admission: admission, memory: held))
            try route?.authorize(context)
            return try await router.respond(to: Request(head: head, body: request.body), context: context)
        }
    }

    private func note(
        _ request: Request, _ asked: Asked, _ admission: RequestAdmission, _ answer: Answer, receivedBytes: Int,
        took duration: Duration
    ) {
        let status = answer.response.status.code
        let nanoseconds = Int(duration / .nanoseconds(1))
        metrics.answered(asked.name, status: status, nanoseconds: nanoseconds)
        sink.answered(status: status) {
            AccessRecord(
                nanoseconds: nanoseconds, client: admission.address?.description, reporter: admission.caller.name,
                deployment: deployment(asked, admission), method: request.method.rawValue, path: request.uri.path,
                route: asked.name.name, status: status, refusal: answer.refusal, requestBytes: receivedBytes,
                responseBytes: answer.response.body.contentLength ?? 0, tlsVersion: admission.tlsVersion,
                userAgent: request.headers[.userAgent])
        }
    }

    /// The deployment that was asked about; nil where the route is about the server itself.
    private func deployment(_ asked: Asked, _ admission: RequestAdmission) -> String? {
        let name: String
        if let report = asked.report {
            name = report.deployment
        } else if let route = asked.route, case .route(let place) = layout.place(asked.path),
            route.isOfDeployment || place.deployment != ReportRouter.defaultDeployment
        {
            name = place.deployment
        } else {
            return nil
        }
        return OrganizationPolicy.qualified(name, organization: admission.organization)
    }

    private func answer(to error: any Error, request: Request, isAPI: Bool) -> Answer {
        if error is CancellationError, Task.isCancelled { return Answer(response: Response(status: .clientHasLeft)) }
        var known = APIError(answering: error)
        if known.status.kind == .serverError {
            // A request that may have recorded something is not answered here; see ``SubmissionFailure``.
            if request.method == .post { known.detail += " " + RecordOutcome.notRecorded.sentence(about: "request") }
            unanswered.error(
                "A request could not be answered.",
                metadata: [
                    "error": "\(error)", "http.method": "\(request.method)", "http.path": "\(request.uri.path.prefix(200))",
                ], to: logger)
        }
        return Answer(response: isAPI ? known.problem : known.plain, refusal: known.refusal)
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
        compression.addVary(to: &response)
    }
}
