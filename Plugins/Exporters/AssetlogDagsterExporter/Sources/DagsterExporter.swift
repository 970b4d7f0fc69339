#if Dagster
import AssetlogCore
import AssetlogDelivery

/// Reports each event by a request of its own, in the order of time for each asset.
///
/// All of its state is in the actors that it holds.
final class DagsterExporter: Exporter {
    private let destination: HTTPDestination
    private let deployments: DeploymentPaths
    private let token: CurrentToken
    private let lanes = Lanes()

    private init(_ destination: HTTPDestination, _ deployments: DeploymentPaths, _ token: CurrentToken) {
        self.destination = destination
        self.deployments = deployments
        self.token = token
    }

    /// Opens an exporter: reads the files that the configuration names.
    static func open(_ settings: DagsterSettings) async throws -> DagsterExporter {
        try await DagsterExporter(settings.destination.opened(), settings.deployments, CurrentToken(settings.token))
    }

    var order: DeliveryOrder { .asset }

    func deliver(_ batch: ExportBatch) async throws -> [DeliveryResult] {
        let order = BatchOrder(batch)
        return order.restored(try await order.batch.deliverEach(deliver))
    }

    func close() async {
        await lanes.close()
    }

    // MARK: One event

    private func deliver(_ event: LoggedEvent) async throws -> DeliveryResult {
        guard let path = deployments[event.deployment] else {
            return .skipped(reason: "its deployment is not one of deployments")
        }
        switch Report.translation(of: event) {
        case .skipped(let reason): return .skipped(reason: reason)
        case .rejected(let failure): return .rejected(failure)
        case .report(let report):
            return try await result(ofSending: { try await result(of: report, below: path) })
        }
    }

    private func result(of report: Report, below path: String) async throws -> DeliveryResult {
        let used = await token.value
        switch try await judgement(of: report, below: path, token: used) {
        case .result(let result): return result
        case .serverError(let failure): return try await explained(failure, report.event, below: path)
        case .unauthorized(let failure):
            guard await token.isReplaced(after: used) else { return .retry(failure) }
            let second = try await judgement(of: report, below: path, token: token.value)
            guard case .result(let result) = second else { return .retry(failure) }
            return result
        }
    }

    private func judgement(of report: Report, below path: String, token: Secret?) async throws -> AnswerJudgement {
        let answer = try await lanes.send(request(report.path, below: path, report, token: token))
        return AnswerJudgement(answer, failure(of: answer, token: token), from: destination.origin)
    }

    private func explained(
        _ failure: DeliveryFailure, _ event: LoggedEvent, below path: String
    ) async throws -> DeliveryResult {
        let probe = Probe(about: event)
        var question = destination.request(path: path + "/graphql", headers: headers(token: await token.value), body: probe.body)
        // Results come with all their metadata.
        question.maximumAnswerBytes = 1 << 20
        return probe.finding(try await lanes.send(question)).result(failure)
    }

    private func failure(of answer: OutboundAnswer, token: Secret?) -> DeliveryFailure {
        guard let token else { return destination.failure(of: answer) }
        // Before it is cut, which might leave a part of the token.
        var answer = answer
        let text = String(decoding: answer.body, as: UTF8.self)
        answer.body = Array(text.replacing(token.revealed, with: token.description).utf8)
        return destination.failure(of: answer)
    }

    // A request without an answer says something about its event alone.
    private func result(ofSending send: () async throws -> DeliveryResult) async throws -> DeliveryResult {
        do {
            return try await send()
        } catch let error as DeliveryError where error.code == .cancelled {
            throw CancellationError()
        } catch let error as DeliveryError {
            return .retry(DeliveryFailure(error: error))
        }
    }

    // MARK: Requests

    private func request(_ path: String, below deployment: String, _ report: Report, token: Secret?) -> OutboundRequest {
        destination.request(path: deployment + path, headers: report.headers + headers(token: token), body: report.body)
    }

    private func headers(token: Secret?) -> [OutboundRequest.Header] {
        [OutboundRequest.Header("Content-Type", "application/json")]
            + (token.map { [OutboundRequest.Header("Dagster-Cloud-Api-Token", $0.revealed)] } ?? [])
    }
}

// MARK: - Trying it

extension DagsterExporter {
    /// The requests of a batch, with credentials redacted.
    func preview(_ batch: ExportBatch) async throws -> String? {
        let order = BatchOrder(batch)
        return order.batch.events.map(preview).joined(separator: "\n\n")
    }

    private func preview(_ event: LoggedEvent) -> String {
        guard let path = deployments[event.deployment] else {
            return "# Event \(event.id): skipped, its deployment is not one of deployments"
        }
        switch Report.translation(of: event) {
        case .skipped(let reason): return "# Event \(event.id): skipped, \(reason)"
        case .rejected(let failure): return "# Event \(event.id): rejected. \(failure.message)"
        case .report(let report): return RequestText(request(report.path, below: path, report, token: Secret("")), report).text
        }
    }

    /// Asks for a report that lacks what it must have: the destination refuses it last, after it has judged the path, the
    /// content type, the key and the token, and records nothing.
    func test(with event: LoggedEvent) async throws -> String {
        var body = JSONObject()
        body.append("asset_key", json: event.assetKey.canonical.utf8)
        body.append("check_name", "assetlog/test")
        for path in deployments.all {
            let request = destination.request(
                path: path + "/report_asset_check/", headers: headers(token: await token.value), body: body.json)
            try await expectRefusal(of: request)
        }
        return "\(try await name()) at \(destination.origin) takes reports. Nothing was recorded."
    }

    private func expectRefusal(of request: OutboundRequest) async throws {
        let answer = try await lanes.send(request)
        guard answer.status != 400 || JSONTree(answer.body)["error"].text?.contains("'passed'") != true else { return }
        let failure = failure(of: answer, token: await token.value)
        switch AnswerJudgement(answer, failure, from: destination.origin) {
        case .result(.retry(let failure)), .result(.rejected(let failure)), .unauthorized(let failure), .serverError(let failure):
            throw ExportError(failure.message + (failure.answer.isEmpty ? "" : " It said: \(failure.answer.prefix(200))"))
        case .result:
            throw ExportError("\(destination.origin) took a report that is not valid: it is not Dagster; correct url.")
        }
    }

    // It may be behind a deployment's path or not there at all, so a name is not required.
    private func name() async throws -> String {
        let answer = try await lanes.send(
            destination.request(
                method: "GET", path: "/server_info", headers: headers(token: await token.value).filter { $0.name != "Content-Type" }))
        // Other paths of Dagster are its user interface, with 200 too.
        let info = JSONTree(answer.body)
        if let version = info["assetlog_version"].text { return "Assetlog \(version.prefix(100))" }
        if let version = info["dagster_webserver_version"].text { return "Dagster \(version.prefix(100))" }
        return "A server that does not say what it is"
    }
}
#endif
