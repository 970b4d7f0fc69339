import AssetlogAccess
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `?dry_run=true` on the event API: what the events of a submission would be; nothing is recorded.
struct SubmissionDryRun: Sendable {
    let limits: EventLimits
    let similar: SimilarKeys
    /// Whether the timestamps are readings of a clock that may be wrong.
    var areTimestampsApproximate = false

    /// Resolves every item. A single object is answered as on the report endpoints, a list by a list of such answers.
    func run(_ items: SubmissionItems, _ context: RouteContext) async throws -> Response {
        let resolver = EventResolver(limits: limits)
        var results: [Result<DryRunResult, SubmissionError>] = []
        for try await item in items {
            results.append(resolve(item, of: items, with: resolver, context))
            // What an item becomes takes about as much as it did.
            items.keep(3 * items.decodedBytes)
        }
        guard !results.isEmpty else { throw RequestError.emptySubmission }
        if items.isSingle, let first = results.first { return try await answer(first, context) }
        return answer(results)
    }

    private func resolve(
        _ item: ItemSplitter.Item, of items: SubmissionItems, with resolver: EventResolver, _ context: RouteContext
    ) -> Result<DryRunResult, SubmissionError> {
        guard case .item(let range) = item else {
            return .failure(SubmissionError(status: 413, pointer: "", "The event is larger than the limit."))
        }
        let (deployment, caller, now) = (context.deployment, context.identity.caller, Timestamp.now())
        var identities = EventIDGenerator()
        let id = identities.next(at: now)
        return items.withBytes(range) { item in
            Result { () throws(SubmissionError) in
                try resolver.resolve(
                    item, deployment: deployment, receivedAt: now, isTimestampApproximate: areTimestampsApproximate,
                    authorize: { caller.allowsReport($0, deployment: deployment, canonicalKey: $1) }
                ) { events in
                    dryRun(events, id: events.id(at: 0) ?? id, caller)
                }
            }
        }
    }

    private func dryRun(_ events: borrowing ResolvedEvents, id: EventID, _ caller: Caller) -> DryRunResult {
        var event = events.columns(at: 0, id: id).event
        event.reportedBy = caller.name
        let others = events.count > 1 ? ["It becomes \(events.count) events, one for each partition; this is the first."] : []
        return DryRunResult(
            event: event, sources: events.fieldNames.map { ($0, "body") },
            warnings: others + EmptyNames.warnings(about: event))
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
            return dryRun.response
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
