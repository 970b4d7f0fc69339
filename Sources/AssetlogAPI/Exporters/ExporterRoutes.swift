import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `GET /api/v1/exporters`, and what an operator does to one of them.
struct ExporterRoutes: RouteGroup {
    /// The most dead letters of a page.
    static let limits: ClosedRange<Int64> = 1...1000

    let directory: any ExporterDirectory
    let storage: any Storage
    let audit: AuditLog?
    let memory: MemoryBudget.Share

    /// Enough for as many sequences as there may be dead letters.
    private static let bodyBytes = 256 << 10

    var routes: [Route] {
        [
            route(.get, "", list), route(.post, "/{name}/pause", pause), route(.post, "/{name}/resume", resume),
            route(.post, "/{name}/replay", replay), route(.post, "/{name}/test", test),
            route(.get, "/{name}/dead-letters", deadLetters), route(.post, "/{name}/dead-letters/replay", replayDeadLetters),
            route(.post, "/{name}/dead-letters/discard", discardDeadLetters),
        ]
    }

    // A token that is limited to some assets would decide about the events of all.
    private func route(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Route.Handler) -> Route {
        Route(method, "/api/v1/exporters\(path)", .unlimited(.admin), about: .allDeployments, handler: handler)
    }

    // MARK: Reading

    func list(_ request: Request, _ context: RouteContext) async throws -> Response {
        _ = try QueryParameters(request.uri.query, known: [])
        var json = JSONObject()
        json.append("exporters", try await views().map(\.json))
        return json.response()
    }

    func views() async throws -> [ExporterView] {
        let head = try await storage.statistics().head
        let cursors = Dictionary(try await storage.cursors().map { ($0.consumer, $0) }, uniquingKeysWith: { $1 })
        var exporters: [ExporterView] = []
        for exporter in directory.exporters {
            exporters.append(
                ExporterView(
                    exporter, cursor: cursors[exporter.name], head: head,
                    pause: try await storage.exporterPause(of: exporter.name).reason,
                    deadLetters: try await storage.deadLetterCount(of: exporter.name)))
        }
        return exporters
    }

    func deadLetters(_ request: Request, _ context: RouteContext) async throws -> Response {
        let parameters = try QueryParameters(request.uri.query, known: ["after", "limit"])
        let after = try parameters.integer("after", in: 0...Int64.max, example: "0") ?? 0
        let limit = Int(try parameters.integer("limit", in: Self.limits, example: "100") ?? 100)
        let letters = try await storage.deadLetters(of: try name(context), after: after, limit: limit)
        // Escaped, a byte becomes six at most; the page and the answer are there at once.
        try context.memory.take(letters.reduce(1024) { $0 + 2 * ($1.message.utf8.count + $1.answer.utf8.count) + 512 })
        var json = JSONObject()
        json.append("dead_letters", letters.map(\.json))
        json.append("next", letters.count == limit ? letters.last?.sequence : nil)
        return json.response()
    }

    // MARK: Changing

    func pause(_ request: Request, _ context: RouteContext) async throws -> Response {
        let name = try name(context)
        let members = try await members(of: request, ["reason"])
        let reason = try PauseReason(members["reason"], by: context.identity.caller).text
        try await pause(name, because: reason, context)
        return answer(name) { $0.append("paused", reason) }
    }

    private func pause(_ name: String, because reason: String, _ context: RouteContext) async throws {
        try await ExporterControl(name, store: storage).pause(because: reason)
        record(.exporterPaused, name, [LogField("reason", reason)], context)
    }

    func resume(_ request: Request, _ context: RouteContext) async throws -> Response {
        let name = try name(context)
        _ = try await members(of: request, [])
        try await resume(name, context)
        return answer(name) { $0.append("paused", String?.none) }
    }

    private func resume(_ name: String, _ context: RouteContext) async throws {
        _ = try await ExporterControl(name, store: storage).resume()
        // Whichever server runs it notices in the storage; this one need not wait for that.
        directory.restart(name)
        record(.exporterResumed, name, [], context)
    }

    /// Does what an operator asks for on a page.
    func perform(_ action: ExporterAction, _ context: RouteContext) async throws {
        let name = try name(context)
        switch action {
        case .pause: try await pause(name, because: try PauseReason(nil, by: context.identity.caller).text, context)
        case .resume: try await resume(name, context)
        case .replayDeadLetters: _ = try await replay(.all, of: name, context)
        case .discardDeadLetters: _ = try await discard(.all, of: name, context)
        }
    }

    func replay(_ request: Request, _ context: RouteContext) async throws -> Response {
        let name = try name(context)
        switch try ReplayRequest(try await members(of: request, ReplayRequest.members)) {
        case .log(let start):
            do {
                let position = try await ExporterControl(name, store: storage).replay(from: start, of: storage).position
                record(.exporterReplayed, name, [LogField("from", Int(position + 1))], context)
                let removed = try await ExporterControl.lastRemoved(after: position, in: storage)
                return answer(name) { json in
                    json.append("from", position + 1)
                    if let removed { json.append("removed_up_to", removed) }
                }
            } catch let problem as ReplayProblem {
                throw RequestError(status: .badRequest, detail: problem.description)
            }
        case .deadLetters(let selection): return try await replay(selection, of: name, context)
        }
    }

    func replayDeadLetters(_ request: Request, _ context: RouteContext) async throws -> Response {
        try await replay(try await selection(request), of: try name(context), context)
    }

    func discardDeadLetters(_ request: Request, _ context: RouteContext) async throws -> Response {
        try await discard(try await selection(request), of: try name(context), context)
    }

    private func discard(_ selection: DeadLetterSelection, of name: String, _ context: RouteContext) async throws -> Response {
        let count = try await Self.finding { try await ExporterControl(name, store: storage).discard(selection) }
        if count > 0 { record(.deadLettersDiscarded, name, [LogField("count", count)], context) }
        return answer(name) { $0.append("dead_letters", Int64(count)) }
    }

    private func replay(_ selection: DeadLetterSelection, of name: String, _ context: RouteContext) async throws -> Response {
        let count = try await Self.finding { try await ExporterControl(name, store: storage).replay(selection) }
        if count > 0 { record(.deadLettersReplayed, name, [LogField("count", count)], context) }
        return answer(name) { $0.append("dead_letters", Int64(count)) }
    }

    /// Tries the destination. That it fails is an answer, and no failure of this request.
    func test(_ request: Request, _ context: RouteContext) async throws -> Response {
        let name = try name(context)
        _ = try await members(of: request, [])
        let (isPassed, message): (Bool, String)
        do {
            (isPassed, message) = (true, try await directory.test(name, with: .madeUp(for: name)))
        } catch let error as CancellationError {
            throw error
        } catch {
            (isPassed, message) = (false, "\(error)")
        }
        record(.exporterTested, name, [LogField("result", isPassed ? "ok" : "failed")], context)
        return answer(name) { json in
            json.append("ok", isPassed)
            json.append("message", message)
        }
    }

    // MARK: Pieces

    private func name(_ context: RouteContext) throws(RequestError) -> String {
        let name = context.parameters["name"] ?? ""
        let known = directory.exporters.map(\.name)
        guard !known.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else { return name }
        let nearest = name.utf8.count <= 64 ? WordDistance.nearest(to: name, among: known) : nil
        let list = known.isEmpty ? "The configuration has none." : "Available: \(known.joined(separator: ", "))."
        throw .notFound("There is no exporter \(name.quoted). \(nearest.map { "Did you mean \($0)?" } ?? list)")
    }

    private func members(of request: Request, _ known: [String]) async throws -> [String: FlatValue] {
        _ = try QueryParameters(request.uri.query, known: [])
        return try await JSONBody.members(of: request, known: known, maximumBytes: Self.bodyBytes, memory: memory)
    }

    private func selection(_ request: Request) async throws -> DeadLetterSelection {
        try DeadLetterSelection(try await members(of: request, ["sequences", "all"]))
    }

    private static func finding(_ body: () async throws -> Int) async throws -> Int {
        do {
            return try await body()
        } catch let missing as MissingDeadLetters {
            throw RequestError.notFound(missing.description)
        }
    }

    private func answer(_ name: String, _ fill: (inout JSONObject) -> Void) -> Response {
        var json = JSONObject()
        json.append("name", name)
        fill(&json)
        return json.response()
    }

    private func record(_ kind: AuditEvent.Kind, _ name: String, _ fields: [LogField], _ context: RouteContext) {
        audit?.record(AuditEvent(kind, [LogField("exporter", name)] + fields + context.identity.auditFields))
    }
}
