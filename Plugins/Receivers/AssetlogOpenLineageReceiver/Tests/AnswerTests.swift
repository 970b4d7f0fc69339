#if OpenLineageReceiver
import AssetlogCore
import AssetlogOpenLineage
import Foundation
import Testing

@testable import AssetlogOpenLineageReceiver

struct AnswerTests {
    private func answer(_ path: String, _ change: (inout ReceivingResults) -> Void) throws -> ReceiverAnswer {
        var results = ReceivingResults()
        change(&results)
        let setup = try Samples.setup()
        let route = try #require(setup.routes.first { $0.path == path })
        return setup.receiver.answer(results, to: route)
    }

    private func failed(_ reason: String, isRetriable: Bool = false) -> (inout ReceivingResults) -> Void {
        {
            $0.received = 3
            $0.recorded = 0
            $0.add(ReceivingResults.Failure(index: 1, reason: reason, isRetriable: isRetriable))
        }
    }

    @Test("the answer to an event is 200, but for what is no JSON, and for what may be recorded later")
    func single() throws {
        let path = "/api/v1/lineage"
        #expect(try answer(path) { $0.recorded = 1 } == ReceiverAnswer(status: 200, json: Array("{}".utf8)))
        #expect(try answer(path, failed("The asset key is too long.")).status == 200)
        #expect(try answer(path, failed("The log is full.", isRetriable: true)).status == 503)
        #expect(
            try answer(path) { results in
                results.recorded = 2
                failed("The log is full.", isRetriable: true)(&results)
                results.recorded = 2
            }.status == 503)
        let reading = try Samples.setup().receiver.read(ReceivedElement(path: path, body: Array("{".utf8)), found: [:])
        let reason = try #require(reading.refusal)
        #expect(try answer(path, failed(reason)).status == 400)
    }

    @Test("the answer to a batch says what our own exporter understands")
    func batch() throws {
        let path = "/api/v1/lineage/batch"
        let success = try answer(path) { $0.received = 2 }
        #expect(success.status == 200)
        #expect(LineageBatchAnswer(json: success.json) == LineageBatchAnswer(isSuccess: true, failures: []))
        let partly = try answer(path, failed("a \"reason\""))
        let failure = LineageBatchAnswer.Failure(index: 1, reason: "a \"reason\"", isRetriable: false)
        #expect(LineageBatchAnswer(json: partly.json) == LineageBatchAnswer(isSuccess: false, failures: [failure]))
        let json = try #require(try JSONSerialization.jsonObject(with: Data(partly.json)) as? [String: Any])
        let summary = try #require(json["summary"] as? [String: Int])
        #expect(summary == ["received": 3, "successful": 2, "failed": 1, "retriable": 0, "non_retriable": 1])
    }

    @Test(
        "events of our exporter come back as what they were made from",
        arguments: EventKind.allCases.filter { LineageMapping.expresses($0) })
    func roundTrip(kind: EventKind) throws {
        let details =
            #"{"metadata":{"rows":{"type":"int","value":5}},"check_name":"c","passed":false,"severity":"WARN","blocking":true,"#
            + #""failure":{"reason":"UPSTREAM_FAILED_TO_MATERIALIZE","message":"m"},"upstream":[["x","y/z"]]}"#
        let event = Event(
            id: EventID(high: 0x0199, low: 1), deployment: "default", kind: kind, assetKey: AssetKey(["a/b", ""]), partition: "eu",
            timestamp: Timestamp(microseconds: 1_795_910_400_000_001), receivedAt: .now(), reportedBy: nil, details: Array(details.utf8))
        let naming = DatasetNaming(namespace: try NamespaceTemplate("postgres://db"))
        let sent = try #require(try LineageMapping(naming: naming).event(for: LoggedEvent(sequence: 1, event: event)))
        let log = try SampleLog()
        log.take(sent.json)
        let item = try #require(log.items.last)
        #expect(item.kind == kind)
        #expect(item.eventID == event.id)
        #expect(item.assetKey == event.assetKey)
        #expect(item.partition == "eu")
        #expect(item.timestamp == event.timestamp)
        if kind == .check { #expect(item["dagster/row_count"] == .integer(5)) }
        if kind == .materialization { #expect(item["rows"] == .integer(5)) }
        if kind == .materializationFailed { #expect(item.failure == EventItem.Failure(reason: .upstreamFailedToMaterialize, message: "m")) }
        if kind == .check { #expect(item.check == EventItem.Check(name: "c", passed: false, isWarning: true, isBlocking: true)) }
    }

    // MARK: Configuration

    @Test("the receiver takes requests on the paths of the specification")
    func routes() throws {
        let routes = try Samples.setup(["body_bytes": ["1MiB"]]).routes
        #expect(routes.map(\.path) == ["/api/v1/lineage", "/api/v1/lineage/batch"])
        #expect(routes.map { $0.form(contentType: "application/json; charset=utf-8") } == [.single, .array])
        #expect(routes.allSatisfy { $0.form(contentType: "text/plain") == nil && $0.maximumElementBytes == 1 << 20 })
    }

    @Test(
        "what can't be used is refused with the key",
        arguments: [
            ("names", "postgres", "contains the rule \"postgres\", which has no arrow"),
            ("partitions", "week", "must be one of none, day, hour"),
            ("unknown_facets", "drop", "must be one of keep, leave_out"), ("body_bytes", "10", "receivers.openlineage.body_bytes"),
            ("name", "x", "did you mean receivers.openlineage.names"),
        ])
    func refusals(key: String, value: String, problem: String) {
        #expect {
            _ = try Samples.setup([key: [value]])
        } throws: { "\($0)".contains(problem) }
    }

    @Test("the sample is what the declared keys say, and the README shows it")
    func sample() throws {
        let sample = try String(contentsOf: Samples.directory.appending(path: "sample.yaml"), encoding: .utf8)
        #expect(try String(contentsOf: Samples.directory.appending(path: "README.md"), encoding: .utf8).contains(sample))
        for key in ReceiverPlugin.openLineageReceiver.keys {
            #expect(sample.contains("## \(key.summary)\n"))
            let value = key.defaultTexts.map { $0.isEmpty ? "[]" : $0[0] } ?? ""
            #expect(sample.contains("    # \(key.name): \(value)\n"), "\(key.name)")
        }
    }
}
#endif
