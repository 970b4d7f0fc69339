import AssetlogCore

/// What a report was answered.
struct ReportAnswer {
    var status: Int
    var error: String?
    /// The event as a reader gets it; nil when none was recorded.
    var event: TestJSON?
    var sources: ParameterSources?
    var details: String?
    var content: EventContent?
    var recorded: Event?
    var choice: ClientChoice = []
    var notes: [ReportNote] = []
}

/// Takes requests as a server does, up to the event.
struct Reporter {
    var prefix = ""
    var deployments: [String] = []
    var readOnly = false
    var extensions = false
    var takesNotes = false
    var isTimestampApproximate = false

    func report(_ wire: WireCase) -> ReportAnswer {
        let contentType = wire.headers.first { $0.name.lowercased() == "content-type" }?.value
        return report(method: wire.method, wire.target, contentType: contentType, body: wire.body)
    }

    func report(_ target: String, contentType: String? = nil, body: String = "") -> ReportAnswer {
        report(method: "POST", Array(target.utf8), contentType: contentType, body: Array(body.utf8))
    }

    func report(_ target: String, json: String) -> ReportAnswer {
        report(target, contentType: "application/json", body: json)
    }

    func report(method: String, _ target: [UInt8], contentType: String?, body: [UInt8]) -> ReportAnswer {
        let router = ReportRouter(pathPrefix: prefix, deployments: deployments)
        return target.withUnsafeBytes { target in
            guard let route = router.route(target) else { return ReportAnswer(status: 404, error: "Not Found") }
            guard method == "POST" else { return ReportAnswer(status: 405, error: "Method Not Allowed") }
            // A header's text was recorded as Latin-1.
            let type = contentType.map { $0.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
            return (type ?? []).withUnsafeBytes { typeBytes in
                body.withUnsafeBytes { body in
                    let request = ReportRequest(
                        endpoint: route.endpoint, keyPath: UnsafeRawBufferPointer(rebasing: target[route.keyPath]),
                        query: route.query.map { UnsafeRawBufferPointer(rebasing: target[$0]) },
                        contentType: type == nil ? nil : typeBytes, body: body,
                        receivedAt: Submitter.now, takesNotes: takesNotes,
                        isTimestampApproximate: isTimestampApproximate)
                    return resolve(request, deployment: route.deployment)
                }
            }
        }
    }

    private func resolve(_ request: ReportRequest, deployment: String) -> ReportAnswer {
        do throws(ParameterError) {
            return try ParameterResolver(extensions: extensions).resolve(request, authorize: { _ in !readOnly }) { report in
                let now = Submitter.now
                let event = Event(
                    id: EventID(high: 1, low: 2), deployment: deployment, kind: report.kind,
                    assetKey: AssetKey(canonical: String(decoding: report.assetKey, as: UTF8.self)),
                    partition: report.partition.map { String(decoding: $0, as: UTF8.self) },
                    timestamp: report.timestamp ?? now,
                    receivedAt: now, details: Array(report.details))
                var json: [UInt8] = []
                EventJSON.append(LoggedEvent(sequence: 1, event: event), to: &json)
                return ReportAnswer(
                    status: 200, event: TestJSON(json), sources: report.sources,
                    details: String(decoding: report.details, as: UTF8.self), content: EventContent(event, report.clientChoice),
                    recorded: event, choice: report.clientChoice, notes: report.notes)
            }
        } catch {
            return ReportAnswer(status: error.status, error: error.message)
        }
    }
}
