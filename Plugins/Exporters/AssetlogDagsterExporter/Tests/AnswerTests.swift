#if Dagster
import AssetlogCore
import AssetlogDelivery
import Testing

@testable import AssetlogDagsterExporter

/// What an answer says about the event.
struct AnswerTests {
    private enum Kind { case delivered, retried, counted, rejected, unauthorized, serverError }

    private func answer(_ status: Int, _ body: String) -> OutboundAnswer {
        var answer = OutboundAnswer(status: status)
        answer.body = Array(body.utf8)
        return answer
    }

    private func kind(_ status: Int, _ body: String) -> Kind {
        let answer = answer(status, body)
        return switch AnswerJudgement(answer, DeliveryFailure(answer: answer), from: "http://dagster:3000") {
        case .unauthorized: .unauthorized
        case .serverError: .serverError
        case .result(.delivered): .delivered
        case .result(.rejected): .rejected
        case .result(.retry(let failure)): failure.isCounted ? .counted : .retried
        case .result: .delivered
        }
    }

    @Test(
        "only a 2xx with JSON is a success; what is about the destination counts as no attempt",
        arguments: [200, 204, 302, 307, 400, 401, 403, 404, 405, 408, 413, 422, 425, 429, 500, 501, 502, 503, 504])
    func statuses(status: Int) {
        let expected: Kind =
            switch status {
            case 200, 204, 302, 307, 404, 405, 429, 502, 503, 504: .retried
            case 401, 403: .unauthorized
            case 408, 425, 501: .counted
            case 500: .serverError
            default: .rejected
            }
        #expect(kind(status, "<html>") == expected)
        if status == 200 { #expect(kind(status, "{}") == .delivered) }
    }

    @Test("a 401 that is about the asset rejects the event")
    func notAllowed() {
        #expect(kind(401, #"{"error":"Not authorized to report runless asset events."}"#) == .rejected)
        #expect(kind(401, #"{"error":"A valid token is required."}"#) == .unauthorized)
    }

    // MARK: 500

    private static let check = LoggedEvent.sample(1, .check, partition: "p", details: #"{"check_name":"c","passed":true}"#)
    private static let id = check.id.description

    private static func results(_ results: String) -> String { #"{"data": {"assetCheckExecutions": [\#(results)]}}"# }

    private static func result(run: String = "", partition: String = #""p""#, id: String = "another") -> String {
        #"{"runId": "\#(run)", "evaluation": {"partition": \#(partition), "metadataEntries": ["#
            + #"{"label": "rows"}, {"label": "assetlog/event_id", "text": "\#(id)"}]}}"#
    }

    @Test(
        "after a 500 the results that Dagster has of the check say why",
        arguments: [
            (200, results(""), Probe.Finding.unexplained), (200, results(result()), .taken), (200, results(result(id: id)), .stored),
            (200, results(result(run: "run") + "," + result(id: id)), .stored), (200, results(result(run: "run")), .unexplained),
            (200, results(result(partition: #""q""#)), .unexplained), (200, results(#"{"runId": "", "evaluation": null}"#), .unexplained),
            (500, #"{"data": null, "errors": [{"path": ["assetCheckExecutions"]}]}"#, .storageAway), (503, "", .storageAway),
            (400, #"{"data": null, "errors": [{}]}"#, .unknown), (404, "", .unknown), (200, "<html>", .unknown),
            (200, #"{"data": null}"#, .unknown),
        ])
    func findings(status: Int, body: String, finding: Probe.Finding) {
        #expect(Probe(about: Self.check).finding(answer(status, body)) == finding)
    }

    @Test("a result without a partition is taken by nobody, and that of another kind of event says nothing")
    func withoutPartition() {
        let body = Self.results(Self.result(partition: "null"))
        let check = LoggedEvent.sample(1, .check, details: #"{"check_name":"c","passed":true}"#)
        #expect(Probe(about: check).finding(answer(200, body)) == .unexplained)
        #expect(Probe(about: .sample(partition: "p")).finding(answer(200, Self.results(Self.result()))) == .unexplained)
    }

    @Test(
        "a partitioned check that Dagster can't store is given up, one that is stored is delivered, all else comes again",
        arguments: [
            (Probe.Finding.stored, Kind.delivered), (.taken, .rejected), (.unexplained, .counted), (.unknown, .counted),
            (.storageAway, .retried),
        ])
    private func consequences(finding: Probe.Finding, expected: Kind) {
        switch finding.result(DeliveryFailure("It answered 500.", answer: "Internal Server Error")) {
        case .delivered: #expect(expected == .delivered)
        case .rejected(let failure):
            #expect(expected == .rejected)
            #expect(failure.answer == "Internal Server Error")
        case .retry(let failure): #expect(failure.isCounted == (expected == .counted))
        default: Issue.record("another result")
        }
    }

    @Test("the question names the check and its partition")
    func question() throws {
        let body = String(decoding: Probe(about: Self.check).body, as: UTF8.self)
        #expect(body.contains(#""variables":{"key":{"path":["warehouse","orders"]},"name":"c","partition":"p","limit":20}"#))
        let empty = LoggedEvent.sample(1, .check, partition: "", details: #"{"check_name":"c","passed":true}"#)
        #expect(!String(decoding: Probe(about: empty).body, as: UTF8.self).contains(#""partition":"#))
    }
}
#endif
