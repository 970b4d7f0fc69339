import AssetlogCore
import AssetlogLog
import AssetlogObservation
import HTTPTypes
import Testing

@testable import AssetlogAPI

@Suite("GET /metrics")
struct MetricsRouteTests {
    private static let text = ExpositionFormat.prometheusText.contentType
    private static let openMetrics = ExpositionFormat.openMetrics.contentType

    @Test(
        "answers in the format that is asked for",
        arguments: [
            (nil, text),
            ("", text),
            ("*/*", text),
            ("text/plain", text),
            ("text/*, application/*", text),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", text),
            ("application/json", text),
            ("application/openmetrics-text", openMetrics),
            ("application/openmetrics-text; version=1.0.0; charset=utf-8", openMetrics),
            ("Application/OpenMetrics-Text;Version=\"1.0.0\"", openMetrics),
            ("application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", text),
            ("application/openmetrics-text;version=0.0.1", text),
            // What Prometheus 2 and 3 send.
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
                    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2", openMetrics
            ),
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,"
                    + "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", openMetrics
            ),
            ("text/plain;q=0.9, application/openmetrics-text;q=0.8", text),
            ("text/plain, application/openmetrics-text", text),
            ("application/openmetrics-text, text/plain", openMetrics),
            ("application/openmetrics-text;q=0, */*", text),
            ("application/openmetrics-text;q=0.5, */*;q=0.4", openMetrics),
            ("application/openmetrics-text ; q=0.001 , text/plain ; q=0", openMetrics),
            (";;,,/, a/b/c, q=1, text/plain;q=abc", text),
        ])
    func formats(_ accept: String?, _ expected: String) async throws {
        let server = try await Server()
        let answer = try await server.get("/metrics", headers: accept.map { [.accept: $0] } ?? [:])
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType] == expected)
        #expect(answer.headers[.vary]?.hasPrefix("Accept") == true)
        #expect(answer.text.hasSuffix("# EOF\n") == (expected == Self.openMetrics))
        #expect(answer.text.contains("\nassetlog_log_events 0\n"))
    }

    @Test("joins several Accept fields")
    func fields() async throws {
        var headers = HTTPFields()
        headers.append(HTTPField(name: .accept, value: "text/plain;q=0.1"))
        headers.append(HTTPField(name: .accept, value: "application/openmetrics-text"))
        #expect(try await Server().get("/metrics", headers: headers).headers[.contentType] == Self.openMetrics)
    }

    @Test("answers HEAD without a body")
    func head() async throws {
        let answer = try await Server().ask(.head, "/metrics")
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
        #expect(answer.headers[.contentType] == Self.text)
    }

    @Test("asks the storage once for all who scrape within some seconds")
    func caches() async throws {
        let reads = Reads()
        let server = try await Server(storage: FaultyStorage(read: { await reads.increment() }))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let answer = try await server.get("/metrics")
                    #expect(answer.text.contains("assetlog_log_head_sequence 0\n"))
                }
            }
            try await group.waitForAll()
        }
        _ = try await server.get("/metrics")
        #expect(await reads.count == 1)
    }

    @Test("leaves out what the storage can't tell, and shows the rest")
    func failing() async throws {
        let server = try await Server(storage: FaultyStorage(read: { throw SecretError() }))
        let answer = try await server.get("/metrics")
        #expect(answer.status == 200)
        #expect(!answer.text.contains("assetlog_log_"))
        #expect(!answer.text.contains("hunter2"))
        #expect(answer.text.contains("assetlog_ready 1\n"))
    }

    @Test("does not wait long for a storage that hangs", .timeLimit(.minutes(10)))
    func hanging() async throws {
        let server = try await Server(
            storage: FaultyStorage(read: { await Task.detached { try? await Task.sleep(for: .seconds(3600)) }.value }),
            probeTimeout: .milliseconds(50))
        for _ in 0..<3 {
            let answer = try await server.get("/metrics")
            #expect(answer.status == 200)
            #expect(!answer.text.contains("assetlog_log_"))
        }
    }

    @Test("asks again when the answer is old")
    func lifetime() async throws {
        let reads = Reads()
        let size = LogSize(
            storage: FaultyStorage(read: { await reads.increment() }), timeout: .seconds(60), lifetime: .zero)
        for _ in 0..<3 { await size.refresh() }
        #expect(await reads.count == 3)
    }
}

private actor Reads {
    private(set) var count = 0
    func increment() { count += 1 }
}
