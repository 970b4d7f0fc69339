#if Delivery
import AssetlogCore
import AssetlogDelivery
import ScriptedServer
import Synchronization
import Testing

@testable import AssetlogClient

/// A clock that goes on only while somebody sleeps.
private final class ManualClock: Sendable {
    private let now = Mutex(Duration.zero)

    var value: ClientClock {
        ClientClock(
            steady: { self.now.withLock { $0 } }, date: { Timestamp(microseconds: 1_764_000_000_000_000) }, random: { 1 },
            sleep: { pause in self.now.withLock { $0 += pause } })
    }
}

@Suite("A client")
struct ClientTests {
    private static let ok = "HTTP/1.1 200 OK\r\nAssetlog-Event-Id: 0193b0a0-1111-7222-8333-444444444444\r\nContent-Length: 2\r\n\r\n{}"

    private static func answer(_ status: Int, _ body: String = "", _ fields: String = "") -> ScriptedServer.Script {
        .answer("HTTP/1.1 \(status) X\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    private static func client(_ server: ScriptedServer, patience: Duration = .seconds(30)) throws -> AssetlogClient {
        var options = AssetlogClient.Options()
        options.retry.patience = patience
        return try AssetlogClient(
            url: "http://127.0.0.1:\(server.port)", token: Secret("secret"), deployment: nil, options: options,
            clock: ManualClock().value)
    }

    @Test("sends the same bytes with the same identity until they are taken")
    func retries() async throws {
        let server = try ScriptedServer([
            Self.answer(503, "", "Retry-After: 5\r\n"), .last(""), Self.answer(409), Self.answer(500), .answer(Self.ok), .answer(Self.ok),
        ])
        let client = try Self.client(server)
        let report = Report(.materialization, of: ["a"], metadata: ["rows": 1])
        #expect(try await client.report(report)?.description == "0193b0a0-1111-7222-8333-444444444444")
        let first = server.requests
        #expect(first.count == 5)
        #expect(Set(first).count == 1)
        #expect(first[0].hasPrefix("POST /report_asset_materialization/ HTTP/1.1\r\n"))
        #expect(first[0].contains("\r\nAuthorization: Bearer secret\r\n"))
        let key = first[0].firstMatch(of: /\r\nIdempotency-Key: "([0-9a-f-]{36})"\r\n/)?.output.1
        #expect(key.map { String($0) }.flatMap(EventID.init(_:)) != nil)
        _ = try await client.report(report)
        #expect(key.map { server.requests[5].contains($0) } == false)
    }

    @Test(
        "tells what is refused from what may be taken later",
        arguments: [
            (400, #"{"error": "Empty asset key"}"#, "refuses the report with 400: Empty asset key"),
            (401, #"{"error": "No.\u001b[31m\nAt all."}"#, "refuses the report with 401: No. [31m At all"),
            (422, #"{"type": "about:blank", "detail": "Another report has this key."}"#, "422: Another report has this key"),
            (404, "<html>", "refuses the report with 404"), (413, #"["error"]"#, "refuses the report with 413"),
            (301, "", "names another address"), (403, "{\"error\": 1}", "refuses the report with 403"),
        ])
    func refusals(_ status: Int, _ body: String, _ words: String) async throws {
        let server = try ScriptedServer([Self.answer(status, body)])
        let error = await #expect(throws: ClientError.self) { try await Self.client(server).report(Report(.observation, of: ["a"])) }
        #expect(error?.code == .refused)
        #expect(error?.status == status)
        #expect(
            error?.message.hasSuffix(words) == true || status == 301 && error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("gives up when its patience is over", arguments: [(503, 3), (429, 0)])
    func patience(_ status: Int, _ seconds: Int) async throws {
        let scripts = Array(repeating: Self.answer(status, "", "Retry-After: \(seconds)\r\n"), count: 2)
        let server = try ScriptedServer(scripts + [.answer(Self.ok)])
        let client = try Self.client(server, patience: seconds == 0 ? .milliseconds(300) : .seconds(5))
        let error = await #expect(throws: ClientError.self) { try await client.report(Report(.observation, of: ["a"])) }
        #expect(error?.isRetriable == true)
        #expect(error?.status == status)
        #expect(server.requests.count == 2)
    }

    @Test("delivers other assets while a server fails at one")
    func oneFails() async throws {
        let server = try ScriptedServer([Self.answer(500), .answer(Self.ok), .answer(Self.ok), .answer(Self.ok)])
        let temporary = TemporarySpool()
        let client = try Self.client(server, patience: .zero)
        for asset in ["a", "b", "a", "c"] {
            try temporary.spool.add(client.seal(Report(.observation, of: [asset])))
        }
        let delivery = try await SpoolingReporter(client: client, spool: temporary.spool).flush()
        #expect([delivery.delivered, delivery.remaining, delivery.refused] == [2, 2, 0])
        #expect(delivery.obstacle?.status == 500)
        #expect(try temporary.spool.waiting().map(\.assetKey) == [AssetKey(["a"]), AssetKey(["a"])])
        #expect(server.requests.count == 3)
    }

    @Test("leaves a server alone that is busy", arguments: [503, 429])
    func busy(_ status: Int) async throws {
        let server = try ScriptedServer([Self.answer(status), .answer(Self.ok)])
        let temporary = TemporarySpool()
        let reporter = SpoolingReporter(client: try Self.client(server, patience: .zero), spool: temporary.spool)
        for asset in ["a", "b"] { try temporary.spool.add(Self.client(server).seal(Report(.observation, of: [asset]))) }
        #expect(try await reporter.flush().remaining == 2)
        #expect(server.requests.count == 1)
    }
}
#endif
