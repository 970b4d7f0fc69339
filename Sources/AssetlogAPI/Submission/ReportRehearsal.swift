import AssetlogAccess
import AssetlogCore
import HTTPTypes
import Hummingbird
import NIOCore

/// `?dry_run=true` on the report endpoints: resolves a report as the ingest lane would, and records nothing.
///
/// The lanes leave such requests to the API, because the answer may look at the log.
struct ReportRehearsal: Sendable {
    private let router: ReportRouter
    private let configuration: APIConfiguration
    private let similar: SimilarKeys

    init(similar: SimilarKeys, configuration: APIConfiguration) {
        router = ReportRouter(
            pathPrefix: configuration.pathPrefix, deployments: configuration.deployments,
            createsDeployments: configuration.createsDeployments)
        self.configuration = configuration
        self.similar = similar
    }

    /// The route of a report; nil: the request is none.
    func route(of request: Request) -> ReportRoute? {
        guard request.method == .post else { return nil }
        return Array((request.head.path ?? "").utf8).withUnsafeBytes(router.route)
    }

    /// The answer to a rehearsal; nil: the report asks for none.
    ///
    /// - Throws: ``APIError`` with the status and the sentence that the report would be answered with.
    func answer(_ request: Request, _ route: ReportRoute, _ admission: RequestAdmission) async throws -> Response? {
        let target = Array((request.head.path ?? "").utf8)
        let asked = target.withUnsafeBytes { target in
            ReportRoute.rehearsal(route.query.map { UnsafeRawBufferPointer(rebasing: target[$0]) })
        }
        guard asked != .notAsked else { return nil }
        if let refusal = admission.refusal { throw APIError(refusal) }
        guard asked == .asked else { throw APIError.badParameter("dry_run", "must be true or false", example: "true") }
        let hold = MemoryHold(of: configuration.memory.requests)
        defer { withExtendedLifetime(hold) {} }
        let body = try await ReportBody(request, configuration, hold).bytes
        _ = try request.idempotencyKey()
        let deployment = OrganizationPolicy.qualified(route.deployment, organization: admission.organization)
        var rehearsal = try resolve(
            route, target, request.headers[.contentType].map { Array($0.utf8) }, body, deployment,
            admission.caller, isTimestampApproximate: request.hasApproximateTimestamps)
        if let warning = try await similar.warning(about: rehearsal.event.assetKey, in: deployment, for: admission) {
            rehearsal.warnings.append(warning)
        }
        return Response(
            type: "application/json", bytes: [UInt8(ascii: "{")] + rehearsal.members() + [UInt8(ascii: "}")])
    }

    private func resolve(
        _ route: ReportRoute, _ target: [UInt8], _ type: [UInt8]?, _ body: [UInt8], _ deployment: String, _ caller: Caller,
        isTimestampApproximate: Bool
    ) throws(APIError) -> Rehearsal {
        let resolver = ParameterResolver(extensions: configuration.hasReportExtensions)
        let (now, isReadOnly) = (Timestamp.now(), configuration.isReadOnly)
        var identities = EventIDGenerator()
        let id = identities.next(at: now)
        let result: Result<Rehearsal, ParameterError> = target.withUnsafeBytes { target in
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
                                    && caller.allowsReport(to: route.endpoint, deployment: deployment, canonicalKey: $0)
                            }
                        ) { resolved in
                            rehearsal(resolved, route.endpoint, id: id, now: now, deployment, caller)
                        }
                    }
                }
            }
        }
        switch result {
        case .success(let rehearsal): return rehearsal
        case .failure(let error):
            throw APIError(status: .named(error.status), detail: error.message)
        }
    }

    private func rehearsal(
        _ resolved: borrowing ResolvedReport, _ endpoint: ReportEndpoint, id: EventID, now: Timestamp, _ deployment: String,
        _ caller: Caller
    ) -> Rehearsal {
        let event = Event(
            id: id, deployment: deployment, kind: resolved.kind,
            assetKey: AssetKey(canonical: String(decoding: resolved.assetKey, as: UTF8.self)),
            partition: resolved.partition.map { String(decoding: $0, as: UTF8.self) },
            timestamp: resolved.timestamp ?? now, receivedAt: now, reportedBy: caller.name, details: Array(resolved.details))
        let notes = resolved.notes.filter { note in
            if case .ignoredField("dry_run", in: .query, hint: _) = note { return false }
            return true
        }
        return Rehearsal(
            event: event,
            sources: resolved.sources.named(for: endpoint, extensions: configuration.hasReportExtensions)
                .map { ($0.name, $0.source.name) },
            warnings: notes.map(\.sentence) + EmptyNames.warnings(about: event))
    }
}
