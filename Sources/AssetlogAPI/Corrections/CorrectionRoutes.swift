import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `POST /api/v1/events/{event_id}/void` and `POST /api/v1/asset/wipe`: an administrator says that what was reported counts no
/// more. Both are recorded as events.
struct CorrectionRoutes: RouteGroup {
    private let log: EventLog
    private let voids: VoidIndex
    private let audit: AuditLog?
    let isReadOnly: Bool
    private let memory: MemoryBudget.Share

    init(log: EventLog, voids: VoidIndex, audit: AuditLog?, configuration: APIConfiguration) {
        self.log = log
        self.voids = voids
        self.audit = audit
        isReadOnly = configuration.paths.isReadOnly
        memory = configuration.memory.requests
    }

    var routes: [Route] {
        [
            Route(.post, "/api/v1/events/{event_id}/void", .anyOf(.admin), about: .deployment, handler: void),
            Route(.post, "/api/v1/asset/wipe", .anyOf(.admin), about: .deployment, handler: wipe),
        ]
    }

    // MARK: Void

    /// Voids an event. A second request gets the existing void.
    func void(_ request: Request, _ context: RouteContext) async throws -> Response {
        let (members, isDryRun) = try await members(of: request, VoidRequest.members, maximumBytes: 16 << 10)
        let asked = try VoidRequest(members)
        let event = try await visible(context).event(at: context)
        guard isDryRun else { return try await void(event, asked, context).response }
        let known = try await voids.void(of: EventIdentity(event.id, in: event.deployment))
        let void = try voidable(event, asked, context)
        return dryRun(known?.event ?? void, known == nil ? [] : ["The event is void already: nothing would be recorded."])
    }

    /// Voids an event, which the caller may see, unless it is void already.
    func void(_ event: LoggedEvent, _ asked: VoidRequest, _ context: RouteContext) async throws -> Correction.Outcome {
        let void = try voidable(event, asked, context)
        let identity = EventIdentity(event.id, in: event.deployment)
        if let known = try await voids.void(of: identity) {
            // Another server may have recorded it just now.
            voids.noteVoid(of: identity)
            return .recorded(Correction(event: known.event, sequence: known.sequence, isRepetition: true))
        }
        switch try await record(void) {
        case .failed(let error): return Correction.failure(error, retry: "An event is voided once, however often it is asked for.")
        case .recorded(let sequence):
            voids.noteVoid(of: identity)
            record(.eventVoided, event, asked.reason, [LogField("event_id", event.id.description)], context)
            return .recorded(Correction(event: void, sequence: sequence))
        case .known(let sequence):
            voids.noteVoid(of: identity)
            return .recorded(Correction(event: void, sequence: sequence, isRepetition: true))
        case .taken:
            // Another request voided it first, or a client reported an event under this identity.
            guard let known = try await voids.void(of: identity) else { throw Self.taken(void.id) }
            voids.noteVoid(of: identity)
            return .recorded(Correction(event: known.event, sequence: known.sequence, isRepetition: true))
        }
    }

    private func voidable(_ event: LoggedEvent, _ asked: VoidRequest, _ context: RouteContext) throws -> Event {
        guard !isReadOnly else { throw RequestError.readOnly }
        guard event.kind.isReportable else {
            throw RequestError(
                status: .conflict,
                detail: "The event \(event.id) is a \(event.kind.name), which can't be voided. Report again what counts.")
        }
        return asked.event(voiding: event, by: context.identity.caller, at: .now())
    }

    private static func taken(_ id: EventID) -> RequestError {
        RequestError(
            status: .conflict,
            detail: "The void would be the event \(id), and a client has reported another event under this ID. The event can't be"
                + " voided; wipe the partition or the asset instead.")
    }

    // MARK: Wipe

    /// Wipes an asset, or some of its partitions. An asset whose last event is a wipe of all of it is not wiped again.
    func wipe(_ request: Request, _ context: RouteContext) async throws -> Response {
        let (members, isDryRun) = try await members(of: request, WipeRequest.members, maximumBytes: 1 << 20)
        let asked = try WipeRequest(members)
        let key = try request.keyedEventID(context)
        guard isDryRun else { return try await wipe(asked, id: key, context).response }
        if let known = try await lastWipe(asked, context) {
            return dryRun(known.event, ["The asset's last event is a wipe of all of it: nothing would be recorded."])
        }
        var wipe = asked.event(in: context.deployment, by: context.identity.caller, at: .now())
        if let key { wipe.id = key }
        return dryRun(wipe, [])
    }

    /// Wipes an asset, or some of its partitions, unless all of it is wiped already.
    ///
    /// - Parameter key: The identity that the client chose; nil: none.
    func wipe(_ asked: WipeRequest, id key: EventID?, _ context: RouteContext) async throws -> Correction.Outcome {
        guard !isReadOnly else { throw RequestError.readOnly }
        if let known = try await lastWipe(asked, context) {
            return .recorded(Correction(event: known.event, sequence: known.sequence, isRepetition: true))
        }
        var wipe = asked.event(in: context.deployment, by: context.identity.caller, at: .now())
        if let key { wipe.id = key }
        switch try await record(wipe, isKeyed: key != nil) {
        case .failed(let error):
            return Correction.failure(error, retry: "An asset may be wiped twice without harm, if nothing was reported in between.")
        case .recorded(let sequence):
            let partitions = asked.partitions.map { LogField("partitions", $0.count) }
            record(.assetWiped, LoggedEvent(sequence: sequence, event: wipe), asked.reason, [partitions].compactMap { $0 }, context)
            return .recorded(Correction(event: wipe, sequence: sequence))
        case .known(let sequence): return .recorded(Correction(event: wipe, sequence: sequence, isRepetition: true))
        case .taken:
            throw RequestError(status: .unprocessableContent, detail: "The Idempotency-Key was used before with a different request.")
        }
    }

    /// The last event of an asset, if that is a wipe of all of it and such a one is asked for.
    ///
    /// - Throws: ``RequestError`` with the status 404 where there is no asset that the caller may see.
    private func lastWipe(_ asked: WipeRequest, _ context: RouteContext) async throws -> LoggedEvent? {
        let page = try await visible(context).page(
            EventQuery(order: .descending(before: nil), limit: 1, deployment: context.deployment, assetKey: asked.assetKey))
        guard let last = page.events.first else {
            throw RequestError.notFound(
                "There is no asset \(asked.assetKey) in the deployment \(context.location.deployment.quoted).")
        }
        return asked.partitions == nil && last.kind == .wipe && WipeDetails(last.details)?.partitions == nil ? last : nil
    }

    // MARK: Pieces

    private func members(
        of request: Request, _ known: [String], maximumBytes: Int
    ) async throws -> (members: [String: FlatValue], isDryRun: Bool) {
        guard !isReadOnly else { throw RequestError.readOnly }
        let isDryRun = try QueryParameters(request.uri.query, known: ["dry_run"]).flag("dry_run")
        let members = try await JSONBody.members(of: request, known: known, maximumBytes: maximumBytes, memory: memory)
        return (members, isDryRun)
    }

    private func visible(_ context: RouteContext) -> VisibleEvents {
        VisibleEvents(storage: log.storage, caller: context.identity.caller)
    }

    private func dryRun(_ event: Event, _ warnings: [String]) -> Response {
        DryRunResult(event: event, sources: [], warnings: warnings).response
    }

    private enum Outcome {
        case recorded(Int64)
        /// It was recorded before.
        case known(Int64)
        /// Its identity belongs to another event.
        case taken
        /// It was not recorded, or nobody can know.
        case failed(LogError)
    }

    /// Records an event; a failure says whether it may be in the log.
    private func record(_ event: Event, isKeyed: Bool = true) async throws -> Outcome {
        var batch = EventBatch()
        event.withColumns(isKeyed ? .identity : []) { batch.append($0) }
        do {
            let outcome = try await log.append(batch)
            switch outcome.skippedEvent(at: 0) {
            case .duplicate(let sequence): return .known(sequence)
            case .conflict: return .taken
            case nil, .indeterminate, .groupAborted:
                guard let sequence = outcome.sequences?.lowerBound else { return .failed(LogError(.failed)) }
                return .recorded(sequence)
            }
        } catch let error as LogError {
            return .failed(error)
        }
    }

    private func record(
        _ kind: AuditEvent.Kind, _ event: LoggedEvent, _ reason: String, _ fields: [LogField], _ context: RouteContext
    ) {
        let subject = [LogField("deployment", event.deployment), LogField("asset", event.assetKey.canonical)]
        audit?.record(AuditEvent(kind, subject + fields + [LogField("reason", reason)] + context.identity.auditFields))
    }
}
