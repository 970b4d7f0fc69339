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
        let isDryRun = try parameters.flag("dry_run")
        var body = try SubmissionBody(
            request, compressionRatio: configuration.limits.compressionRatio, isGathered: options.isAtomic || isDryRun)
        if isDryRun {
            let dryRun = SubmissionDryRun(
                limits: limits, similar: similar, memory: memory,
                areTimestampsApproximate: options.areTimestampsApproximate)
            return try await dryRun.run(request, &body, context)
        }
        let submission = Submission(log: log, options: options, limits: limits)
        do {
            if let broken = try await read(request, &body, into: submission, for: LimitedCaller(context.identity)) {
                try await submission.finishBroken()
                return SubmissionFailure(broken, submission).response
            }
            try await submission.finish()
        } catch let error as RequestError where error.status.kind == .clientError {
            // Of an atomic submission, or of one without an item.
            throw error
        } catch {
            await submission.settleAfterFailure()
            return SubmissionFailure(error, submission, to: context.logger, within: failures).response
        }
        return answer(submission)
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
        options.key = try request.idempotencyKey()?.withUnsafeBytes {
            EventID(idempotencyKey: $0, deployment: context.deployment, caller: context.identity.caller.name)
        }
        return options
    }

    // MARK: Reading

    /// Reads the body to its end.
    ///
    /// - Returns: Why it ended before its end, or can't be cut into items any further; nil: it did not.
    private func read(
        _ request: Request, _ body: inout SubmissionBody, into submission: Submission, for caller: LimitedCaller
    ) async throws -> RequestError? {
        var splitter = ItemSplitter(format: body.format, maximumItemBytes: configuration.limits.bodyBytes)
        let hold = MemoryHold(of: memory)
        do {
            for try await chunk in request.chunks {
                try await body.read(chunk, into: &splitter) { splitter, body in
                    try account(splitter, submission, in: hold)
                    try await take(&splitter, submission, hold, caller)
                    try body.checkRatio(ofEvents: submission.eventBytes + splitter.keptBytes)
                    try account(splitter, submission, in: hold)
                }
            }
            try body.finish()
            if let last = try splitter.last() { try await add(last, of: splitter, to: submission, hold, caller) }
        } catch let failure as ItemSplitter.Failure {
            return RequestError(status: .badRequest, detail: "The body is not a list of events: \(failure.message).")
        } catch let error as RequestBodyError where error.reason != .noMemory {
            return RequestError(error)
        } catch let error as RequestError where [.badRequest, .contentTooLarge, .requestTimeout].contains(error.status) {
            return error
        }
        guard !submission.isTooLargeForAtomic else { throw Self.tooLargeForAtomic }
        guard submission.results.received > 0 else { throw RequestError.emptySubmission }
        return nil
    }

    private func take(
        _ splitter: inout ItemSplitter, _ submission: Submission, _ hold: MemoryHold, _ caller: LimitedCaller
    ) async throws {
        while let item = try splitter.next() {
            try await add(item, of: splitter, to: submission, hold, caller)
            guard !submission.isTooLargeForAtomic else { throw Self.tooLargeForAtomic }
            if submission.isFull {
                try account(splitter, submission, in: hold)
                try await submission.flush()
            }
        }
    }

    private func add(
        _ item: ItemSplitter.Item, of splitter: ItemSplitter, to submission: Submission, _ hold: MemoryHold,
        _ caller: LimitedCaller
    ) async throws {
        guard case .item(let range) = item else { return submission.addTooLarge(limit: configuration.limits.bodyBytes) }
        func add(hasRoom: Bool) -> Submission.Addition {
            splitter.bytes.withUnsafeBytes {
                submission.add(UnsafeRawBufferPointer(rebasing: $0[range]), hasRoom: hasRoom)
            }
        }
        guard case .needsRoom(let bytes) = add(hasRoom: false) else { return }
        guard submission.fits(bytes) else { throw Self.tooLargeForAtomic }
        try await expansions.withSlot(for: caller) {
            if !submission.options.isAtomic { try await submission.finishSlice() }
            guard hold.change(to: submission.capacityBytes + splitter.capacityBytes + bytes) else {
                throw RequestError.noMemory
            }
            _ = add(hasRoom: true)
            if !submission.options.isAtomic { try await submission.finishSlice() }
        }
    }

    /// Counts what a submission takes of the memory.
    ///
    /// - Throws: ``RequestError`` with the status 503 when there is no room.
    private func account(_ splitter: ItemSplitter, _ submission: Submission, in hold: MemoryHold) throws(RequestError) {
        guard hold.change(to: splitter.capacityBytes + submission.capacityBytes) else { throw .noMemory }
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
        if submission.options.key != nil, results.recorded == 0, results.duplicate > 0,
            let field = HTTPField.Name("Idempotency-Replayed")
        {
            response.headers[field] = "true"
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
