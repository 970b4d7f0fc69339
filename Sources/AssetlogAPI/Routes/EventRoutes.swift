import AssetlogAccess
import AssetlogCore
import HTTPTypes
import Hummingbird

/// `GET /api/v1/events` and `GET /api/v1/events/{event_id}`.
struct EventRoutes: Sendable {
    // Pages of at most so many events are made even when there is no room for large ones.
    private static let smallPage = 16

    let storage: any Storage
    private let slots = ReadSlots(count: 4)

    init(storage: any Storage) {
        self.storage = storage
    }

    /// A page of the log. It is built from the stored bytes; no JSON is parsed.
    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        try await page(request.uri.query, of: context.deployment, for: context.admission.caller, in: context.memory)
    }

    func page(
        _ text: String?, of deployment: String, for caller: Caller, in memory: AnswerMemory
    ) async throws -> Response {
        let parameters = try EventQueryParameters(text, deployment: deployment)
        guard parameters.query.limit > Self.smallPage else {
            return try await answer(parameters, deployment, caller, memory)
        }
        guard !memory.isFull else { throw AnswerMemory.noRoom }
        return try await slots.withSlot { try await answer(parameters, deployment, caller, memory) }
    }

    private func answer(
        _ parameters: EventQueryParameters, _ deployment: String, _ caller: Caller, _ memory: AnswerMemory
    ) async throws -> Response {
        let visible = VisibleEvents(storage: storage, caller: caller)
        var query = parameters.query
        if let sequence = parameters.latestAfter {
            guard let moment = try await visible.moment(of: sequence, deployment: deployment) else {
                throw EventQueryParameters.noEvent(after: sequence)
            }
            query.order = .latest(before: moment)
        }
        let page = try await visible.page(query)
        let size = page.events.reduce(1024) { $0 + $1.event.byteCount + 512 }
        // The page and the answer, until the page is gone.
        try memory.take(2 * size)
        var body = Array("{\"events\":[".utf8)
        body.reserveCapacity(size)
        for (index, event) in page.events.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            EventJSON.append(event, to: &body)
        }
        body.append(contentsOf: "],\"next\":\(page.next)}".utf8)
        return Response(type: "application/json", bytes: body)
    }

    /// One event of the deployment.
    func find(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryParameters(request.uri.query, known: [])
        let text = context.parameters.get("event_id").map { PercentCoding.decode($0) } ?? ""
        guard let id = EventID(text) else {
            throw APIError(
                status: .badRequest,
                detail: "\(text.quoted) is not an event ID. Event IDs are UUIDs, as in the field event_id of an event"
                    + " or in the header Assetlog-Event-Id of the answer to a report.",
                parameter: "event_id")
        }
        let visible = VisibleEvents(storage: storage, caller: context.admission.caller)
        guard let event = try await visible.event(id, deployment: context.deployment) else {
            throw APIError.notFound("There is no event \(id) in the deployment \(context.place.deployment.quoted).")
        }
        let size = event.event.byteCount + 1024
        try context.memory.take(2 * size)
        var body: [UInt8] = []
        body.reserveCapacity(size)
        EventJSON.append(event, to: &body)
        return Response(type: "application/json", bytes: body)
    }
}
