#if Delivery
import AssetlogCore
import AssetlogDelivery
import AssetlogGzip
import Foundation
import ScriptedServer
import Testing

@Suite("A destination over HTTP")
struct HTTPDestinationTests {
    private static let keys = HTTPDestination.Keys(url: "Where to.")

    static func destination(_ values: [String: [String]], at url: String = "https://example.com/events") throws -> HTTPDestination {
        let configuration = try PluginConfiguration(
            section: "exporters.x", keys: [keys.url] + keys.connection, values: ["url": [url]].merging(values) { $1 }, directory: "/etc",
            dataDirectory: "/data")
        return try HTTPDestination(configuration, keys)
    }

    @Test("makes requests with what is configured, and appends a path to its URL")
    func request() throws {
        let destination = try Self.destination(
            [
                "headers": ["X-Team: data", "Authorization:Bearer  hunter2 "], "ca_file": ["ca.pem"], "client_certificate_file": ["/c.pem"],
                "proxy": ["http://proxy:3128"], "timeout": ["5s"], "connect_timeout": ["1s"],
            ], at: "https://example.com/base/?v=1")
        let request = destination.request(path: "/api/x", headers: [.init("Content-Type", "a/b")], body: [1])
        #expect(request.url == "https://example.com/base/api/x?v=1")
        #expect(
            request.headers.map { "\($0.name)=\($0.value.revealed)" } == [
                "Content-Type=a/b", "X-Team=data", "Authorization=Bearer  hunter2",
            ])
        #expect(request.caFile == "/etc/ca.pem")
        #expect(request.clientCertificateFile == "/c.pem")
        #expect(request.proxy == Secret("http://proxy:3128"))
        #expect(request.timeout == .seconds(5))
        #expect(request.connectTimeout == .seconds(1))
        #expect(!request.refusesPrivateAddresses)
        #expect(destination.origin == "https://example.com")
    }

    @Test(
        "appends a path before the query",
        arguments: [
            ("https://h", "", "https://h"), ("https://h", "/a", "https://h/a"), ("https://h/", "/a", "https://h/a"),
            ("https://h/b/", "/a", "https://h/b/a"), ("https://h/b?c=/d", "/a", "https://h/b/a?c=/d"),
        ])
    func path(_ url: String, _ path: String, _ expected: String) throws {
        #expect(try Self.destination([:], at: url).request(path: path).url == expected)
    }

    @Test(
        "refuses a mistake with the key and what to do",
        arguments: [
            (["url": "example.com"], "url must be a URL of http or https"), (["url": "ftp://h/"], "url must be a URL"),
            (["url": "https://h/ x"], "url must be a URL"), (["url": "https://h/#x"], "url must be a URL"),
            (["url": "https://"], "url must be a URL"),
            (["headers": "nothing"], "headers has a line that must have the form \"Name: value\""),
            (["headers": "A B: x"], "headers has a line that must begin with the name of a header"),
            (["headers": "X:"], "headers has a line that has no value for the header X"),
            (["headers": "X: a\u{1}hunter2"], "headers has a line that has no value for the header X, or one with a control"),
            (["headers": "content-LENGTH: 5"], "which is set by itself"),
            (["proxy": "proxy:3128"], "proxy must be a URL of http, https, socks4"),
            (["timeout": "1ms"], "timeout must be from 100ms"), (["connect_timeout": "700s"], "connect_timeout must be from 100ms to 10m"),
            (["client_key_file": "k"], "client_key_file needs client_certificate_file"),
            (["url": "http://h", "ca_file": "c"], "ca_file is of no use with a URL of http"),
            (["url": "http://h", "client_certificate_file": "c"], "client_certificate_file is of no use"),
        ])
    func mistakes(_ values: [String: String], _ message: String) {
        #expect {
            try Self.destination(values.mapValues { [$0] })
        } throws: {
            "\($0)".hasPrefix("exporters.x.\(message)") && !"\($0)".contains("hunter2") || "\($0)".contains(message)
        }
    }

    @Test(
        "knows an address in its URL that is not of the public Internet",
        arguments: [
            ("http://127.1/x", "the loopback address 127.0.0.1"), ("http://[fd00::1]/", "the unique local address fd00::1"),
            ("http://8.8.8.8/", nil), ("http://localhost/", nil),
        ])
    func privateAddress(_ url: String, _ address: String?) throws {
        #expect(try Self.destination([:], at: url).privateAddress == address)
    }

    @Test("shows a request without secrets")
    func text() throws {
        let destination = try Self.destination(
            ["headers": ["Authorization: Bearer hunter2"]], at: "https://u:hunter2@h/services/T000/hunter2hunter2hunter2?k=hunter2")
        let request = destination.request(headers: [.init("Content-Type", "text/plain")], body: Array("hello".utf8))
        #expect(
            destination.text(of: request)
                == "POST https://h/services/T000/<redacted>?<redacted>\nContent-Type: text/plain\nAuthorization: <redacted>\n\nhello")
        #expect(!"\(destination)".contains("hunter2"))
        var answer = OutboundAnswer(status: 400)
        answer.body = Array("Bearer hunter2 hunter2 /services/T000/hunter2hunter2hunter2?k=hunter2".utf8)
        guard case .rejected(let failure) = destination.result(of: answer) else { return #expect(Bool(false)) }
        #expect(!failure.answer.contains("hunter2"))
    }

    @Test("reads more headers from a file, and says which line is wrong without its value")
    func headersFile() async throws {
        let file = NSTemporaryDirectory() + "headers-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let destination = try Self.destination(["headers": ["A: 1"], "headers_file": [file]])
        #expect(destination.problemsOfFiles().count == 1)
        await #expect(throws: ExportError.self) { try await destination.opened() }
        try "# secrets\n\nAuthorization: Bearer hunter2\r\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(destination.problemsOfFiles() == [])
        #expect(try await destination.opened().request().headers.map(\.value.revealed) == ["1", "Bearer hunter2"])
        try "Authorization hunter2\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(destination.problemsOfFiles() == ["Line 1 of \(file) must have the form \"Name: value\"."])
    }

    @Test("names each file that can't be read")
    func files() throws {
        let destination = try Self.destination(["ca_file": ["/no/a"], "client_certificate_file": ["/no/b"], "client_key_file": ["/no/c"]])
        #expect(destination.problemsOfFiles().map { String($0.prefix(5)) } == ["/no/a", "/no/b", "/no/c"])
    }

    @Test("compresses a body that is worth it", .enabled(if: OutboundRequest.canCompress))
    func compression() throws {
        var request = OutboundRequest(url: "http://h", body: Array("small".utf8))
        try request.compress()
        #expect(request.headers.isEmpty)
        let body = Array(String(repeating: "abcdefgh", count: 1000).utf8)
        request.body = body
        try request.compress()
        #expect(request.headers.map { "\($0.name): \($0.value.revealed)" } == ["Content-Encoding: gzip"])
        #expect(request.body.count < 200)
        let decoder = try #require(try ContentDecoder(contentEncoding: "gzip"))
        var decoded: [UInt8] = []
        try request.body.withUnsafeBytes { try decoder.decode($0, into: &decoded) }
        try decoder.finish()
        #expect(decoded == body)
    }

    @Test("sends over as many connections as there are requests at once, and uses each again")
    func pool() async throws {
        let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        let server = try ScriptedServer(Array(repeating: .answer(ok), count: 5))
        let pool = ConnectionPool()
        for _ in 1...5 { #expect(try await pool.send(OutboundRequest(url: "http://127.0.0.1:\(server.port)/")).status == 200) }
        #expect(server.connections == 1)
        pool.close()
        pool.close()
        let error = await #expect(throws: DeliveryError.self) {
            try await pool.send(OutboundRequest(url: "http://127.0.0.1:\(server.port)/"))
        }
        #expect(error?.code == .cancelled)
    }
}
#endif
