#if Delivery
import AssetlogDelivery
import Foundation
import ScriptedServer
import Testing

@Suite("A connection to a server")
struct OutboundConnectionTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    private static func request(_ server: ScriptedServer, _ body: String = "{}", timeout: Duration = .seconds(120)) -> OutboundRequest {
        OutboundRequest(
            url: "http://127.0.0.1:\(server.port)/report?x=1", headers: [.init("Authorization", "Bearer secret")],
            body: Array(body.utf8), timeout: timeout)
    }

    @Test("sends what it was given, and keeps the connection for the next request")
    func sends() async throws {
        let server = try ScriptedServer([.answer(Self.ok), .answer(Self.ok)])
        let connection = OutboundConnection()
        let large = String(repeating: "x", count: 300_000)
        for body in ["{}", large] {
            let answer = try await connection.send(Self.request(server, body))
            #expect(answer.status == 200)
            #expect(answer.body == Array("{}".utf8))
        }
        let requests = server.requests
        #expect(requests.count == 2)
        #expect(server.connections == 1)
        #expect(requests[0].hasPrefix("POST /report?x=1 HTTP/1.1\r\n"))
        #expect(requests[0].contains("\r\nAuthorization: Bearer secret\r\n"))
        #expect(!requests[1].lowercased().contains("expect:"))
        #expect(requests[1].hasSuffix("\r\n\r\n" + large))
    }

    @Test("reads the fields that matter, of the last head only")
    func fields() async throws {
        let server = try ScriptedServer([
            .answer(
                "HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\nHTTP/1.1 200 OK\r\nassetlog-event-id:  0193 \r\n"
                    + "IDEMPOTENCY-REPLAYED: true\r\nContent-Length: 0\r\n\r\n"),
            .answer("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        ])
        let connection = OutboundConnection()
        let first = try await connection.send(Self.request(server))
        #expect(first.eventID == "0193")
        #expect(first.isReplayed)
        #expect(first.retryAfter == nil)
        let second = try await connection.send(Self.request(server))
        #expect(second.status == 503)
        #expect(second.retryAfter == "7")
        #expect(second.body == Array("abc".utf8))
        #expect(!second.isReplayed)
    }

    @Test("follows no redirect, so that a token goes nowhere else", arguments: [301, 302, 307, 308])
    func redirect(_ status: Int) async throws {
        let server = try ScriptedServer([
            .answer("HTTP/1.1 \(status) Moved\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"), .answer(Self.ok),
        ])
        #expect(try await OutboundConnection().send(Self.request(server)).status == status)
        #expect(server.requests.count == 1)
    }

    @Test("keeps the beginning of a body that is too long")
    func longBody() async throws {
        let body = String(repeating: "y", count: 3 << 20)
        let server = try ScriptedServer([.last("HTTP/1.1 400 Bad\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")])
        let answer = try await OutboundConnection().send(Self.request(server))
        #expect(answer.status == 400)
        #expect(answer.isBodyCut)
        #expect(answer.body.count == 1 << 20)
    }

    @Test(
        "says that a connection broke, and that the request may be sent again",
        arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"])
    func broken(_ answer: String) async throws {
        let server = try ScriptedServer([.last(answer), .last(answer)])
        let error = await #expect(throws: DeliveryError.self) { try await OutboundConnection().send(Self.request(server)) }
        #expect(error?.code == .interrupted)
        #expect(error?.isRetriable == true)
        #expect(error?.message.contains("secret") == false)
    }

    @Test("waits no longer than it may")
    func timeout() async throws {
        let server = try ScriptedServer([.silence(2)])
        let error = await #expect(throws: DeliveryError.self) {
            try await OutboundConnection().send(Self.request(server, timeout: .milliseconds(100)))
        }
        #expect(error?.code == .timedOut)
    }

    @Test("ends a request whose task is cancelled")
    func cancelled() async throws {
        let server = try ScriptedServer([.silence(5)])
        let task = Task { try await OutboundConnection().send(Self.request(server, timeout: .seconds(60))) }
        while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        let error = await #expect(throws: DeliveryError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }

    @Test(
        "says why there is no connection",
        arguments: [
            ("http://127.0.0.1:1/", DeliveryError.Code.unreachable), ("http://no.such.host.invalid/", .unreachable),
            ("ftp://127.0.0.1/", .invalidRequest), ("file:///etc/passwd", .invalidRequest),
        ])
    func noConnection(_ url: String, _ code: DeliveryError.Code) async {
        let error = await #expect(throws: DeliveryError.self) {
            try await OutboundConnection().send(OutboundRequest(url: url, timeout: .seconds(120)))
        }
        #expect(error?.code == code, "\(error?.message ?? "")")
    }

    @Test("sends no field that would end a line", arguments: ["a\r\nX: y", "a\nb", "a\u{0}"])
    func injection(_ value: String) async throws {
        let server = try ScriptedServer([.answer(Self.ok)])
        var request = Self.request(server)
        request.headers = [.init("Authorization", value)]
        let error = await #expect(throws: DeliveryError.self) { try await OutboundConnection().send(request) }
        #expect(error?.code == .invalidRequest)
        #expect(server.requests.isEmpty)
    }
}
#endif
