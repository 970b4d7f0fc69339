import AssetlogAccess
import AssetlogBody
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// The paths of the receivers, at which foreign requests become events, and `GET /api/v1/receivers`.
struct ReceiverRoutes: RouteGroup {
    /// The most bytes of a list of elements.
    private static let listBytes = 64 << 20

    let receivers: [NamedReceiver]
    private let log: EventLog
    private let configuration: APIConfiguration
    private let failures = MessageLimiter()
    private let threads = BlockingPool("receivers", niceness: 5)

    init(_ receivers: [NamedReceiver], log: EventLog, configuration: APIConfiguration) {
        self.receivers = receivers
        self.log = log
        self.configuration = configuration
    }

    var routes: [Route] {
        let own = receivers.flatMap { receiver in
            receiver.setup.routes.map { route in
                Route(.post, route.path, .anyOf(.reporting), about: .deployment) { try await receive($0, for: receiver, at: route, $1) }
            }
        }
        // What could not be mapped may name any asset of any deployment.
        return [
            Route(.get, "/api/v1/receivers", .unlimited(.read), about: .allDeployments, handler: list),
            Route(.get, "/api/v1/receivers/{name}/unmapped", .unlimited(.read), about: .allDeployments, handler: unmapped),
        ] + own
    }

    // MARK: Receiving

    func receive(
        _ request: Request, for receiver: NamedReceiver, at route: ReceiverRoute, _ context: RouteContext
    ) async throws -> Response {
        guard !configuration.paths.isReadOnly else { throw RequestError.readOnly }
        let contentType = request.headers[.contentType]
        guard let form = route.form(contentType: contentType) else { throw Self.unsupported(contentType, by: route) }
        let received = ReceivedRequest(
            receiver, route, log: log, limits: limits, contentType: contentType, headers: Self.headers(of: request, for: route),
            threads: threads, context)
        do {
            try await read(request, form, into: received, route)
            let results = try await received.finish()
            guard !received.isNotAuthorized else { throw Self.notAuthorized(results) }
            return Self.response(receiver.setup.receiver.answer(results, to: route))
        } catch {
            await received.submission.settleAfterFailure()
            received.count()
            // Of the request itself; what was recorded of it before is a duplicate when it comes again.
            if let error = error as? RequestError, error.status.kind == .clientError { throw error }
            if let error = error as? RequestBodyError { throw error }
            return SubmissionFailure(error, received.submission, to: context.logger, within: failures).response
        }
    }

    private var limits: EventLimits {
        var limits = EventLimits()
        limits.maximumItemBytes = configuration.limits.bodyBytes
        return limits
    }

    private func read(
        _ request: Request, _ form: ReceiverRoute.Form, into received: ReceivedRequest, _ route: ReceiverRoute
    ) async throws {
        let memory = configuration.memory.requests
        let isList = form != .single
        let most = isList ? max(Self.listBytes, route.maximumElementBytes) : route.maximumElementBytes
        let limits = RequestBodyLimits(
            maximumBytes: most, compressionRatio: configuration.limits.compressionRatio,
            excess: "The body has more than \(most) bytes after decompression; \(isList ? "send fewer messages at once" : "send less").")
        guard isList else {
            let body = try await request.gatheredBody(limits, memory: memory)
            try await received.add(body.bytes)
            return withExtendedLifetime(body) {}
        }
        let items = try SubmissionItems(
            of: request, format: form == .lines ? .lines : .json, limits: limits, maximumItemBytes: route.maximumElementBytes,
            memory: memory)
        for try await item in items {
            if case .item(let range) = item {
                try await received.add(items.withBytes(range) { Array($0) })
            } else {
                received.addTooLarge()
            }
            items.keep(received.capacityBytes, events: received.submission.eventBytes)
            try items.makeRoom()
            try await received.flushIfFull()
        }
    }

    private static func headers(of request: Request, for route: ReceiverRoute) -> [String: String] {
        guard !route.headers.isEmpty else { return [:] }
        return request.headers.reduce(into: [:]) { headers, field in
            if route.shows(header: field.name.canonicalName) { headers[field.name.canonicalName] = field.value }
        }
    }

    // MARK: Answering

    private static func response(_ answer: ReceiverAnswer) -> Response {
        var response = Response(status: .named(answer.status), type: "application/json", bytes: answer.json)
        // Some clients give up at once without it.
        if answer.status == 503 { response.headers[.retryAfter] = "2" }
        return response
    }

    private static func unsupported(_ type: String?, by route: ReceiverRoute) -> RequestError {
        let types = route.bodies.map(\.mediaType)
        return RequestError(
            status: .unsupportedMediaType,
            detail: "The Content-Type must be \(WordList.text(types, "or")), not \((type ?? "").quoted).",
            headers: [.accept: types.joined(separator: ", ")])
    }

    private static func notAuthorized(_ results: ReceivingResults) -> RequestError {
        var error = RequestError(
            status: .forbidden,
            detail: "The token may not report any of the events of this request. Ask for one that may report these assets.",
            headers: [.wwwAuthenticate: BearerChallenge.insufficientScope])
        error.refusal = AccessRecord.noRight
        return error
    }

    // MARK: Reading

    func list(_ request: Request, _ context: RouteContext) async throws -> Response {
        _ = try QueryParameters(request.uri.query, known: [])
        var json = JSONObject()
        json.append("receivers", receivers.map { ReceiverView($0).json })
        return json.response()
    }

    func unmapped(_ request: Request, _ context: RouteContext) async throws -> Response {
        _ = try QueryParameters(request.uri.query, known: [])
        let name = context.parameters["name"] ?? ""
        guard let receiver = receivers.first(where: { $0.name == name }) else {
            let names = receivers.map(\.name).joined(separator: ", ")
            throw RequestError.notFound("There is no receiver \(name.quoted) here. Available: \(names.isEmpty ? "none" : names).")
        }
        let parts = receiver.latestUnmapped
        // Escaped, a byte becomes six at most.
        try context.memory.take(parts.reduce(1024) { $0 + 6 * ($1.reason.utf8.count + $1.excerpt.utf8.count) + 1024 })
        var json = JSONObject()
        json.append("unmapped", parts.map(\.json))
        return json.response()
    }
}

extension ReceiverView {
    /// What the API shows of it.
    var json: JSONObject {
        var json = JSONObject()
        json.append("name", name)
        json.append("paths", raw: CanonicalJSON.array(of: paths))
        json.append("messages", Int64(messages))
        json.append("recorded", Int64(recorded))
        json.append("duplicate", Int64(duplicate))
        json.append("failed", Int64(failed))
        json.append("unmapped", Int64(unmapped))
        return json
    }
}

extension NamedReceiver.Unmapped {
    /// What the API shows of it.
    var json: JSONObject {
        var json = JSONObject()
        json.append("received_at", receivedAt.description)
        json.append("deployment", deployment)
        json.append("reported_by", reportedBy)
        json.append("path", path)
        json.append("reason", reason)
        json.append("excerpt", excerpt)
        return json
    }
}
