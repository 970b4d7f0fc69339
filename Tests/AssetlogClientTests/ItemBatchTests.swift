#if Delivery
import AssetlogCore
import ScriptedServer
import Testing

@testable import AssetlogClient

@Suite("Items that are reported together")
struct ItemBatchTests {
    private static func answer(_ status: Int, _ body: String, _ fields: String = "") -> ScriptedServer.Script {
        .answer("HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    private static func counts(_ received: Int, _ recorded: Int, _ duplicate: Int, _ items: String = "") -> String {
        #"{"received":\#(received),"recorded":\#(recorded),"duplicate":\#(duplicate),"refused":0,"items":[\#(items)]}"#
    }

    private static func client(_ server: ScriptedServer) throws -> AssetlogClient {
        try AssetlogClient(
            url: "http://127.0.0.1:\(server.port)", token: Secret("secret"), deployment: "prod", options: .init(),
            clock: ManualClock().value)
    }

    private static func items(_ count: Int) -> [EventItem] {
        (0..<count).map { EventItem(.observation, of: AssetKey(["a", "\($0)"]), eventID: EventID(foreign: ["\($0)"])) }
    }

    @Test("are sent as lines until the server has answered with counts")
    func lines() async throws {
        let server = try ScriptedServer([
            Self.answer(503, "{}", "Assetlog-Answer: later\r\n"), .last(""), Self.answer(200, "<html>"),
            Self.answer(200, Self.counts(2, 1, 1)),
        ])
        let receipt = try await Self.client(server).report(Self.items(2))
        #expect(receipt.received == 2 && receipt.recorded == 1 && receipt.duplicate == 1 && receipt.refusals.isEmpty)
        #expect(server.requests.count == 4)
        #expect(server.requests.allSatisfy { $0.hasPrefix("POST /prod/api/v1/events HTTP/1.1\r\n") })
        #expect(server.requests.allSatisfy { $0.contains("\r\nContent-Type: application/x-ndjson\r\n") })
    }

    @Test("of which the log has one with other content, count that as a duplicate, and others as refused")
    func conflicts() async throws {
        let items =
            #"{"index":0,"status":422,"problem":{"detail":"different content","pointer":"/event_id"}},"#
            + #"{"index":1,"status":403,"problem":{"detail":"not this asset","pointer":"/asset_key"}}"#
        let server = try ScriptedServer([Self.answer(422, Self.counts(2, 0, 0, items), "Assetlog-Answer: refused\r\n")])
        let receipt = try await Self.client(server).report(Self.items(2))
        #expect(receipt.duplicate == 1)
        #expect(receipt.refusals == [.init(index: 1, status: 403, detail: "not this asset")])
    }

    @Test("go in several requests where they are many, and a refusal names the item among all")
    func chunks() async throws {
        let refusal = #"{"index":7,"status":422,"problem":{"detail":"no","pointer":"/kind"}}"#
        let server = try ScriptedServer([
            Self.answer(200, Self.counts(5000, 5000, 0)), Self.answer(200, Self.counts(12, 11, 0, refusal)),
        ])
        let receipt = try await Self.client(server).report(Self.items(5012))
        #expect(receipt.received == 5012 && receipt.recorded == 5011)
        #expect(receipt.refusals.map(\.index) == [5007])
        #expect(server.requests.count == 2)
    }

    @Test("are refused as a whole with the server's words")
    func refused() async throws {
        let server = try ScriptedServer([Self.answer(401, #"{"detail":"no token"}"#, "Assetlog-Answer: refused\r\n")])
        await #expect(throws: ClientError(.refused, status: 401, "")) { try await Self.client(server).report(Self.items(1)) }
    }

    @Test("of which there is none are not sent")
    func none() async throws {
        let server = try ScriptedServer([])
        #expect(try await Self.client(server).report([EventItem]()) == BatchReceipt())
        #expect(server.requests.isEmpty)
    }
}
#endif
