#if Delivery
import AssetlogCore
import ScriptedServer
import Testing

@testable import AssetlogClient

@Suite("A reader")
struct ServerReaderTests {
    private static func answer(_ status: Int, _ body: String, _ fields: String = "Content-Type: application/json\r\n")
        -> ScriptedServer.Script
    {
        .answer("HTTP/1.1 \(status) X\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    private static func problem(_ status: Int, _ members: String, _ word: String = "refused") -> ScriptedServer.Script {
        answer(status, "{\(members)}", "Content-Type: application/problem+json\r\nAssetlog-Answer: \(word)\r\n")
    }

    private static func reader(_ server: ScriptedServer, deployment: String? = nil) throws -> ServerReader {
        try ServerReader(
            url: "http://127.0.0.1:\(server.port)", token: Secret("secret"), deployment: deployment, options: .init(),
            clock: ManualClock().value)
    }

    private static let unknownAsset = problem(404, #""status":404,"detail":"There is no event of the asset.","parameter":"asset""#)

    @Test("asks again until the server itself has answered")
    func retries() async throws {
        let server = try ScriptedServer([
            Self.answer(200, "<html>Sign in</html>", "Content-Type: text/html\r\n"),
            Self.answer(404, "not found", "Content-Type: text/plain\r\n"),
            Self.problem(503, #""detail":"busy""#, "later"), .last(""), Self.answer(200, "[]"), Self.answer(200, #"{"as_of":1}"#),
        ])
        let json = try await Self.reader(server, deployment: "prod").read("asset", [("asset_key", #"["a/b","é"]"#), ("limit", nil)])
        #expect(String(decoding: json, as: UTF8.self) == #"{"as_of":1}"#)
        #expect(server.requests.count == 6)
        #expect(
            server.requests.allSatisfy { $0.hasPrefix("GET /prod/api/v1/asset?asset_key=%5B%22a%2Fb%22%2C%22%C3%A9%22%5D HTTP/1.1\r\n") })
        #expect(server.requests.allSatisfy { $0.contains("\r\nAuthorization: Bearer secret\r\n") })
    }

    @Test("tells what the server does not know from what it has no path for")
    func unknown() async throws {
        let server = try ScriptedServer([Self.unknownAsset, Self.problem(404, #""status":404,"detail":"There is nothing here.""#)])
        let reader = try Self.reader(server)
        await #expect(throws: ClientError(.notFound, status: 404, "")) { try await reader.asset(AssetKey(["a"])) }
        await #expect(throws: ClientError(.refused, status: 404, "")) { try await reader.asset(AssetKey(["a"])) }
    }

    @Test("follows pages to their end")
    func pages() async throws {
        func check(_ name: String) -> String {
            #"{"check_name":"\#(name)","partition":null,"passed":true,"severity":"ERROR","since":"2026-11-23T08:00:00Z","#
                + #""timestamp":"2026-11-23T08:00:00Z","event_id":"x","passes":1,"failures":0}"#
        }
        let server = try ScriptedServer([
            Self.answer(200, #"{"checks":[\#(check("a")),\#(check("b"))],"next":"to ken","as_of":9}"#),
            Self.answer(200, #"{"checks":[\#(check("c"))],"next":null,"as_of":9}"#),
        ])
        var names: [String] = []
        try await Self.reader(server).checks(of: AssetKey(["a"])) { names.append($0.value.checkName) }
        #expect(names == ["a", "b", "c"])
        #expect(server.requests[1].contains("after=to%20ken"))
    }

    @Test("waits for an asset that the server does not know yet, and says what is missing")
    func waits() async throws {
        let body = """
            {"deployment":"default","asset_key":["a"],"state":"ok","since":"2026-11-23T08:00:00Z","first_seen":null,"last_seen":null,
            "counts":{},"materialization":{"event_id":"x","sequence":1,"timestamp":"2026-11-23T08:00:00Z","partition":null,
            "data_version":null,"reported_by":null},"observation":null,"failure":null,"started":null,"data_version":null,
            "description":null,"tags":{},"partitions":{"total":0},"checks":{"total":0,"passed":0,"failed":0,"warned":0},"labels":[],
            "upstream":[],"downstream":[],"as_of":1}
            """
        let server = try ScriptedServer([Self.unknownAsset, Self.unknownAsset, Self.answer(200, body)])
        var missing: [String] = []
        let verdict = try await Self.reader(server).wait(for: WaitCondition(AssetKey(["a"])), patience: .seconds(60)) {
            missing.append($0)
        }
        #expect(verdict == .met)
        #expect(missing == ["the server knows no event of it"])
    }

    @Test("gives up a wait when the time is up")
    func timeIsUp() async throws {
        let server = try ScriptedServer(Array(repeating: Self.unknownAsset, count: 20))
        let verdict = try await Self.reader(server).wait(for: WaitCondition(AssetKey(["a"])), patience: .seconds(7))
        #expect(verdict == .pending("the server knows no event of it"))
        // At 0, 1, 2, 4, 6 and 7 seconds.
        #expect(server.requests.count == 6)
    }
}
#endif
