#if Delivery
import AssetlogCore
import AssetlogDelivery
import ScriptedServer
import Testing

@testable import AssetlogClient

@Suite("A client")
struct ClientTests {
    private static let counts =
        #"{"received":1,"recorded":1,"duplicate":0,"refused":0,"first_sequence":1,"last_sequence":1,"items":[]}"#
    private static let ok = answer(200, counts, "Content-Type: application/json\r\n")

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

    @Test("sends the same report with the same identity until it is taken")
    func retries() async throws {
        let server = try ScriptedServer([
            Self.answer(503, "", "Retry-After: 5\r\n"), .last(""), Self.answer(409, "", "Assetlog-Answer: later\r\n"), Self.answer(500),
            Self.ok, Self.ok,
        ])
        let client = try Self.client(server)
        let report = Report(.materialization, of: ["a"], metadata: ["rows": 1])
        let id = try await client.report(report)
        let first = server.requests
        #expect(first.count == 5)
        // The first attempt leaves the time to the server; the others have one, which no server compares.
        let time = #","timestamp":"2025-11-24T16:00:00.000000Z"}"#
        #expect(Set(first[1...]).count == 1)
        #expect(!first[0].contains("timestamp\":") && first[1].hasSuffix(time))
        #expect(first.allSatisfy { $0.contains("\r\nAssetlog-Timestamp: approximate\r\n") })
        #expect(first[0].hasPrefix("POST /api/v1/events HTTP/1.1\r\n"))
        #expect(first[0].contains("\r\nAuthorization: Bearer secret\r\n"))
        let identity = "\"event_id\":\"\(id?.description ?? "none")\""
        #expect(first.allSatisfy { $0.contains(identity) })
        _ = try await client.report(report)
        #expect(!server.requests[5].contains(identity))
    }

    @Test("leaves the time that somebody chose as it is, and has it compared")
    func chosenTime() async throws {
        let server = try ScriptedServer([Self.answer(500), Self.ok])
        try await Self.client(server).report(Report(.observation, of: ["a"], timestamp: Timestamp(microseconds: 1_764_000_000_000_000)))
        #expect(server.requests.allSatisfy { $0.contains(#""timestamp":"2025-11-24T16:00:00.000000Z""#) })
        #expect(server.requests.allSatisfy { !$0.contains("Assetlog-Timestamp") })
    }

    @Test("takes the report endpoint where there is no event API, and remembers a Dagster", arguments: [404, 405, 403, 400])
    func dagster(_ status: Int) async throws {
        let recorded = Self.answer(200, "{}", "Content-Type: application/json\r\n")
        let server = try ScriptedServer([Self.answer(status, "Method Not Allowed"), recorded, recorded])
        let client = try Self.client(server)
        #expect(try await client.report(Report(.check(name: "c", passed: true), of: ["a/b", ""])) == nil)
        #expect(try await client.report(Report(.observation, of: ["a"])) == nil)
        let requests = server.requests
        #expect(
            requests.map { String($0.prefix { $0 != "H" }) } == [
                "POST /api/v1/events ", "POST /report_asset_check/ ", "POST /report_asset_observation/ ",
            ])
        #expect(requests[1].hasSuffix("\r\n\r\n" + #"{"asset_key":["a/b",""],"check_name":"c","passed":true,"severity":"ERROR"}"#))
        let key = requests[1].firstMatch(of: /\r\nIdempotency-Key: "([0-9a-f-]{36})"\r\n/)?.output.1
        #expect(key.map { requests[0].contains("\"event_id\":\"\($0)\"") } == true)
    }

    @Test("continues asking the event API of a server that something stood in front of once")
    func proxy() async throws {
        let recorded = Self.answer(
            200, "{}", "Content-Type: application/json\r\nAssetlog-Event-Id: 0193b0a0-1111-7222-8333-444444444444\r\n")
        let server = try ScriptedServer([Self.answer(404), recorded, Self.ok])
        let client = try Self.client(server)
        #expect(try await client.report(Report(.observation, of: ["a"]))?.description == "0193b0a0-1111-7222-8333-444444444444")
        _ = try await client.report(Report(.observation, of: ["a"]))
        #expect(server.requests[2].hasPrefix("POST /api/v1/events "))
    }

    @Test("gives up at once where the server itself refuses, and nowhere else")
    func refused() async throws {
        let problem = #"{"type": "about:blank", "detail": "No."}"#
        let server = try ScriptedServer([
            Self.answer(502), Self.answer(401, problem, "Content-Type: application/problem+json\r\nAssetlog-Answer: refused\r\n"), Self.ok,
        ])
        let error = await #expect(throws: ClientError.self) { try await Self.client(server).report(Report(.observation, of: ["a"])) }
        #expect(error?.code == .refused)
        #expect(error?.message.hasSuffix("refuses the report with 401: No") == true, "\(error?.message ?? "")")
        #expect(server.requests.count == 2)
    }

    @Test("gives up when its patience is over", arguments: [(503, 3), (429, 0)])
    func patience(_ status: Int, _ seconds: Int) async throws {
        let scripts = Array(repeating: Self.answer(status, "", "Retry-After: \(seconds)\r\n"), count: 2)
        let server = try ScriptedServer(scripts + [Self.ok])
        let client = try Self.client(server, patience: seconds == 0 ? .milliseconds(300) : .seconds(5))
        let error = await #expect(throws: ClientError.self) { try await client.report(Report(.observation, of: ["a"])) }
        #expect(error?.isRetriable == true)
        #expect(error?.status == status)
        #expect(server.requests.count == 2)
    }

    @Test("delivers other assets while a server fails at one")
    func oneFails() async throws {
        let server = try ScriptedServer([Self.answer(500), Self.ok, Self.ok, Self.ok])
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
        let server = try ScriptedServer([Self.answer(status), Self.ok])
        let temporary = TemporarySpool()
        let reporter = SpoolingReporter(client: try Self.client(server, patience: .zero), spool: temporary.spool)
        for asset in ["a", "b"] { try temporary.spool.add(Self.client(server).seal(Report(.observation, of: [asset]))) }
        #expect(try await reporter.flush().remaining == 2)
        #expect(server.requests.count == 1)
    }

    @Test("leaves alone what is no server of ours after some tries, and loses nothing by it")
    func portal() async throws {
        let page = "<html><title>Sign in</title>"
        let server = try ScriptedServer(Array(repeating: Self.answer(200, page, "Content-Type: text/html\r\n"), count: 20))
        let temporary = TemporarySpool()
        let client = try Self.client(server, patience: .zero)
        for number in 0..<20 { try temporary.spool.add(client.seal(Report(.observation, of: ["a\(number)"]))) }
        let delivery = try await SpoolingReporter(client: client, spool: temporary.spool).flush()
        #expect([delivery.delivered, delivery.remaining, delivery.refused] == [0, 20, 0])
        #expect(delivery.obstacle?.message.contains("Sign in") == true)
        #expect(server.requests.count == 5)
        #expect(try temporary.spool.waiting().count == 20)
    }
}
#endif
