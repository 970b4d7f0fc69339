import AssetlogAccess
import AssetlogBody
import AssetlogCore
import AssetlogObservation
import AssetlogWeb
import HTTPTypes
import HummingbirdCore
import NIOCore

/// `?dry_run=true` on the report endpoints: resolves a report as the listener would, and records nothing.
///
/// The listener answers every other report, and leaves these to the API because the answer may look at the log.
struct ReportDryRunRoutes: RouteGroup {
    private let router: ReportRouter
    private let configuration: APIConfiguration
    private let similar: SimilarKeys

    init(similar: SimilarKeys, configuration: APIConfiguration) {
        router = ReportRouter(configuration.paths)
        self.configuration = configuration
        self.similar = similar
    }

    var routes: [Route] {
        ReportEndpoint.allCases.map { endpoint in
            let path = "/\(endpoint.pathSegment)"
            return Route(
                .post, "\(path)/{key...}", .checkedByHandler, about: .deployment, name: path, isListed: false, handler: answer)
        }
    }

    /// The answer to a dry run.
    ///
    /// - Throws: ``RequestError`` with the status and the sentence that the report would be answered with.
    func answer(_ request: Request, _ context: RouteContext) async throws -> Response {
        let (identity, target) = (context.identity, Array((request.head.path ?? "").utf8))
        guard let route = target.withUnsafeBytes(router.route) else { throw NoSuchPath() }
        let dryRun = target.withUnsafeBytes { target in
            ReportRoute.dryRun(route.query.map { UnsafeRawBufferPointer(rebasing: target[$0]) })
        }
        switch dryRun {
        case .asked: break
        case .notAsked: throw NoSuchPath()
        case .unclear: throw RequestError.badParameter("dry_run", "must be true or false", example: "true")
        }
        let body = try await request.gatheredBody(.report(configuration.limits), memory: configuration.memory.requests)
        defer { withExtendedLifetime(body) {} }
        _ = try request.idempotencyKey()
        let deployment = OrganizationPolicy.qualified(route.deployment, organization: identity.organization)
        var result = try resolve(
            route, target, request.headers[.contentType].map { Array($0.utf8) }, body.bytes, deployment,
            identity.caller, isTimestampApproximate: request.hasApproximateTimestamps)
        if let warning = try await similar.warning(about: result.event.assetKey, in: deployment, for: identity) {
            result.warnings.append(warning)
        }
        return result.response
    }

    /// The answer that the report would get, with the same header fields and the same reason in the logs.
    private static func answer(to error: ParameterError, _ caller: Caller, isReadOnly: Bool) -> RequestError {
        guard error == .notAuthorized else { return RequestError(status: .named(error.status), detail: error.message) }
        var answer = RequestError.notAuthorized
        if caller.grant == nil { answer.headers[.wwwAuthenticate] = nil }
        if isReadOnly { answer.refusal = AccessRecord.readOnly }
        return answer
    }

    private func resolve(
        _ route: ReportRoute, _ target: [UInt8], _ type: [UInt8]?, _ body: [UInt8], _ deployment: String, _ caller: Caller,
        isTimestampApproximate: Bool
    ) throws(RequestError) -> DryRunResult {
        let resolver = ParameterResolver(extensions: configuration.paths.hasReportExtensions)
        let (now, isReadOnly) = (Timestamp.now(), configuration.paths.isReadOnly)
        var identities = EventIDGenerator()
        let id = identities.next(at: now)
        let result: Result<DryRunResult, ParameterError> = target.withUnsafeBytes { target in
            (type ?? []).withUnsafeBytes { contentType in
                body.withUnsafeBytes { body in
                    let report = ReportRequest(
                        endpoint: route.endpoint, keyPath: UnsafeRawBufferPointer(rebasing: target[route.keyPath]),
                        query: route.query.map { UnsafeRawBufferPointer(rebasing: target[$0]) },
                        contentType: type == nil ? nil : contentType, body: body, receivedAt: now, takesNotes: true,
                        isTimestampApproximate: isTimestampApproximate)
                    return Result { () throws(ParameterError) in
                        try resolver.resolve(
                            report,
                            authorize: {
                                !isReadOnly
                                    && caller.allowsReport(route.endpoint.kind, deployment: deployment, canonicalKey: $0)
                            }
                        ) { resolved in
                            dryRun(resolved, route.endpoint, id: id, now: now, deployment, caller)
                        }
                    }
                }
            }
        }
        switch result {
        case .success(let dryRun): return dryRun
        case .failure(let error): throw Self.answer(to: error, caller, isReadOnly: isReadOnly)
        }
    }

    private func dryRun(
        _ resolved: borrowing ResolvedReport, _ endpoint: ReportEndpoint, id: EventID, now: Timestamp, _ deployment: String,
        _ caller: Caller
    ) -> DryRunResult {
        let event = Event(
            id: id, deployment: deployment, kind: resolved.kind,
            assetKey: AssetKey(canonical: String(decoding: resolved.assetKey, as: UTF8.self)),
            partition: resolved.partition.map { String(decoding: $0, as: UTF8.self) },
            timestamp: resolved.timestamp ?? now, receivedAt: now, reportedBy: caller.name, details: Array(resolved.details))
        let notes = resolved.notes.filter { note in
            if case .ignoredField("dry_run", in: .query, hint: _) = note { return false }
            return true
        }
        return DryRunResult(
            event: event,
            sources: resolved.sources.named(for: endpoint, extensions: configuration.paths.hasReportExtensions)
                .map { ($0.name, $0.source.name) },
            warnings: notes.map(\.sentence) + EmptyNames.warnings(about: event))
    }
}
