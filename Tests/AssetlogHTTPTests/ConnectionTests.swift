import AssetlogAccess
import AssetlogHTTP
import Foundation
import Testing

private let offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"

private func report(_ fields: String, body: String? = nil, chunked: Bool = false) -> String {
    let head = "POST /report_asset_materialization/a HTTP/1.1\r\nHost: x\r\n\(fields)"
    guard let body else { return "\(head)\r\n" }
    let json = "\(head)Content-Type: application/json\r\n"
    guard chunked else { return "\(json)Content-Length: \(body.utf8.count)\r\n\r\n\(body)" }
    return "\(json)Transfer-Encoding: chunked\r\n\r\n\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
}

@Suite("A connection to the server")
struct ConnectionTests {
    /// Sends bytes on one connection and reads so many answers.
    private func answers(_ count: Int, to bytes: String, in chunks: Int = .max) async throws -> [RawClient.Response?] {
        try await ServerFixture.run { server in try await Self.answers(of: server, count, to: bytes, in: chunks) }
    }

    private static func answers(
        of server: ServerFixture, _ count: Int, to bytes: String, in size: Int = .max
    ) async throws -> [RawClient.Response?] {
        try await blocking {
            let client = try server.client()
            DispatchQueue(label: "sender").async {
                var remaining = Array(bytes.utf8)[...]
                while !remaining.isEmpty {
                    client.send(Array(remaining.prefix(size)))
                    remaining = remaining.dropFirst(min(size, remaining.count))
                }
            }
            return (0..<count).map { _ in client.response() }
        }
    }

    // MARK: Offers of other protocols

    @Test("continues after requests that offer another protocol, however the bytes are cut", arguments: [1, 7, 1000, 1 << 20])
    func ignoresOffers(pieceSize: Int) async throws {
        try await ServerFixture.run { server in
            let requests = [
                report(offer), report(offer, body: "{}"), report(offer, body: "{}", chunked: true), report(""),
                "GET /hello HTTP/1.1\r\nHost: x\r\n\(offer)\r\n", report(offer, body: "{}"),
                "POST /echo HTTP/1.1\r\nHost: x\r\n\(offer)Content-Length: 4\r\n\r\nbody", report(""),
                "PUT /report_asset_check/a HTTP/1.1\r\nHost: x\r\n\(offer)\r\n", report(offer), report(offer, body: "{}", chunked: true),
            ]
            let rounds = pieceSize == 1 ? 2 : 20
            let all = Array(repeating: requests.joined(), count: rounds).joined()
            let answers = try await Self.answers(of: server, rounds * requests.count, to: all, in: pieceSize)
            let expected = Array(repeating: [200, 200, 200, 200, 200, 200, 200, 200, 405, 200, 200], count: rounds).flatMap { $0 }
            #expect(answers.map { $0?.status } == expected)
            #expect(try await server.events().count == rounds * 8)
        }
    }

    @Test(
        "answers what ends HTTP on it, and closes",
        arguments: [
            ("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n\u{16}\u{3}\u{1}", 405),
            ("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\nContent-Length: 5\r\n\r\nhello", 405),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505), ("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
            ("GET /x HTTP/1.1\r\nHost: x\r\nConnection: x-upgrade\r\nUpgrade: y\r\n\r\n", 200), ("GET / \r\n\r\n", 400),
        ])
    func closesAfter(_ request: String, status: Int) async throws {
        try await ServerFixture.run { server in
            let (answer, isAtEnd) = try await blocking {
                let client = try server.client()
                client.send(request)
                return (client.response(), client.isAtEnd())
            }
            #expect(answer?.status == status)
            #expect(answer?.field("Connection") == "close")
            #expect(isAtEnd)
        }
    }

    // MARK: Hosts

    private static let missing = "The header Host is missing; HTTP/1.1 needs it."
    private static let notOne = "The header Host is not a host name or address with an optional port."
    private static let foreign = "The Host of this request is not a name of this server. Add it to server.hosts, or send a token."

    private static let hostCases: [(target: String, fields: String, status: Int, message: String?)] = [
        ("/", "", 400, missing), ("/", "Host: x\r\nHost: x\r\n", 400, "The header Host is there 2 times; send it once."),
        ("/", "Host: x, x\r\n", 400, notOne), ("/", "Host: x/y\r\n", 400, notOne), ("/", "Host: x:80\r\n", 200, nil),
        ("/", "Host: y\r\n", 403, foreign), ("http://x/", "Host: y\r\n", 200, nil), ("HTTP://X:80/", "Host: y\r\n", 200, nil),
        ("http://y/", "Host: x\r\n", 403, foreign), ("http://x/", "", 400, missing), ("https://x/", "Host: x\r\n", 200, nil),
        ("http:///", "Host: x\r\n", 400, "The request target has no host name or address with an optional port."),
        ("http://a@x/", "Host: x\r\n", 400, "The request target has no host name or address with an optional port."),
        ("ftp://x/", "Host: x\r\n", 400, "The request target is neither a path nor an address of http or https."),
    ]

    @Test("takes the host of an absolute target, and else one Host, on both paths", arguments: hostCases)
    func hosts(_ target: String, _ fields: String, status: Int, message: String?) async throws {
        try await ServerFixture.run { server in
            for more in ["", "TE: trailers\r\n"] {
                let request = "POST \(target)report_asset_materialization/a HTTP/1.1\r\n\(fields)\(more)\r\n"
                let answer = try await Self.answers(of: server, 1, to: request)[0]
                #expect(answer?.status == status, "\(request.debugDescription)")
                if let message { #expect(answer?.body == #"{"error":"\#(message)"}"#) }
            }
            #expect(try await server.events().count == (status == 200 ? 2 : 0))
        }
    }

    @Test(
        "gives the API the path and the host of an absolute target",
        arguments: [
            ("http://x", "/"), ("http://x/", "/"), ("http://x/hello?a=b", "/hello"), ("http://x?a=b", "/"), ("/http://y/", "/http://y/"),
        ])
    func absoluteTargets(_ target: String, path: String) async throws {
        let answer = try await answers(1, to: "GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")[0]
        #expect(answer?.body == "GET \(path) ")
    }

    // MARK: Expect: 100-continue

    @Test(
        "asks for a body that is held back only when it is read",
        arguments: [
            ("POST /echo HTTP/1.1", [100, 200]), ("POST /refused HTTP/1.1", [404]), ("POST /echo HTTP/1.0", [200]),
            ("POST /report_asset_check/a?check_name=c&passed=true HTTP/1.1", [100, 200]), ("PUT /report_asset_check/a HTTP/1.1", [405]),
            ("POST /report_asset_check/a?dry_run=true HTTP/1.1", [100, 200]),
        ])
    func waitsForBody(_ line: String, statuses: [Int]) async throws {
        try await ServerFixture.run { server in
            let found = try await blocking {
                let client = try server.client()
                client.send("\(line)\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n")
                var found: [Int?] = []
                if statuses.count == 2 { found.append(client.response()?.status) }
                if statuses.last == 200 { client.send("{}") }
                found.append(client.response()?.status)
                return found
            }
            #expect(found == statuses)
        }
    }

    @Test("asks for no body that has come already, and for none where there is none")
    func sendsNoNeedlessContinue() async throws {
        let waiting = "Host: x\r\nExpect: 100-continue\r\n"
        let requests =
            "GET /a HTTP/1.1\r\n\(waiting)\r\n" + "POST /b HTTP/1.1\r\n\(waiting)Content-Length: 1\r\n\r\nx"
            + "POST /c HTTP/1.1\r\n\(waiting)Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n" + report("")
        #expect(try await answers(4, to: requests).map { $0?.body } == ["GET /a ", "POST /b x", "POST /c x", "{}"])
    }
}
