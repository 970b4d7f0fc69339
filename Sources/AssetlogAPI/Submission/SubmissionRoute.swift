import AssetlogAccess
import AssetlogBody
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `POST /api/v1/events`: one event, an array of events, or one on each line.
struct SubmissionRoute: RouteGroup {
    /// The names of its parameters, in the order of the documentation.
    static let parameters = ["atomic", "items", "dry_run"]

    private let log: EventLog
    private let configuration: APIConfiguration
    private let memory: MemoryBudget.Share
    /// Large items are expanded one at a time, no matter who sends them.
    private let expansions = Limiter(count: 1, patience: .seconds(10), refusal: .noMemory)
    private let failures = MessageLimiter()
    private let similar: SimilarKeys

    init(log: EventLog, similar: SimilarKeys, configuration: APIConfiguration) {
        self.log = log
        self.similar = similar
        self.configuration = configuration
        memory = configuration.memory.requests
    }

    var routes: [Route] {
        [Route(.post, "/api/v1/events", .anyOf(.reporting), about: .deployment, handler: submit)]
    }

    private var limits: EventLimits {
        var limits = EventLimits()
        limits.maximumItemBytes = configuration.limits.bodyBytes
        return limits
    }

    func submit(_ request: Request, _ context: RouteContext) async throws -> Response {
        guard !configuration.paths.isReadOnly else { throw RequestError.readOnly }
        let parameters = try QueryParameters(request.uri.query, known: Self.parameters)
        let options = try options(request, parameters, context)
        guard try !parameters.flag("dry_run") else { return try await dryRun(request, options, context) }
        let items = try items(of: request, isGathered: options.isAtomic)
        let submission = Submission(log: log, options: options, limits: limits)
        do {
            if let broken = try await read(items, into: submission, for: LimitedCaller(context.identity)) {
                try await submission.finishBroken()
                return SubmissionFailure(broken, submission).response
            }
            try await submission.finish()
        } catch let error as RequestError where error.status.kind == .clientError {
            // Of a submission without an item.
            throw error
        } catch {
            await submission.settleAfterFailure()
            return SubmissionFailure(error, submission, to: context.logger, within: failures).response
        }
        return answer(submission)
    }

    private func dryRun(
        _ request: Request, _ options: Submission.Options, _ context: RouteContext
    ) async throws -> Response {
        let dryRun = SubmissionDryRun(
            limits: limits, similar: similar, areTimestampsApproximate: options.areTimestampsApproximate)
        let ratio = configuration.limits.compressionRatio
        let items = try SubmissionItems(
            of: request, limits: .dryRun(compressionRatio: ratio), maximumItemBytes: limits.maximumItemBytes, memory: memory)
        return try await dryRun.run(items, context)
    }

    private func items(of request: Request, isGathered: Bool) throws -> SubmissionItems {
        let ratio = configuration.limits.compressionRatio
        return try SubmissionItems(
            of: request, limits: .submission(compressionRatio: ratio, isGathered: isGathered),
            maximumItemBytes: limits.maximumItemBytes, memory: memory)
    }

    private func options(
        _ request: Request, _ parameters: QueryParameters, _ context: RouteContext
    ) throws -> Submission.Options {
        var options = Submission.Options(deployment: context.deployment, caller: context.identity.caller)
        options.isAtomic = try parameters.flag("atomic")
        options.areTimestampsApproximate = request.hasApproximateTimestamps
        switch parameters["items"] {
        case nil, "refused": break
        case "all": options.listsAll = true
        case let other?: throw RequestError.badParameter("items", "must be all or refused, not \(other.quoted)", example: "all")
        }
        options.key = try request.keyedEventID(context)
        return options
    }

    // MARK: Reading

    /// Reads the body to its end.
    ///
    /// - Returns: Why it ended before its end, or can't be cut into items any further; nil: it did not.
    private func read(
        _ items: SubmissionItems, into submission: Submission, for caller: LimitedCaller
    ) async throws -> RequestError? {
        do {
            // Most items are there already, and cost no task its turn.
            repeat {
                while let item = try items.buffered() {
                    switch add(item, of: items, to: submission) {
                    case .done: break
                    case .needsRoom(let bytes): try await addLarge(item, bytes, of: items, to: submission, caller)
                    case .needsParts: try await addParts(of: item, from: items, to: submission, caller)
                    }
                    guard !submission.isTooLargeForAtomic else { throw Self.tooLargeForAtomic }
                    guard submission.isFull else { continue }
                    try await flush(submission, of: items)
                }
                items.keep(submission.capacityBytes, events: submission.eventBytes)
            } while try await items.readMore()
        } catch let error as RequestError where [.badRequest, .contentTooLarge, .requestTimeout].contains(error.status) {
            return error
        }
        guard submission.results.received > 0 else { throw RequestError.emptySubmission }
        return nil
    }

    private func add(_ item: ItemSplitter.Item, of items: SubmissionItems, to submission: Submission) -> Submission.Addition {
        guard case .item(let range) = item else {
            submission.addTooLarge(limit: limits.maximumItemBytes)
            return .done
        }
        return items.withBytes(range) { submission.add($0) }
    }

    private func addLarge(
        _ item: ItemSplitter.Item, _ bytes: Int, of items: SubmissionItems, to submission: Submission, _ caller: LimitedCaller
    ) async throws {
        guard case .item(let range) = item else { return }
        guard submission.fits(bytes) else { throw Self.tooLargeForAtomic }
        try await expansions.withSlot(for: caller) {
            if !submission.options.isAtomic { try await submission.finishSlice() }
            items.keep(submission.capacityBytes, events: submission.eventBytes)
            try items.makeRoom(for: bytes)
            _ = items.withBytes(range) { submission.add($0, hasRoom: true) }
            if !submission.options.isAtomic { try await submission.finishSlice() }
        }
    }

    /// Adds an item as slices like those of many items, so that other reports are committed between them.
    private func addParts(
        of item: ItemSplitter.Item, from items: SubmissionItems, to submission: Submission, _ caller: LimitedCaller
    ) async throws {
        guard case .item(let range) = item else { return }
        try await expansions.withSlot(for: caller) {
            var expansion: Submission.Expansion?
            while items.withBytes(range, { submission.addPart($0, of: &expansion) }) {
                try await flush(submission, of: items)
            }
        }
    }

    /// Lets the slice be committed, if there is room for what is in memory until then.
    private func flush(_ submission: Submission, of items: SubmissionItems) async throws {
        items.keep(submission.capacityBytes, events: submission.eventBytes)
        try items.makeRoom()
        try await submission.flush()
    }

    private static let tooLargeForAtomic = RequestError(
        status: .contentTooLarge,
        detail: "A request with atomic=true may have at most \(Submission.atomicEvents) events and"
            + " \(Submission.atomicBytes) bytes; nothing was recorded.")

    // MARK: Answering

    private func answer(_ submission: Submission) -> Response {
        let results = submission.results
        let status: HTTPResponse.Status = results.isEmpty || isRefused(submission) ? .unprocessableContent : .ok
        var response = Response(
            status: status, type: "application/json", bytes: [UInt8(ascii: "{")] + results.members() + [UInt8(ascii: "}")])
        if status != .ok, results.mayBeTakenLater { response.headers[.assetlogAnswer] = AnswerField.later }
        if submission.options.key != nil, results.recorded == 0, results.duplicate > 0 {
            response.headers[.idempotencyReplayed] = "true"
        }
        return response
    }

    private func isRefused(_ submission: Submission) -> Bool {
        submission.options.isAtomic && submission.results.refused > 0
    }
}

extension Request {
    /// Whether the client says that its timestamps are readings of a clock that may be wrong.
    var hasApproximateTimestamps: Bool {
        headers[.assetlogTimestamp].map { TimestampField.isApproximate($0.utf8) } ?? false
    }

    /// The identity that its Idempotency-Key stands for; nil when there is none.
    ///
    /// - Throws: ``RequestError`` with the status 400.
    func keyedEventID(_ context: RouteContext) throws(RequestError) -> EventID? {
        try idempotencyKey()?.withUnsafeBytes {
            EventID(idempotencyKey: $0, deployment: context.deployment, caller: context.identity.caller.name)
        }
    }

    /// The key of its Idempotency-Key fields; nil when there is none.
    ///
    /// - Throws: ``RequestError`` with the status 400.
    func idempotencyKey() throws(RequestError) -> [UInt8]? {
        guard let name = HTTPField.Name("Idempotency-Key") else { return nil }
        do {
            return try IdempotencyKey.parse(fields: headers[values: name].map { Array($0.utf8) })
        } catch {
            throw RequestError(status: .badRequest, detail: error.message)
        }
    }
}
