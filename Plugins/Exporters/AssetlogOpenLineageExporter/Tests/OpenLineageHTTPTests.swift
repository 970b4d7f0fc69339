#if OpenLineage
import AssetlogCore
import AssetlogDelivery
import Foundation
import Testing

@testable import AssetlogOpenLineageExporter

struct OpenLineageHTTPTests {
    private static func verdict(_ result: DeliveryResult) -> String {
        switch result {
        case .delivered: "delivered"
        case .skipped: "skipped"
        case .retry(let failure): failure.isCounted ? "retry" : "wait"
        case .rejected: "rejected"
        case .untried: "untried"
        }
    }

    @Test(
        "an answer decides about the event, in a batch too",
        arguments: [
            (200, "delivered"), (201, "delivered"), (204, "delivered"), (400, "rejected"), (409, "rejected"), (422, "rejected"),
            (413, "rejected"), (401, "wait"), (403, "wait"), (404, "wait"), (405, "wait"), (415, "wait"), (301, "wait"), (307, "wait"),
            (429, "wait"), (502, "wait"), (503, "wait"), (504, "wait"), (500, "retry"), (501, "retry"), (408, "retry"),
        ], ["true", "false"])
    func answers(answer: (status: Int, verdict: String), batch: String) async throws {
        let receiver = try LineageReceiver()
        defer { receiver.close() }
        receiver.answer { _ in LineageReceiver.Answer(status: answer.status, headers: ["Retry-After: 7"], body: "because") }
        let exporter = try await open(["url": [receiver.url], "batch": [batch]])
        let results = try await exporter.deliver(.of([.sample()]))
        await exporter.close()
        #expect(results.map(Self.verdict) == [answer.verdict])
        guard case .retry(let failure) = results[0] else { return }
        #expect(failure.retryAfter == .seconds(7))
        #expect(failure.answer == "because")
        #expect(failure.message.contains("answered \(answer.status)"))
    }

    @Test("events of one batch arrive each by itself, in their order")
    func singles() async throws {
        let receiver = try LineageReceiver()
        defer { receiver.close() }
        let exporter = try await open(["url": [receiver.url + "/prefix"], "compression": ["none"]])
        let results = try await exporter.deliver(.of((1...5).map { .sample($0) }))
        await exporter.close()
        #expect(results == Array(repeating: .delivered, count: 5))
        #expect(try receiver.events.map(sequence(of:)) == [1, 2, 3, 4, 5])
        #expect(receiver.requests.allSatisfy { $0.line == "POST /prefix/api/v1/lineage HTTP/1.1" })
        #expect(receiver.requests.allSatisfy { $0.headers["content-type"] == "application/json" })
    }

    @Test("the failures of a partial success are those of its events")
    func partialSuccess() async throws {
        let receiver = try LineageReceiver()
        defer { receiver.close() }
        receiver.answer { _ in
            LineageReceiver.Answer(
                status: 200,
                body: #"""
                    {"status": "partial_success", "summary": {"received": 3, "successful": 1, "failed": 2}, "failed_events": [
                     {"index": 0, "reason": "no such type", "retriable": false}, {"index": 2, "reason": "timeout", "retriable": true},
                     {"index": 9, "reason": "of another batch", "retriable": true}]}
                    """#)
        }
        let exporter = try await open(["url": [receiver.url], "batch": ["true"]])
        let results = try await exporter.deliver(.of((1...3).map { .sample($0, key: ["\($0)"]) }))
        await exporter.close()
        #expect(results.map(Self.verdict) == ["rejected", "delivered", "retry"])
        guard case .rejected(let failure) = results[0] else { return }
        #expect(failure.message.contains("no such type"))
        #expect(receiver.requests.map(\.line) == ["POST /api/v1/lineage/batch HTTP/1.1"])
    }

    @Test("a partial success that names no event is delivered one by one")
    func unclearSuccess() async throws {
        let receiver = try LineageReceiver()
        defer { receiver.close() }
        receiver.answer { request in
            let isOne = (try? JSONSerialization.jsonObject(with: request.body) as? [Any])?.count == 1
            return LineageReceiver.Answer(status: 200, body: isOne ? "" : #"{"status": "partial_success", "summary": {}}"#)
        }
        let exporter = try await open(["url": [receiver.url], "batch": ["true"], "compression": ["none"]])
        let results = try await exporter.deliver(.of((1...3).map { .sample($0) }))
        await exporter.close()
        #expect(results == [.delivered, .delivered, .delivered])
    }

    @Test("nobody at the address is no attempt")
    func unreachable() async throws {
        let receiver = try LineageReceiver()
        receiver.close()
        for batch in ["true", "false"] {
            let exporter = try await open(["url": [receiver.url], "batch": [batch]])
            let results = try await exporter.deliver(.of([.sample(1), .sample(2)]))
            await exporter.close()
            #expect(results.map(Self.verdict).first == "wait")
            #expect(!results.contains(.delivered))
        }
    }

    @Test("a void is skipped and sends nothing", arguments: ["true", "false"])
    func void(batch: String) async throws {
        let receiver = try LineageReceiver()
        defer { receiver.close() }
        let exporter = try await open(["url": [receiver.url], "batch": [batch]])
        let results = try await exporter.deliver(.of([.sample(1, kind: .void), .sample(2)]))
        #expect(results == [.skipped(reason: "OpenLineage has no event for void"), .delivered])
        #expect(receiver.requests.count == 1)
        await exporter.close()
    }

    // MARK: Key and compression

    @Test("the key is read again for each delivery, and stands nowhere else")
    func key() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let receiver = try LineageReceiver()
        defer { receiver.close() }
        receiver.answer { LineageReceiver.Answer(status: 401, body: "not \($0.headers["authorization"] ?? "")") }
        let exporter = try await open(["url": [receiver.url], "api_key_file": [directory.file]])
        await #expect(throws: ExportError.self) { try await exporter.deliver(.of([.sample()])) }
        for key in ["first-key-of-two", "second-key-of-two"] {
            try Data("\(key)\n".utf8).write(to: URL(filePath: directory.file))
            let results = try await exporter.deliver(.of([.sample()]))
            #expect(receiver.requests.last?.headers["authorization"] == "Bearer \(key)")
            #expect(!"\(results)".contains(key))
            let preview = try await exporter.preview(.of([.sample()]))
            #expect(preview?.contains(key) == false)
            #expect(preview?.contains("Authorization: <redacted>") == true)
        }
        await exporter.close()
    }

    @Test("large requests are compressed unless that is turned off", .enabled(if: OutboundRequest.canCompress))
    func compression() async throws {
        let receiver = try LineageReceiver()
        defer { receiver.close() }
        let events = (1...20).map { LoggedEvent.sample($0) }
        for (compression, coding) in [("gzip", "gzip"), ("none", nil)] {
            let exporter = try await open(["url": [receiver.url], "batch": ["true"], "compression": [compression]])
            try await exporter.deliver(.of(events))
            await exporter.close()
            #expect(receiver.requests.last?.headers["content-encoding"] == coding)
        }
        let bodies = receiver.requests.map(\.body)
        #expect(try unpacked(bodies[0]) == bodies[1])
        #expect(bodies[0].count * 4 < bodies[1].count)
    }

    private func unpacked(_ packed: Data) throws -> Data {
        let program = Process()
        program.executableURL = URL(filePath: "/usr/bin/env")
        program.arguments = ["gzip", "-dc"]
        let (input, output) = (Pipe(), Pipe())
        program.standardInput = input
        program.standardOutput = output
        try program.run()
        try input.fileHandleForWriting.write(contentsOf: packed)
        try input.fileHandleForWriting.close()
        let data = try output.fileHandleForReading.readToEnd()
        program.waitUntilExit()
        return data ?? Data()
    }

    // MARK: Trying

    @Test("a trial is a run without datasets, and a sentence", arguments: ["true", "false"])
    func trial(batch: String) async throws {
        let receiver = try LineageReceiver()
        defer { receiver.close() }
        let exporter = try await open(["url": [receiver.url], "batch": [batch], "compression": ["none"], "namespace": ["ns-{deployment}"]])
        let sentence = try await exporter.test(with: .sample())
        #expect(sentence.contains("answered 201"))
        #expect(sentence.contains("ns-prod"))
        let event = try JSONSerialization.jsonObject(with: receiver.events[0]) as? [String: Any]
        #expect(event?["eventType"] as? String == "OTHER")
        #expect((event?["outputs"] as? [Any])?.isEmpty == true)
        receiver.answer { _ in LineageReceiver.Answer(status: 404) }
        await #expect {
            _ = try await exporter.test(with: .sample())
        } throws: { "\($0)".contains("check the path of the URL") }
        let partly = #"{"status": "partial_success", "summary": {}, "failed_events": [{"index": 0, "reason": "no such type"}]}"#
        receiver.answer { _ in LineageReceiver.Answer(status: 200, body: partly) }
        if batch == "true" {
            await #expect {
                _ = try await exporter.test(with: .sample())
            } throws: { "\($0)".contains("no such type") }
        }
        await exporter.close()
    }
}
#endif
