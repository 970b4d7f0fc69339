import AssetlogAccess
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore
import NIOCore

/// `?dry_run=true` on the event API: what the events of a submission would be; nothing is recorded.
struct SubmissionDryRun: Sendable {
    /// The most bytes of a body that is a dry run.
    static let maximumBytes = 8 << 20

    let limits: EventLimits
    let similar: SimilarKeys
    let memory: MemoryBudget.Share
    /// Whether the timestamps are readings of a clock that may be wrong.
    var areTimestampsApproximate = false

    /// Resolves every item. A single object is answered as on the report endpoints, a list by a list of such answers.
    func run(_ request: Request, _ body: inout SubmissionBody, _ context: RouteContext) async throws -> Response {
        var splitter = ItemSplitter(format: body.format, maximumItemBytes: limits.maximumItemBytes)
        var results: [Result<DryRunResult, SubmissionError>] = []
        let hold = MemoryHold(of: memory)
        var read = 0
        for try await chunk in request.chunks {
            try await body.read(chunk, into: &splitter) { splitter, _ in
                while let item = try next(&splitter) { results.append(resolve(item, splitter, context)) }
                // What an item becomes takes about as much as it did.
                guard hold.change(to: 3 * splitter.receivedBytes + splitter.capacityBytes) else { throw RequestError.noMemory }
            }
            read = body.decodedBytes
            guard read <= Self.maximumBytes else { throw Self.tooLarge }
        }
        try body.finish()
        if let item = try last(&splitter) { results.append(resolve(item, splitter, context)) }
        guard !results.isEmpty else { throw RequestError.emptySubmission }
        if splitter.isSingle, let first = results.first { return try await answer(first, context) }
        return answer(results)
    }

    private func next(_ splitter: inout ItemSplitter) throws -> ItemSplitter.Item? {
        do {
            return try splitter.next()
        } catch {
            throw RequestError(status: .badRequest, detail: "The body is not a list of events: \(error.message).")
        }
    }

    private func last(_ splitter: inout ItemSplitter) throws -> ItemSplitter.Item? {
        do {
            return try splitter.last()
        } catch {
            throw RequestError(status: .badRequest, detail: "The body is not a list of events: \(error.message).")
        }
    }

    private static let tooLarge = RequestError(
        status: .contentTooLarge, detail: "A dry run takes at most \(maximumBytes) bytes; send fewer events.")

    private func resolve(
        _ item: ItemSplitter.Item, _ splitter: ItemSplitter, _ context: RouteContext
    ) -> Result<DryRunResult, SubmissionError> {
        guard case .item(let range) = item else {
            return .failure(SubmissionError(status: 413, pointer: "", "The event is larger than the limit."))
        }
        let (deployment, caller, now) = (context.deployment, context.identity.caller, Timestamp.now())
        let isApproximate = areTimestampsApproximate
        var identities = EventIDGenerator()
        let id = identities.next(at: now)
        return splitter.bytes.withUnsafeBytes { bytes in
            Result { () throws(SubmissionError) in
                try EventResolver(limits: limits).resolve(
                    UnsafeRawBufferPointer(rebasing: bytes[range]), deployment: deployment, receivedAt: now,
                    isTimestampApproximate: isApproximate
                ) { events throws(SubmissionError) in
                    if let grant = caller.grant {
                        guard grant.allows(.reporting(events.kind), deployment: deployment),
                            grant.covers(canonicalKey: events.assetKey)
                        else { throw .notAuthorized }
                    }
                    var event = events.columns(at: 0, id: events.id(at: 0) ?? id).event
                    event.reportedBy = caller.name
                    let others = events.count > 1 ? ["It becomes \(events.count) events, one for each partition; this is the first."] : []
                    return DryRunResult(
                        event: event, sources: events.fieldNames.map { ($0, "body") },
                        warnings: others + EmptyNames.warnings(about: event))
                }
            }
        }
    }

    private func answer(
        _ result: Result<DryRunResult, SubmissionError>, _ context: RouteContext
    ) async throws -> Response {
        switch result {
        case .success(var dryRun):
            let key = dryRun.event.assetKey
            if let warning = try await similar.warning(about: key, in: context.deployment, for: context.identity) {
                dryRun.warnings.append(warning)
            }
            return Response(
                type: "application/json", bytes: [UInt8(ascii: "{")] + dryRun.members() + [UInt8(ascii: "}")])
        case .failure(let error):
            var bytes: [UInt8] = []
            error.appendProblem(to: &bytes)
            return Response(
                status: .named(error.status), type: "application/problem+json", bytes: bytes)
        }
    }

    private func answer(_ results: [Result<DryRunResult, SubmissionError>]) -> Response {
        var bytes = Array("{\"received\":\(results.count),\"items\":[".utf8)
        for (index, result) in results.prefix(SubmissionResults.maximumListed).enumerated() {
            bytes += "\(index > 0 ? "," : ""){\"index\":\(index),".utf8
            switch result {
            case .success(let dryRun): bytes += "\"status\":200,".utf8 + dryRun.members()
            case .failure(let error):
                bytes += "\"status\":\(error.status),\"problem\":".utf8
                error.appendProblem(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes += "]}".utf8
        return Response(type: "application/json", bytes: bytes)
    }
}
