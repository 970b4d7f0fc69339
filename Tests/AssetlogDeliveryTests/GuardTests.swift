#if Delivery
import AssetlogCore
import AssetlogDelivery
import ScriptedServer
import Testing

@Suite("A request that refuses private addresses")
struct GuardTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    private static func request(_ url: String, proxy: String = "") -> OutboundRequest {
        var request = OutboundRequest(url: url, timeout: .seconds(120))
        request.refusesPrivateAddresses = true
        request.proxy = Secret(proxy)
        return request
    }

    @Test(
        "connects to none, by address or by name", arguments: ["127.0.0.1", "127.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"])
    func refuses(_ host: String) async throws {
        let server = try ScriptedServer([.answer(Self.ok)])
        let error = await #expect(throws: DeliveryError.self) {
            try await OutboundConnection().send(Self.request("http://\(host):\(server.port)/"))
        }
        #expect(error?.code == .forbidden, "\(error?.message ?? "")")
        #expect(error?.isRetriable == false)
        #expect(error?.message.contains("not of the public Internet; allow private addresses") == true)
        #expect(server.connections == 0)
    }

    @Test("does not use a connection that was opened without the check")
    func reuse() async throws {
        let server = try ScriptedServer([.answer(Self.ok), .answer(Self.ok)])
        let connection = OutboundConnection()
        let url = "http://localhost:\(server.port)/"
        #expect(try await connection.send(OutboundRequest(url: url, timeout: .seconds(120))).status == 200)
        let error = await #expect(throws: DeliveryError.self) { try await connection.send(Self.request(url)) }
        #expect(error?.code == .forbidden)
        #expect(server.requests.count == 1)
    }

    @Test("goes through a proxy of any address, because only the proxy sees where a name leads")
    func proxy() async throws {
        let proxy = try ScriptedServer([.answer(Self.ok)])
        let answer = try await OutboundConnection().send(
            Self.request("http://name.example/x", proxy: "http://127.0.0.1:\(proxy.port)"))
        #expect(answer.status == 200)
        #expect(proxy.requests.first?.hasPrefix("POST http://name.example/x HTTP/1.1\r\n") == true)
    }

    @Test("refuses an address in place of a name also behind a proxy", arguments: ["10.0.0.1", "169.254.169.254", "0x7f.1", "[::1]"])
    func literal(_ host: String) async throws {
        let proxy = try ScriptedServer([.answer(Self.ok)])
        let error = await #expect(throws: DeliveryError.self) {
            try await OutboundConnection().send(Self.request("http://\(host)/", proxy: "http://127.0.0.1:\(proxy.port)"))
        }
        #expect(error?.code == .forbidden)
        #expect(proxy.connections == 0)
    }
}

@Suite("A request over a proxy")
struct ProxyRequestTests {
    private static func request(_ url: String, over proxy: String) -> OutboundRequest {
        var request = OutboundRequest(url: url, timeout: .seconds(120))
        request.proxy = Secret(proxy)
        return request
    }

    @Test("says that the proxy does not lead there, which tells nothing about the request")
    func tunnel() async throws {
        let proxy = try ScriptedServer([.last("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")])
        let request = Self.request("https://name.example/", over: "http://user:hunter2@127.0.0.1:\(proxy.port)")
        let error = await #expect(throws: DeliveryError.self) { try await OutboundConnection().send(request) }
        #expect(error?.code == .unreachable, "\(error?.message ?? "")")
        #expect(error?.message.contains("hunter2") == false)
        #expect(proxy.requests.first?.hasPrefix("CONNECT name.example:443 HTTP/1.1\r\n") == true)
    }
}
#endif
