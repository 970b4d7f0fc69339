import AssetlogAccess
import AssetlogCore
import AssetlogHTTP
import AssetlogObservation
import Foundation
import Logging
import NIOCore
import Synchronization
import TestSupport
import Testing

/// Keeps the records of requests.
final class CapturedRequests: RequestSink {
    private let records = Mutex<[AccessRecord]>([])

    var all: [AccessRecord] { records.withLock { $0 } }

    func wants(status: Int) -> Bool { true }
    func answered(_ record: AccessRecord) { records.withLock { $0.append(record) } }
}

@Suite("The PROXY protocol of a server")
struct ProxyProtocolTests {
    private static let report = "POST /report_asset_materialization/a HTTP/1.1\r\nHost: localhost\r\n\r\n"
    private static let echo = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
    private static let line = "PROXY TCP4 1.2.3.4 127.0.0.1 4711 3000\r\n"

    /// A policy that trusts this machine, or only another one.
    private static func policy(trusting block: String, addressRate: RequestRate? = nil) throws -> AccessPolicy {
        AccessPolicy(trustedProxies: [try #require(AddressBlock(block))], addressRate: addressRate)
    }

    private static func refusals(_ metrics: RequestMetrics) -> [String: Int] {
        let registry = MetricsRegistry()
        metrics.register(in: registry)
        let lines = registry.render(.prometheusText).split(separator: "\n")
        return lines.reduce(into: [:]) { counts, line in
            guard let match = line.wholeMatch(of: /assetlog_proxy_headers_refused_total\{reason="([a-z]+)"\} (\d+)/),
                let count = Int(match.2), count > 0
            else { return }
            counts[String(match.1)] = count
        }
    }

    /// The headers that name 1.2.3.4, and one that names nobody.
    private static let headers: [(bytes: [UInt8], client: String)] = [
        (Array(line.utf8), "1.2.3.4"), (ProxyHeaderParserTests.headers[7].bytes, "1.2.3.4"),
        (Array("PROXY UNKNOWN\r\n".utf8), "127.0.0.1"), (ProxyHeaderParserTests.headers[11].bytes, "127.0.0.1"),
    ]

    @Test("gives each connection the address of its client, on both paths and however the bytes are cut", arguments: [1, 5, 1 << 20])
    func clients(pieceSize: Int) async throws {
        for header in Self.headers {
            let requests = CapturedRequests()
            try await ServerFixture.run(access: try Self.policy(trusting: "127.0.0.0/8"), takesProxyHeaders: true, sink: requests) {
                server in
                let bytes = header.bytes + Array((Self.report + Self.report.replacing("POST", with: "PUT") + Self.report).utf8)
                let answers = try await blocking {
                    let client = try server.client()
                    for start in stride(from: 0, to: bytes.count, by: pieceSize) {
                        client.send(Array(bytes[start..<min(start + pieceSize, bytes.count)]))
                    }
                    return (0..<3).map { _ in client.response()?.status }
                }
                #expect(answers == [200, 405, 200])
                #expect(try await server.events().count == 2)
            }
            #expect(requests.all.map(\.client) == [header.client, header.client, header.client])
        }
    }

    @Test("counts the rate of each client by itself, and closes no other")
    func rates() async throws {
        let policy = try Self.policy(trusting: "127.0.0.1", addressRate: RequestRate(perSecond: 1, burst: 2))
        try await ServerFixture.run(access: policy, takesProxyHeaders: true) { server in
            let statuses = try await blocking {
                try (1...3).map { host in
                    let client = try server.client()
                    client.send("PROXY TCP4 10.0.0.\(host) 127.0.0.1 1 2\r\n" + String(repeating: Self.report, count: 3))
                    return (0..<3).map { _ in client.response()?.status }
                }
            }
            #expect(statuses == Array(repeating: [200, 200, 429], count: 3))
        }
    }

    @Test("counts connections by the client's address, and gives them back")
    func connections() async throws {
        var limits = ServerLimits()
        limits.connectionsPerAddress = 2
        let metrics = HTTPServer.makeMetrics()
        try await ServerFixture.run(
            limits: limits, access: try Self.policy(trusting: "127.0.0.1"), takesProxyHeaders: true, metrics: metrics
        ) { server in
            try await blocking {
                func ask(_ address: String) throws -> (client: RawClient, status: Int?) {
                    let client = try server.client()
                    client.send("PROXY TCP4 \(address) 127.0.0.1 1 2\r\n" + Self.report)
                    return (client, client.response()?.status)
                }
                var held = [try ask("1.1.1.1"), try ask("1.1.1.1")]
                #expect(held.map(\.status) == [200, 200])
                #expect(try ask("1.1.1.1").status == nil)
                // The proxy's own address has no limit, and another client has one of its own.
                let others = [try ask("2.2.2.2"), try ask("2.2.2.2"), try ask("127.0.0.1"), try ask("127.0.0.1")]
                #expect(others.map(\.status) == [200, 200, 200, 200])
                held.removeFirst()
                var status: Int?
                for _ in 0..<50 where status == nil {
                    status = try ask("1.1.1.1").status
                    usleep(20_000)
                }
                #expect(status == 200)
            }
        }
        #expect(metrics.refusedByAddress.value >= 1)
    }

    @Test("believes X-Forwarded-For only where the header names a trusted proxy, or nobody")
    func chains() async throws {
        let requests = CapturedRequests()
        try await ServerFixture.run(
            access: try Self.policy(trusting: "127.0.0.0/8"), takesProxyHeaders: true, sink: requests
        ) { server in
            try await blocking {
                for header in [Self.line, "PROXY TCP4 127.0.0.9 127.0.0.1 1 2\r\n", "PROXY UNKNOWN\r\n"] {
                    let client = try server.client()
                    client.send(header + Self.report.replacing("\r\n\r\n", with: "\r\nX-Forwarded-For: 5.6.7.8\r\n\r\n"))
                    #expect(client.response()?.status == 200)
                }
            }
        }
        #expect(requests.all.map(\.client) == ["1.2.3.4", "5.6.7.8", "5.6.7.8"])
    }

    /// What a connection begins with, and why it is closed; nil: it is answered.
    struct Beginning: Sendable {
        var bytes: String
        var isTrusted: Bool
        var refusal: String?
    }

    @Test(
        "closes what breaks the rule without an answer, counts it, and says so once",
        arguments: [
            Beginning(bytes: line + report, isTrusted: false, refusal: "untrusted"),
            Beginning(bytes: "\r\n\r\n\0\r\nQUIT\n\u{20}\0\0\0" + report, isTrusted: false, refusal: "untrusted"),
            Beginning(bytes: "PROXY nonsense\r\n", isTrusted: false, refusal: "untrusted"),
            Beginning(bytes: report, isTrusted: false, refusal: nil), Beginning(bytes: echo, isTrusted: false, refusal: nil),
            Beginning(bytes: "\r\n" + echo, isTrusted: false, refusal: nil),
            Beginning(bytes: report, isTrusted: true, refusal: "missing"), Beginning(bytes: echo, isTrusted: true, refusal: "missing"),
            Beginning(bytes: "\u{16}\u{3}\u{1}", isTrusted: true, refusal: "missing"),
            Beginning(bytes: "PROXY nonsense\r\n" + report, isTrusted: true, refusal: "malformed"),
            Beginning(bytes: line + line + report, isTrusted: true, refusal: nil),
        ])
    func refusals(_ beginning: Beginning) async throws {
        let (metrics, messages) = (HTTPServer.makeMetrics(), CapturedLog())
        try await ServerFixture.run(
            access: try Self.policy(trusting: beginning.isTrusted ? "127.0.0.1" : "10.0.0.0/8"), takesProxyHeaders: true,
            metrics: metrics, logger: messages.logger
        ) { server in
            try await blocking {
                for _ in 0..<3 {
                    let client = try server.client()
                    client.send(beginning.bytes)
                    if beginning.refusal == nil { #expect(client.response() != nil) } else { #expect(client.isAtEnd()) }
                }
            }
            if beginning.refusal != nil { #expect(try await server.events().isEmpty) }
        }
        #expect(Self.refusals(metrics) == (beginning.refusal.map { [$0: 3] } ?? [:]))
        #expect(messages.count("PROXY header") == (beginning.refusal == nil ? 0 : 1), "\(messages.lines)")
    }

    @Test("closes a proxy that sends no header, or half of one, in time", arguments: ["", "PROXY TCP4 1.2", "\r\n\r\n"])
    func slow(_ beginning: String) async throws {
        var limits = ServerLimits()
        limits.headerTimeout = .seconds(1)
        let metrics = HTTPServer.makeMetrics()
        try await ServerFixture.run(
            limits: limits, access: try Self.policy(trusting: "127.0.0.1"), takesProxyHeaders: true, metrics: metrics
        ) { server in
            let isAtEnd = try await blocking {
                let client = try server.client()
                client.send(beginning)
                return client.isAtEnd()
            }
            #expect(isAtEnd)
        }
        #expect(Self.refusals(metrics) == ["timeout": 1])
    }

    @Test("does not count a proxy that only looks whether the port is open")
    func portCheck() async throws {
        let metrics = HTTPServer.makeMetrics()
        try await ServerFixture.run(access: try Self.policy(trusting: "127.0.0.1"), takesProxyHeaders: true, metrics: metrics) {
            server in
            try await blocking {
                for _ in 0..<5 { _ = try server.client() }
                let client = try server.client()
                client.finishSending()
                #expect(client.isAtEnd())
            }
        }
        #expect(Self.refusals(metrics) == [:])
    }

    @Test("takes no header where it is off")
    func off() async throws {
        let requests = CapturedRequests()
        try await ServerFixture.run(access: try Self.policy(trusting: "127.0.0.1"), sink: requests) { server in
            let statuses = try await blocking {
                try [Self.line + Self.report, Self.report].map { bytes in
                    let client = try server.client()
                    client.send(bytes)
                    return client.response()?.status
                }
            }
            #expect(statuses == [400, 200])
        }
        #expect(requests.all.map(\.client) == ["127.0.0.1", "127.0.0.1"])
    }
}
