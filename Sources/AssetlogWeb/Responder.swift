package import AssetlogAccess
package import AssetlogCore
package import AssetlogObservation
import HTTPTypes
package import HummingbirdCore
package import Logging
import NIOCore

/// Answers the requests that a connection brings, by the table of routes; it has no listener.
package struct Responder: Sendable {
    /// The routes.
    package let table: RouteTable
    private let compression = AnswerCompression()
    private let memory: ServerMemory
    private let observer: RequestObserver
    private let logger: Logger
    private let errorPage: ErrorPage?
    private let errors = MessageLimiter()

    /// Makes a responder.
    ///
    /// - Parameters:
    ///   - table: The routes.
    ///   - memory: What answers may take.
    ///   - observer: Is notified of every answer.
    ///   - logger: Takes what the operator should know.
    ///   - errorPage: Makes the errors of pages; nil: they are as those of the API.
    package init(
        _ table: RouteTable, memory: ServerMemory, observer: RequestObserver, logger: Logger, errorPage: ErrorPage? = nil
    ) {
        self.table = table
        self.memory = memory
        self.observer = observer
        self.logger = logger
        self.errorPage = errorPage
    }

    /// Answers a request that a connection has brought. It throws only when the answer can't be written.
    package func respond(
        to request: Request, _ writer: consuming ResponseWriter, _ identity: RequestIdentity, _ requestMemory: RequestMemory
    ) async throws {
        let start = ContinuousClock.now
        let received = ByteCounter()
        var request = request
        if request.method == .post { request.body = RequestBody(asyncSequence: CountedBody(request.body, received)) }
        let path = RequestPath(request.uri.path)
        let match = table.match(path, request.method)
        let identity = match.acceptsSession(request.method) ? identity : identity.withoutSession
        let held = AnswerMemory(memory.answers)
        let answer: Answer
        if request.method == .get || request.method == .head {
            // A read is cancelled when its client leaves; a recording is not.
            answer = await requestMemory.flow.whileOpen { [request] in
                await self.answer(request, path, match, identity, held, requestMemory)
            }
        } else {
            answer = await self.answer(request, path, match, identity, held, requestMemory)
        }
        let exchange = Exchange(request: request, match: match, identity: identity, answer: answer, start: start)
        guard answer.response.body.contentLength == nil else {
            observe(exchange, receivedBytes: received.bytes)
            return try await write(answer.response, to: writer, held, requestMemory.flow)
        }
        try await stream(exchange, to: writer, held, requestMemory.flow)
    }

    /// Writes an answer that goes on, which is counted when it begins and logged when it has ended.
    private func stream(
        _ exchange: Exchange, to writer: consuming ResponseWriter, _ held: AnswerMemory, _ flow: AnswerFlow
    ) async throws {
        let (response, written) = (exchange.answer.response, ByteCounter())
        observer.metrics.answered(exchange.match.name, status: response.status.code, nanoseconds: exchange.nanoseconds)
        defer {
            observer.sink.answered(status: response.status.code) {
                exchange.record(receivedBytes: 0, sentBytes: written.bytes)
            }
        }
        try await writer.write(response: response.head, body: response.body.paced(by: flow, counting: written))
        if held.isHeld { await flow.wait(untilUnsent: 0) }
        held.release()
    }

    /// Answers a request whose body and answer are in memory, without a connection.
    package func respond(to request: Request, _ identity: RequestIdentity) async -> Response {
        let path = RequestPath(request.uri.path)
        let match = table.match(path, request.method)
        let identity = match.acceptsSession(request.method) ? identity : identity.withoutSession
        return await answer(request, path, match, identity, AnswerMemory(memory.answers), RequestMemory()).response
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

    // MARK: Answering

    private struct Answer {
        var response: Response
        /// Why the caller may not ask this, for logs.
        var refusal: String?
    }

    private func answer(
        _ request: Request, _ path: RequestPath, _ match: RouteMatch, _ identity: RequestIdentity, _ held: AnswerMemory,
        _ requestMemory: RequestMemory
    ) async -> Answer {
        var answer: Answer
        do {
            if match.needsIdentity, let refusal = identity.refusal { throw RequestError(refusal) }
            guard requestMemory.hasRoom else { throw RequestError.noMemory }
            answer = Answer(response: try await response(to: request, path, match, identity, held, requestMemory.flow))
            let size = AnswerMemory.bufferBytes(answer.response.body.contentLength ?? 0)
            if request.method == .post { held.takeAnyway(size) } else { try held.take(size) }
        } catch {
            answer = self.answer(to: error, request, match, identity, isAPI: table.isAPI(path))
        }
        addCommonHeaders(to: &answer.response)
        for field in identity.rateFields {
            if let name = HTTPField.Name(field.name) { answer.response.headers[name] = field.value }
        }
        let accepted = request.headers[values: .acceptEncoding].joined(separator: ",")
        answer.response = await compression.encode(answer.response, accepted: accepted, for: LimitedCaller(identity), held)
        if request.method == .head {
            let length = answer.response.headers[.contentLength]
            answer.response = answer.response.createHeadResponse()
            // That of the answer to GET, which may have none.
            answer.response.headers[.contentLength] = length
        }
        return answer
    }

    private func response(
        to request: Request, _ path: RequestPath, _ match: RouteMatch, _ identity: RequestIdentity, _ held: AnswerMemory,
        _ flow: AnswerFlow
    ) async throws -> Response {
        if let name = match.namedDeployment { try authorize(request, path, match, deployment: name, identity) }
        switch match.target {
        case .redirect(let target):
            guard request.method == .get || request.method == .head else { throw RequestError.methodNotAllowed(request) }
            let query = request.uri.query.map { "?\($0)" } ?? ""
            return Response(status: .temporaryRedirect, headers: [.location: target + query])
        case .outside(let base):
            throw RequestError.notFound("All routes of this server are below \(base)/.")
        case .unknownDeployment(_, let reason):
            throw RequestError.notFound(reason)
        case .nothing(let location): throw nothing(at: location)
        case .wrongMethod(let route, let location, let allowed):
            try authorize(route, location, identity)
            throw RequestError.methodNotAllowed(request, allowed: allowed)
        case .route(let route, let location, let parameters):
            try authorize(route, location, identity)
            let context = RouteContext(
                location: location, parameters: parameters, identity: identity, memory: held, flow: flow, logger: logger)
            do {
                return try await route.handler(request, context)
            } catch is NoSuchPath {
                throw nothing(at: location)
            }
        }
    }

    private func nothing(at location: RequestLocation) -> RequestError {
        .notFound("There is nothing at \(location.url.quoted). \(table.available(below: location.base))")
    }

    private func authorize(
        _ route: Route, _ location: RequestLocation, _ identity: RequestIdentity
    ) throws(RequestError) {
        try route.permission.authorize(identity.caller.grant, in: route.scope, of: location.deployment(of: identity))
    }

    // A token that is limited to other deployments does not learn which there are: whatever it asks for below the name of one,
    // it gets the same answer.
    private func authorize(
        _ request: Request, _ path: RequestPath, _ match: RouteMatch, deployment name: String, _ identity: RequestIdentity
    ) throws(RequestError) {
        guard !identity.covers(deployment: name) else { return }
        guard table.isAPI(path) || match.isPage else { throw .notAuthorized }
        let deployment = OrganizationPolicy.qualified(name, organization: identity.organization)
        let isReport = request.method == .post && !match.isPage
        throw .forbidden(isReport ? .reporting : .read, deployment: deployment)
    }

    private func answer(
        to error: any Error, _ request: Request, _ match: RouteMatch, _ identity: RequestIdentity, isAPI: Bool
    ) -> Answer {
        if error is CancellationError, Task.isCancelled { return Answer(response: Response(status: .clientHasLeft)) }
        var known = RequestError(answering: error)
        if known.status.kind == .serverError {
            // A request that may have recorded something has been answered by its handler, which knows what.
            if request.method == .post { known.detail += " " + RecordOutcome.notRecorded.sentence(about: "request") }
            errors.error(
                "A request could not be answered.",
                metadata: [
                    "error": "\(error)", "http.method": "\(request.method)", "http.path": "\(request.uri.path.prefix(200))",
                ], to: logger)
        }
        let page = isAPI ? nil : page(about: known, request, match, identity)
        return Answer(response: page ?? (isAPI ? known.problem : known.plain), refusal: known.refusal)
    }

    private func page(
        about error: RequestError, _ request: Request, _ match: RouteMatch, _ identity: RequestIdentity
    ) -> Response? {
        // Who may not know whether there is a deployment gets one answer in either case.
        let mayKnow = match.namedDeployment.map { identity.refusal == nil && identity.covers(deployment: $0) } ?? true
        guard match.isPage || (!match.hasRoute && request.acceptsHTML),
            var response = errorPage?(error, request, mayKnow ? match.location : nil, identity)
        else { return nil }
        // What says how to go on counts for pages as well, but a redirect says that itself.
        if response.status.kind != .redirection {
            for field in error.headers where response.headers[field.name] == nil { response.headers[field.name] = field.value }
        }
        return response
    }

    private func addCommonHeaders(to response: inout Response) {
        response.headers[.date] = HTTPDate.text(of: .now())
        response.headers[.server] = "assetlog"
        if response.headers[.assetlogAnswer] == nil {
            response.headers[.assetlogAnswer] = AnswerField.value(status: response.status.code)
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        // Without a referrer, browsers say with a form that it comes from `null`, as they do for another site's.
        let isHTML = response.headers[.contentType]?.hasPrefix("text/html") ?? false
        response.headers[.referrerPolicy] = isHTML ? "same-origin" : "no-referrer"
        // What is asked here changes with every report, unless the route has said how the client finds that out.
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        compression.addVary(to: &response)
    }

    // MARK: Observing

    private func observe(_ exchange: Exchange, receivedBytes: Int) {
        let (response, nanoseconds) = (exchange.answer.response, exchange.nanoseconds)
        observer.answered(exchange.match.name, status: response.status.code, nanoseconds: nanoseconds) {
            exchange.record(receivedBytes: receivedBytes, sentBytes: response.body.contentLength ?? 0)
        }
    }

    /// A request and its answer, for metrics and logs.
    private struct Exchange {
        let request: Request
        let match: RouteMatch
        let identity: RequestIdentity
        let answer: Answer
        let start: ContinuousClock.Instant

        /// How long it has taken so far.
        var nanoseconds: Int { Int((ContinuousClock.now - start) / .nanoseconds(1)) }

        func record(receivedBytes: Int, sentBytes: Int) -> AccessRecord {
            AccessRecord(
                nanoseconds: nanoseconds, client: identity.address?.description, reporter: identity.caller.name,
                deployment: match.deployment(of: identity), method: request.method.rawValue, path: request.uri.path,
                route: match.name.name, status: answer.response.status.code, refusal: answer.refusal,
                requestBytes: receivedBytes, responseBytes: sentBytes, tlsVersion: identity.tlsVersion,
                userAgent: request.headers[.userAgent])
        }
    }
}
