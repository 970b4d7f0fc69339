import Foundation
import Testing

/// What stands between a client and the server, and what the server is told by it.
@Suite("Behind a proxy")
struct ProxyTests {
    private static let hasHAProxy = (try? run("haproxy", ["-v"]).status) == 0
    private static let report = "/report_asset_materialization/a"

    private func server(_ arguments: [String]) throws -> ServerProcess {
        try ServerProcess(
            ["--set", "log.access=./access.log", "--set", "log.format=json"] + arguments)
    }

    private func clients(_ server: ServerProcess) throws -> [String] {
        try String(contentsOf: server.directory.appending(path: "access.log"), encoding: .utf8).split(separator: "\n")
            .compactMap { line in
                (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["client"] as? String
            }
    }

    private func ask(_ url: String, _ arguments: String...) throws -> CommandResult {
        try run(
            "curl",
            [
                "-sS", "--max-time", "20", "--cacert", TestCertificate.files.certificate, "-o", "/dev/null", "-w", "%{http_code}", "-X",
                "POST", url,
            ]
                + arguments)
    }

    @Test("believes the addresses that trusted proxies write, in every form, on both paths")
    func forwarded() throws {
        let server = try server(["--set", "server.trusted_proxies=127.0.0.1"])
        defer { server.stop() }
        let url = "http://127.0.0.1:\(server.url.port ?? 0)\(Self.report)"
        let forms = [
            ("X-Forwarded-For: 203.0.113.7:4711", "203.0.113.7"), ("X-Forwarded-For: 6.6.6.6, [2001:db8::7]:443", "2001:db8::7"),
            ("Forwarded: for=\"203.0.113.8:1\";proto=https", "203.0.113.8"), ("Forwarded: for=unknown", "127.0.0.1"),
            ("X-Forwarded-For: \(String(repeating: "6.6.6.6, ", count: 700))203.0.113.9", "203.0.113.9"),
            ("X-Forwarded-For: \(String(repeating: "6.6.6.6, ", count: 7000))203.0.113.10", "203.0.113.10"),
        ]
        for (field, _) in forms {
            #expect(try ask(url, "-H", field).output == "200")
            let chunked = try ask(url, "-H", field, "-H", "Transfer-Encoding: chunked", "-H", "Content-Type: application/json", "-d", "{}")
            #expect(chunked.output == "200")
        }
        // A stranger is believed nothing.
        #expect(try ask(url, "--interface", "127.0.0.5", "-H", forms[0].0, "-H", forms[2].0).output == "200")
        #expect(server.stop() == 0)
        #expect(try clients(server) == forms.flatMap { [$0.1, $0.1] } + ["127.0.0.5"])
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("takes the PROXY header of curl before HTTP and TLS, from trusted addresses only", arguments: [false, true])
    func curlHeader(isSecure: Bool) throws {
        let server = try server(
            ["--set", "server.trusted_proxies=127.0.0.5", "--set", "server.proxy_protocol=true"]
                + (isSecure ? TestCertificate.arguments : []))
        defer { server.stop() }
        let url = "\(isSecure ? "https" : "http")://127.0.0.1:\(server.url.port ?? 0)\(Self.report)"
        #expect(try ask(url, "--interface", "127.0.0.5", "--haproxy-protocol").output == "200")
        #expect(try ask(url).output == "200")
        for arguments in [["--haproxy-protocol"], ["--interface", "127.0.0.5"]] {
            let refused = try run("curl", ["-sS", "--max-time", "20", "-k", "-X", "POST", url] + arguments)
            #expect(refused.status != 0 && refused.output.isEmpty, "\(refused)")
        }
        // The server's own probe is no proxy, and has an address that need not send the header.
        let health = try assetlog("health", "--url", "\(isSecure ? "https" : "http")://127.0.0.1:\(server.url.port ?? 0)")
        #expect(health.status == 0, "\(health.errors)")
        let trust = isSecure ? ["--cacert", TestCertificate.files.certificate] : []
        let metrics = try run("curl", ["-sS", "\(isSecure ? "https" : "http")://localhost:\(server.url.port ?? 0)/metrics", "-4"] + trust)
            .output
        for reason in ["untrusted", "missing"] {
            #expect(metrics.contains("assetlog_proxy_headers_refused_total{reason=\"\(reason)\"} 1"), "\(metrics)")
        }
        #expect(server.stop() == 0)
        // curl names the address that it has itself.
        #expect(try clients(server).filter { $0 == "127.0.0.5" }.count == 1)
        #expect(server.said.matches(of: /PROXY header/).count == 2, "\(server.said)")
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("is alive for its own probe, also where this machine is a trusted proxy")
    func probe() throws {
        let listener = try server([])
        let port = listener.url.port ?? 0
        #expect(listener.stop() == 0)
        let settings = ["--set", "server.trusted_proxies=127.0.0.0/8", "--set", "server.proxy_protocol=true"]
        // Its port must be known to the command, so it is one that was free a moment ago.
        let server = try server(settings + ["--listen", "127.0.0.1:\(port)"])
        defer { server.stop() }
        let health = try run(ServerProcess.binary.path, ["health", "--ready", "--listen", "127.0.0.1:\(port)"] + settings)
        #expect(health.status == 0, "\(health.errors)")
        #expect(try run(ServerProcess.binary.path, ["health", "--listen", "127.0.0.1:\(port)"]).status == 1)
    }

    @Test("hears from HAProxy who asks, in both versions, through plain TCP and TLS", .enabled(if: hasHAProxy, "haproxy is not installed"))
    func haproxy() throws {
        let plain = try server(["--set", "server.trusted_proxies=127.0.0.1", "--set", "server.proxy_protocol=true"])
        let secure = try server(
            ["--set", "server.trusted_proxies=127.0.0.1", "--set", "server.proxy_protocol=true"] + TestCertificate.arguments)
        defer { for server in [plain, secure] { server.stop() } }
        let file = plain.directory.appending(path: "haproxy.cfg")
        let ports = try freePorts(4)
        let sections = [(plain, "send-proxy"), (plain, "send-proxy-v2"), (secure, "send-proxy"), (secure, "send-proxy-v2")]
        let listeners = zip(sections, ports).map { section, port in
            """
            listen l\(port)
                bind 127.0.0.1:\(port)
                server s 127.0.0.1:\(section.0.url.port ?? 0) source 127.0.0.1 \(section.1) check inter 200ms
            """
        }
        try """
        defaults
            mode tcp
            timeout connect 5s
            timeout client 20s
            timeout server 20s
        \(listeners.joined(separator: "\n"))

        """.write(to: file, atomically: true, encoding: .utf8)
        let haproxy = Process()
        haproxy.executableURL = URL(filePath: "/usr/bin/env")
        haproxy.arguments = ["haproxy", "-db", "-f", file.path]
        haproxy.standardError = FileHandle.nullDevice
        haproxy.standardOutput = FileHandle.nullDevice
        try haproxy.run()
        defer {
            haproxy.terminate()
            haproxy.waitUntilExit(within: 300)
        }
        for (index, port) in ports.enumerated() {
            let url = "\(index < 2 ? "http" : "https")://127.0.0.1:\(port)\(Self.report)"
            let end = Date.now + 20
            var status = ""
            while status != "200", Date.now < end {
                status = try ask(url, "--interface", "127.0.0.\(20 + index)").output
                usleep(50_000)
            }
            #expect(status == "200", "\(sections[index].1)")
        }
        for server in [plain, secure] { #expect(server.stop() == 0) }
        #expect(try Set(clients(plain)) == ["127.0.0.20", "127.0.0.21"])
        #expect(try Set(clients(secure)) == ["127.0.0.22", "127.0.0.23"])
        // Its own checks of the port are no mistakes.
        for server in [plain, secure] {
            #expect(!server.said.contains("PROXY header"), "\(server.said)")
            try FileManager.default.removeItem(at: server.directory)
        }
    }

    private func freePorts(_ count: Int) throws -> [Int] {
        let script = """
            import socket
            sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(\(count))]
            print(*[one.getsockname()[1] for one in sockets])
            """
        return try run("python3", ["-c", script]).output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    }

    @Test("compresses large answers where a client or a proxy asks for that, for HTTP/1.0 too")
    func compression() throws {
        let server = try ServerProcess()
        defer {
            server.stop()
            try? FileManager.default.removeItem(at: server.directory)
        }
        let base = "http://127.0.0.1:\(server.url.port ?? 0)"
        let lines = String(repeating: #"{"kind":"observation","asset_key":"a","metadata":{"rows":10}}"# + "\n", count: 1000)
        let file = server.directory.appending(path: "lines")
        try Data(lines.utf8).write(to: file)
        try run("curl", ["-sSf", "-H", "Content-Type: application/x-ndjson", "--data-binary", "@\(file.path)", "\(base)/api/v1/events"])
        func get(_ path: String, _ arguments: String...) throws -> (head: String, body: String) {
            let output = try run("curl", ["-sS", "-i", "--max-time", "20", base + path] + arguments).output
            let end = try #require(output.firstRange(of: "\r\n\r\n"), "\(output)")
            return (String(output[..<end.lowerBound]).lowercased(), String(output[end.upperBound...]))
        }
        let plain = try get("/api/v1/events?limit=1000")
        #expect(plain.body.utf8.count > 300_000)
        for version in ["--http1.1", "--http1.0"] {
            let compressed = try get("/api/v1/events?limit=1000", "--compressed", version)
            #expect(compressed.head.contains("content-encoding: gzip"))
            #expect(compressed.head.contains("vary: accept-encoding"))
            #expect(!compressed.head.contains("transfer-encoding"))
            let length = try #require(compressed.head.firstMatch(of: /content-length: (\d+)/).flatMap { Int($0.1) })
            #expect(length * 8 < plain.body.utf8.count, "\(length)")
            #expect(compressed.body == plain.body)
        }
        for path in ["/api/v1/openapi.json", "/", "/metrics"] {
            #expect(try get(path, "-H", "Accept-Encoding: gzip", "-I").head.contains("content-encoding: gzip"), "\(path)")
            #expect(!(try get(path, "-I").head.contains("content-encoding")), "\(path)")
        }
        // Both on one connection, one after the other.
        let both = try run(
            "curl", ["-sS", "--compressed", "\(base)/api/v1/openapi.json", "\(base)/livez", "\(base)/api/v1/openapi.json", "\(base)/livez"])
        #expect(both.output.hasSuffix("}ok\n") && both.errors.isEmpty)
    }
}
