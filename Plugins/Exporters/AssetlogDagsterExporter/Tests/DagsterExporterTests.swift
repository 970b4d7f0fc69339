#if Dagster
import AssetlogCore
import AssetlogTesting
import Foundation
import Logging
import Synchronization
import Testing

@testable import AssetlogDagsterExporter

/// The exporter with a server that answers as it is told.
struct DagsterExporterTests {
    private func exporter(_ receiver: Receiver, _ values: [String: [String]] = [:]) async throws -> any Exporter {
        try await ExporterPlugin.dagster.open(["url": [receiver.url]].merging(values) { $1 })
    }

    private static let check = #"{"check_name":"c","passed":true,"severity":"ERROR"}"#

    // MARK: Requests

    @Test("a request has exactly the head that Dagster takes, and the token")
    func request() async throws {
        let receiver = try Receiver()
        defer { receiver.close() }
        let exporter = try await exporter(receiver, ["token": ["user:secret"], "headers": ["X-Team: core"]])
        #expect(try await exporter.deliver(.sample([.sample()])) == [.delivered])
        let request = try #require(receiver.requests.first)
        #expect(request.method == "POST")
        #expect(request.target == "/report_asset_materialization/warehouse/orders")
        #expect(request.body == Report.body(of: .sample()))
        #expect(
            request.headers.sorted() == [
                "Assetlog-Timestamp: approximate", "Content-Type: application/json", "Dagster-Cloud-Api-Token: user:secret",
                #"Idempotency-Key: "01990000-0000-7000-8000-000000000001""#, "X-Team: core",
            ])
        await exporter.close()
    }

    @Test("events go below the path of their deployment, and those of others are skipped")
    func deployments() async throws {
        let receiver = try Receiver()
        defer { receiver.close() }
        let exporter = try await exporter(
            receiver, ["url": [receiver.url + "/dagster/"], "deployments": ["prod=production/eu", "default="]])
        let batch = ExportBatch.sample([
            .sample(1, deployment: "prod"), .sample(2), .sample(3, deployment: "staging"), .sample(4, .materializationStarted),
        ])
        #expect(
            try await exporter.deliver(batch) == [
                .delivered, .delivered, .skipped(reason: "its deployment is not one of deployments"),
                .skipped(reason: "Dagster has no report for materialization_started"),
            ])
        #expect(
            receiver.requests.map(\.target) == [
                "/dagster/production/eu/report_asset_materialization/warehouse/orders",
                "/dagster/report_asset_materialization/warehouse/orders",
            ])
        await exporter.close()
    }

    @Test("late events of a batch are delivered in the order of time, and an event that fails holds up those of its asset only")
    func order() async throws {
        let receiver = try Receiver { $0.target.hasSuffix("/a") && $0.event?.hasSuffix("3") == true ? .init(status: 501) : .init() }
        defer { receiver.close() }
        let exporter = try await exporter(receiver)
        let results = try await exporter.deliver(
            .sample([
                .sample(1, .observation, ["a"], seconds: 9), .sample(2, .observation, ["a"], seconds: 1),
                .sample(3, .observation, ["a"], seconds: 5), .sample(4, .observation, ["b"], seconds: 2),
            ]))
        #expect(receiver.events.map(\.last) == ["2", "4"])
        #expect(results[0] == .untried && results[1] == .delivered && results[3] == .delivered)
        guard case .retry(let failure) = results[2] else { throw ExportError("\(results)") }
        #expect(failure.isCounted)
        await exporter.close()
    }

    // MARK: Answers

    @Test("a refusal becomes a dead letter with the answer, without the token")
    func refusal() async throws {
        let receiver = try Receiver { _ in .init(status: 400, body: #"{"error":"no, user:secret"}"#) }
        defer { receiver.close() }
        let exporter = try await exporter(receiver, ["token": ["user:secret"]])
        guard case .rejected(let failure) = try await exporter.deliver(.sample([.sample()]))[0] else {
            Issue.record("it is not rejected")
            return
        }
        #expect(failure.answer == #"{"error":"no, <redacted>"}"#)
        await exporter.close()
    }

    @Test("a destination that has too much to do is left alone for as long as it asks, and no more events are tried")
    func tooMuch() async throws {
        let receiver = try Receiver { _ in .init(status: 429, headers: ["Retry-After: 7"]) }
        defer { receiver.close() }
        let exporter = try await exporter(receiver)
        let results = try await exporter.deliver(.sample([.sample(1, .check, ["a"], details: Self.check), .sample(2)]))
        guard case .retry(let failure) = results[0] else { throw ExportError("\(results)") }
        #expect(failure.retryAfter == .seconds(7) && !failure.isCounted)
        #expect(results[1] == .untried)
        await exporter.close()
    }

    @Test("a server that closes the connection, and one that is not there, are tried again")
    func unreachable() async throws {
        let receiver = try Receiver { _ in .none }
        let exporter = try await exporter(receiver)
        guard case .retry = try await exporter.deliver(.sample([.sample()]))[0] else { throw ExportError("not retried") }
        await exporter.close()
        receiver.close()
        let closed = try await ExporterPlugin.dagster.open(["url": ["http://127.0.0.1:1"]])
        guard case .retry(let failure) = try await closed.deliver(.sample([.sample()]))[0] else { throw ExportError("not retried") }
        #expect(!failure.isCounted)
        await closed.close()
    }

    @Test("after a 500 GraphQL is asked, below the path of the deployment, and its answer decides")
    func internalServerError() async throws {
        let event = LoggedEvent.sample(1, .check, ["a"], partition: "p", details: Self.check, deployment: "prod")
        let receiver = try Receiver()
        defer { receiver.close() }
        let exporter = try await exporter(receiver, ["deployments": ["prod=p"]])
        for (id, isStored) in [("another", false), (event.id.description, true)] {
            receiver.answer { request in
                guard request.target == "/p/graphql" else { return .init(status: 500, body: "Internal Server Error") }
                return .init(
                    body: #"{"data":{"assetCheckExecutions":[{"runId":"","evaluation":{"partition":"p","#
                        + #""metadataEntries":[{"label":"assetlog/event_id","text":"\#(id)"}]}}]}}"#)
            }
            let result = try await exporter.deliver(.sample([event]))[0]
            if isStored {
                #expect(result == .delivered)
            } else {
                guard case .rejected(let failure) = result else { throw ExportError("\(result)") }
                #expect(failure.message.contains("keeps the first result"))
                #expect(failure.answer == "Internal Server Error")
            }
        }
        await exporter.close()
    }

    @Test("a token of a file is read again when it is refused, and the event is delivered with the new one")
    func rotation() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "dagster-token-\(UUID())")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("old\n".utf8).write(to: file)
        let receiver = try Receiver { request in
            request.header("dagster-cloud-api-token") == "new" ? .init() : .init(status: 401, body: #"{"error":"no such token"}"#)
        }
        defer { receiver.close() }
        let exporter = try await exporter(receiver, ["token_file": [file.path]])
        guard case .retry(let failure) = try await exporter.deliver(.sample([.sample()]))[0] else { throw ExportError("not retried") }
        #expect(!failure.isCounted)
        try Data("new\n".utf8).write(to: file)
        #expect(try await exporter.deliver(.sample([.sample(1), .sample(2)])) == [.delivered, .delivered])
        await exporter.close()
    }

    // MARK: Trying it

    @Test(
        "a test asks for an incomplete check, which records nothing, and says who answered",
        arguments: [
            (#"{"dagster_webserver_version":"1.13.28"}"#, "Dagster 1.13.28 at"),
            (#"{"dagster_webserver_version":"1.13.27","assetlog_version":"0.2"}"#, "Assetlog 0.2 at"),
            ("<html>", "A server that does not say what it is at"),
        ])
    func testing(info: String, name: String) async throws {
        let receiver = try Receiver { request in
            request.method == "GET" ? .init(body: info) : .init(status: 400, body: #"{"error":"Missing required parameter 'passed'."}"#)
        }
        defer { receiver.close() }
        let exporter = try await exporter(receiver)
        let sentence = try await exporter.test(with: .sample())
        #expect(sentence.hasPrefix(name) && sentence.hasSuffix("takes reports. Nothing was recorded."))
        #expect(receiver.requests.map(\.target) == ["/server_info"])
        await exporter.close()
    }

    @Test(
        "a test of a destination that takes nothing says why",
        arguments: [
            (200, "<html>", "correct url"), (200, "{}", "it is not Dagster"), (405, "Method Not Allowed", "no report endpoint is there"),
            (401, #"{"error":"Not authorized to report runless asset events."}"#, "is read-only"), (403, "", "correct token"),
            (500, "Internal Server Error", "answered 500"), (302, "", "redirection"),
        ])
    func testingInVain(status: Int, body: String, message: String) async throws {
        let receiver = try Receiver { _ in .init(status: status, body: body) }
        defer { receiver.close() }
        let exporter = try await exporter(receiver)
        await #expect {
            _ = try await exporter.test(with: .sample())
        } throws: { "\($0)".contains(message) }
        await exporter.close()
    }

    @Test("a preview shows the requests without the token")
    func preview() async throws {
        let exporter = try await ExporterPlugin.dagster.open([
            "url": ["https://user:word@example.com/prod?key=1"], "token": ["user:secret"], "headers": ["X-Key: hidden"],
        ])
        let preview = try await exporter.preview(.sample([.sample(), .sample(2, .materializationFailed)]))
        let expected = """
            POST https://example.com/prod/report_asset_materialization/warehouse/orders HTTP/1.1
            Idempotency-Key: "01990000-0000-7000-8000-000000000001"
            Assetlog-Timestamp: approximate
            Content-Type: application/json
            Dagster-Cloud-Api-Token: <redacted>
            X-Key: <redacted>

            \(String(decoding: Report.body(of: .sample()), as: UTF8.self))

            # Event 01990000-0000-7000-8000-000000000002: skipped, Dagster has no report for materialization_failed
            """
        #expect(preview == expected)
        await exporter.close()
    }
}

// MARK: - Pacing

struct LanesTests {
    @Test("no more requests are under way than the pace allows, and all are answered")
    func bounded() async throws {
        let counts = Mutex((now: 0, most: 0))
        let receiver = try Receiver { _ in
            counts.withLock { ($0.now, $0.most) = ($0.now + 1, max($0.most, $0.now + 1)) }
            usleep(2000)
            counts.withLock { $0.now -= 1 }
            return .init()
        }
        defer { receiver.close() }
        let exporter = try await ExporterPlugin.dagster.open(["url": [receiver.url]])
        try await withThrowingTaskGroup { group in
            for number in Int64(1)...100 {
                group.addTask { try await exporter.deliver(.sample([.sample(number, .observation, ["asset \(number)"])])) }
            }
            for try await results in group { #expect(results == [.delivered]) }
        }
        #expect(counts.withLock { $0.most } <= Pace.most)
        #expect(Set(receiver.events).count == 100)
        await exporter.close()
    }

    @Test("deliveries that wait for their turn end when the exporter is closed or they are cancelled")
    func ends() async throws {
        let gate = DispatchSemaphore(value: 0)
        let receiver = try Receiver { _ in
            gate.wait()
            return .init()
        }
        defer { receiver.close() }
        let exporter = try await ExporterPlugin.dagster.open(["url": [receiver.url]])
        let deliveries = (Int64(1)...8).map { number in
            Task { try await exporter.deliver(.sample([.sample(number, .observation, ["asset \(number)"])])) }
        }
        for delivery in deliveries { delivery.cancel() }
        for delivery in deliveries { await #expect(throws: CancellationError.self) { try await delivery.value } }
        for _ in 0..<8 { gate.signal() }
        await exporter.close()
    }
}

extension ExporterPlugin {
    /// Opens an exporter of the plugin with these values.
    func open(_ values: [String: [String]]) async throws -> any Exporter {
        let configuration = try PluginConfiguration(
            section: "exporters.dagster", keys: keys, values: values, directory: "/etc", dataDirectory: "/data")
        return try await configure(configuration).open(PluginContext(name: "dagster", logger: .init(label: "dagster")))
    }
}
#endif
