import Foundation
import Testing

/// A reverse proxy that the documents describe, started with the very text of `Docs/Proxy.md`.
private enum ProxyKind: String, CaseIterable, CustomTestStringConvertible {
    case nginx, haproxy, caddy, apache
    // Those that pass bytes on, with a PROXY header before them.
    case nginxStream, haproxyTCP

    /// Those that speak HTTP.
    static let http = [nginx, haproxy, caddy, apache]

    var testDescription: String { rawValue }
    private var executable: String {
        switch self {
        case .nginx, .nginxStream: "nginx"
        case .haproxy, .haproxyTCP: "haproxy"
        case .caddy: "caddy"
        case .apache: "apache2"
        }
    }
    private var blockLanguage: String {
        switch self {
        case .caddy: "caddyfile"
        case .apache: "apache"
        default: executable
        }
    }
    private var heading: String {
        switch self {
        case .nginx: "### nginx"
        case .haproxy: "### HAProxy"
        case .caddy: "### Caddy"
        case .apache: "### Apache"
        case .nginxStream, .haproxyTCP: "## The PROXY protocol"
        }
    }
    private static let streamModule = "/usr/lib/nginx/modules/ngx_stream_module.so"

    /// Where the proxy is installed, or nil; Debian keeps daemons outside of many users' `PATH`.
    var path: String? {
        ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"].map { "\($0)/\(executable)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
            .flatMap { self != .nginxStream || FileManager.default.fileExists(atPath: Self.streamModule) ? $0 : nil }
    }

    /// What differs from the document: the address, the name's port, and where the certificate is.
    func block(port: Int, server: Int, certificates: URL) throws -> String {
        let document = try String(contentsOf: ServerProcess.root.appending(path: "Docs/Proxy.md"), encoding: .utf8)
        let section = try #require(document.components(separatedBy: "\n\(heading)\n").dropFirst().first)
        let parts = section.components(separatedBy: "```\(blockLanguage)\n")
        let block = try #require(parts.count > 1 ? parts[1].components(separatedBy: "```")[0] : nil)
        var text = block.replacing("/etc/ssl/assets", with: certificates.path)
            .replacing("127.0.0.1:3000", with: "127.0.0.1:\(server)").replacing("10.0.0.9:3000", with: "127.0.0.1:\(server)")
        let replacements = [
            Self.nginx: ("listen 443", "listen 127.0.0.1:\(port)"), .nginxStream: ("listen 443", "listen 127.0.0.1:\(port)"),
            .haproxy: ("bind :443", "bind 127.0.0.1:\(port)"), .haproxyTCP: ("bind :443", "bind 127.0.0.1:\(port)"),
            .caddy: ("assets.example.com {", "assets.example.com:\(port) {"), .apache: ("*:443", "127.0.0.1:\(port)"),
        ]
        let (old, new) = try #require(replacements[self])
        #expect(text.contains(old) && text != block)
        text.replace(old, with: new)
        return text
    }

    /// Writes what an installation has around the block, and returns the command that runs the proxy in the foreground.
    func prepare(_ block: String, port: Int, in directory: URL) throws -> (arguments: [String], environment: [String: String]) {
        func write(_ text: String, _ name: String) throws -> String {
            let file = directory.appending(path: name)
            try text.write(to: file, atomically: true, encoding: .utf8)
            return file.path
        }
        switch self {
        case .nginx:
            let site = try write(block, "site.conf")
            let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(directory.path)/\($0);" }
            let main = try write(
                """
                daemon off;
                pid \(directory.path)/nginx.pid;
                events {}
                http { access_log off; \(paths.joined(separator: " ")) include \(site); }
                """, "nginx.conf")
            return (["-p", directory.path, "-c", main, "-e", "stderr"], [:])
        case .nginxStream:
            let main = try write(
                "daemon off;\npid \(directory.path)/nginx.pid;\nload_module \(Self.streamModule);\nevents {}\n\(block)", "nginx.conf")
            return (["-p", directory.path, "-c", main, "-e", "stderr"], [:])
        case .haproxy, .haproxyTCP:
            return (["-db", "-f", try write(block, "haproxy.cfg")], [:])
        case .caddy:
            // Global options come first; they only keep the test off the machine's own ports and directories.
            let options = "{\n\tadmin off\n\tauto_https disable_redirects\n\tdefault_bind 127.0.0.1\n}\n"
            let file = try write(options + block, "Caddyfile")
            let environment = ["HOME": directory.path, "XDG_DATA_HOME": directory.path, "XDG_CONFIG_HOME": directory.path]
            return (["run", "--config", file, "--adapter", "caddyfile"], environment)
        case .apache:
            return try prepareApache(block, port: port, in: directory)
        }
    }

    /// A copy of Debian's configuration in which the document's commands are run.
    private func prepareApache(
        _ block: String, port: Int, in directory: URL
    ) throws -> (arguments: [String], environment: [String: String]) {
        let configuration = directory.appending(path: "apache2").path
        #expect(try run("cp", ["-a", "/etc/apache2", configuration]).status == 0)
        try block.write(toFile: "\(configuration)/sites-available/assetlog.conf", atomically: true, encoding: .utf8)
        try "Listen 127.0.0.1:\(port)\n".write(toFile: "\(configuration)/ports.conf", atomically: true, encoding: .utf8)
        let environment = [
            "APACHE_CONFDIR": configuration, "APACHE_RUN_DIR": directory.path, "APACHE_LOCK_DIR": directory.path,
            "APACHE_LOG_DIR": directory.path, "APACHE_PID_FILE": "\(directory.path)/apache2.pid", "APACHE_RUN_USER": "www-data",
            "APACHE_RUN_GROUP": "www-data", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        ]
        let document = try String(contentsOf: ServerProcess.root.appending(path: "Docs/Proxy.md"), encoding: .utf8)
        let commands = try #require(document.components(separatedBy: "```bash\n").dropFirst().first).components(separatedBy: "```")[0]
        #expect(commands.contains("a2enmod"))
        let result = try run("bash", ["-euc", "a2dissite -q 000-default\n" + commands], environment: environment)
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        return (["-d", configuration, "-f", "\(configuration)/apache2.conf", "-DFOREGROUND"], environment)
    }
}

/// A running proxy; it ends with the test.
private final class ProxyProcess {
    let port: Int
    private let process = Process()
    private let log: URL

    init(_ kind: ProxyKind, server: Int, certificates: URL, in directory: URL) throws {
        port = try Self.freePort()
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let block = try kind.block(port: port, server: server, certificates: certificates)
        let (arguments, environment) = try kind.prepare(block, port: port, in: directory)
        log = directory.appending(path: "proxy.log")
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        // The threads of a test block most signals, SIGTERM among them, and Apache keeps the mask that it was started with.
        let unblock = "import os, signal, sys; signal.pthread_sigmask(signal.SIG_SETMASK, []); os.execv(sys.argv[1], sys.argv[1:])"
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", unblock, try #require(kind.path)] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    var said: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
    var isRunning: Bool { process.isRunning }

    deinit {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit(within: 300)
    }

    private static func freePort() throws -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 ? getsockname(socket, $0, &length) : -1
            }
        }
        try #require(status == 0)
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// A server with the document's configuration, and a proxy before it.
private final class ProxiedServer {
    let server: ServerProcess
    let proxy: ProxyProcess
    let token: String
    private let certificate: String
    private let prefix: String

    init(_ kind: ProxyKind) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-proxy-\(UUID().uuidString)")
        let data = directory.appending(path: "data")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        let document = try String(contentsOf: ServerProcess.root.appending(path: "Docs/Proxy.md"), encoding: .utf8)
        let isHTTP = ProxyKind.http.contains(kind)
        let settings = try #require(document.components(separatedBy: "```yaml\n").dropFirst(isHTTP ? 1 : 2).first)
            .components(separatedBy: "```")[0]
        let configuration = directory.appending(path: "assetlog.yaml")
        try settings.replacing("10.0.0.5", with: "127.0.0.1").write(to: configuration, atomically: true, encoding: .utf8)

        let made = try assetlog("init", "--data", data.path, "--host", "assets.example.com")
        try #require(made.status == 0, "\(made.errors)")
        prefix = isHTTP ? "/assetlog" : ""
        token = made.output.split(separator: "\n").joined()
        let pair = data.appending(path: "tls")
        certificate = pair.appending(path: "certificate.pem").path
        for (name, files) in [("chain.pem", ["certificate.pem"]), ("chain-and-key.pem", ["certificate.pem", "key.pem"])] {
            let text = try files.map { try String(contentsOf: pair.appending(path: $0), encoding: .utf8) }.joined()
            try text.write(to: pair.appending(path: name), atomically: true, encoding: .utf8)
        }
        server = try ServerProcess(
            ["--config", configuration.path, "--set", "log.access=\(directory.path)/access.log", "--set", "log.format=json"]
                + (isHTTP ? [] : ["--tls-certificate", certificate, "--tls-key", pair.appending(path: "key.pem").path]),
            in: directory)
        proxy = try ProxyProcess(
            kind, server: try #require(server.url.port), certificates: pair, in: directory.appending(path: "proxy"))
    }

    deinit {
        server.stop()
        try? FileManager.default.removeItem(at: server.directory)
    }

    /// Asks through the proxy, from an address of this machine that is no trusted proxy, and returns the answer with its head.
    func ask(_ path: String, _ arguments: String..., token: String? = nil) throws -> (status: Int, text: String) {
        let result = try run("curl", words(path, token ?? self.token) + arguments, environment: ["TEST_EXCHANGES": ""])
        // After interim answers (100) comes the one that counts.
        let status = result.output.matches(of: /(?m)^HTTP\/[0-9.]+ (\d{3})/).compactMap { Int($0.1) }.last
        return (status ?? 0, result.output + result.errors)
    }

    private func words(_ path: String, _ token: String) -> [String] {
        [
            "-sS", "-i", "-g", "--max-time", "60", "--interface", "127.0.0.2", "--cacert", certificate,
            "--resolve", "assets.example.com:\(proxy.port):127.0.0.1", "https://assets.example.com:\(proxy.port)\(path)",
        ] + (token.isEmpty ? [] : ["-H", "Authorization: Bearer \(token)"])
    }

    /// Asks for an answer that goes on, for at most a minute; what comes of it is in the file.
    func open(_ path: String, into file: URL) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["curl"] + words(path, token) + ["-N", "-o", file.path]
        process.environment = ProcessInfo.processInfo.environment.merging(["TEST_EXCHANGES": ""]) { $1 }
        try process.run()
        return process
    }

    /// Waits until the proxy answers for the server.
    func waitUntilReady() throws {
        let end = Date.now + 30
        var last = ""
        while Date.now < end {
            let answer = try ask("\(prefix)/readyz")
            if answer.status == 200 { return }
            last = answer.text
            try #require(proxy.isRunning, "\(proxy.said)")
            usleep(100_000)
        }
        Issue.record("The proxy does not answer: \(last)\n\(proxy.said)")
    }

    /// What the server logged of requests, as soon as there is a line for a path.
    func accessLine(of path: String) throws -> [String: Any] {
        let file = server.directory.appending(path: "access.log")
        let end = Date.now + 10
        while Date.now < end {
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            for line in lines {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
                if object["path"] as? String == path { return object }
            }
            usleep(20_000)
        }
        return [:]
    }
}

@Suite("Behind the proxies that the document configures")
struct ProxyConfigurationTests {
    /// Events of 9 MB together that do not shrink much, one on each line.
    private func bulk(of count: Int, asset: String) -> String {
        (0..<count).map { number in
            let text = (0..<180).map { _ in String(UInt64.random(in: 0...UInt64.max), radix: 16) }.joined()
            return #"{"kind":"materialization","asset_key":"\#(asset)","partition":"\#(number)","description":"\#(text)"}"# + "\n"
        }.joined()
    }

    private func json(_ answer: (status: Int, text: String)) throws -> [String: Any] {
        let body = try #require(answer.text.components(separatedBy: "\r\n\r\n").last)
        return try #require(JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any], "\(answer.text)")
    }

    @Test("a client reports and reads as without one", arguments: ProxyKind.http)
    fileprivate func clients(_ kind: ProxyKind) throws {
        guard kind.path != nil else { try Test.cancel("\(kind.rawValue) is not installed") }
        let proxied = try ProxiedServer(kind)
        try proxied.waitUntilReady()

        let report = try proxied.ask(
            "/assetlog/report_asset_materialization/warehouse/orders", "-H", "Content-Type: application/json",
            "-d", #"{"partition":"2026-11-22"}"#, "-H", "X-Forwarded-For: 203.0.113.9")
        #expect(report.status == 200 && report.text.lowercased().contains("assetlog-event-id: "), "\(report.text)")
        // The client's own header is not believed: its address is what the proxy saw.
        let line = try proxied.accessLine(of: "/assetlog/report_asset_materialization/warehouse/orders")
        #expect(line["client"] as? String == "127.0.0.2" && line["reporter"] as? String == "admin")

        // Paths and queries arrive as they were sent.
        for path in ["caf%C3%A9%20au/lait%2Fnoir", "a%25b", "plus+sign"] {
            #expect(try proxied.ask("/assetlog/report_asset_observation/\(path)", "-X", "POST").status == 200)
            #expect(try !proxied.accessLine(of: "/assetlog/report_asset_observation/\(path)").isEmpty, "\(path)")
        }
        let page = try proxied.ask("/assetlog/api/v1/events", "-G", "--data-urlencode", #"asset_key=["warehouse","orders"]"#)
        #expect(try (json(page)["events"] as? [Any])?.count == 1)
        // The page shows the address that people use.
        let shown = try proxied.ask("/assetlog/asset/warehouse/orders").text
        #expect(shown.contains("https://assets.example.com") && shown.contains("/assetlog/report_asset_materialization/warehouse/orders"))

        #expect(try proxied.ask("/assetlog/report_asset_materialization/a", "-X", "POST", token: "").status == 401)
        // What the proxy answers by itself is no success.
        let elsewhere = try proxied.ask("/report_asset_materialization/a", "-X", "POST")
        #expect((400...599).contains(elsewhere.status), "\(elsewhere.text)")
    }

    @Test("large bodies pass, in whatever form they are sent", arguments: ProxyKind.http)
    fileprivate func bulkBodies(_ kind: ProxyKind) throws {
        guard kind.path != nil else { try Test.cancel("\(kind.rawValue) is not installed") }
        let proxied = try ProxiedServer(kind)
        try proxied.waitUntilReady()
        let file = proxied.server.directory.appending(path: "bulk.ndjson")
        try bulk(of: 3_200, asset: "bulk").write(to: file, atomically: true, encoding: .utf8)
        #expect(try #require(try file.resourceValues(forKeys: [.fileSizeKey]).fileSize) > 8 << 20)
        #expect(try run("gzip", ["-k", file.path]).status == 0)
        let type = "Content-Type: application/x-ndjson"
        let answers = [
            try proxied.ask("/assetlog/api/v1/events", "-H", type, "--data-binary", "@\(file.path)"),
            try proxied.ask("/assetlog/api/v1/events", "-H", type, "-T", file.path, "-X", "POST", "-H", "Transfer-Encoding: chunked"),
            try proxied.ask(
                "/assetlog/api/v1/events", "-H", type, "-H", "Content-Encoding: gzip", "--data-binary", "@\(file.path).gz"),
        ]
        for answer in answers {
            #expect(answer.status == 200, "\(answer.text.prefix(2000))")
            #expect(try json(answer)["recorded"] as? Int == 3_200)
        }
    }

    @Test("a stream shows an event while it is open, not at its end", arguments: ProxyKind.http)
    fileprivate func streams(_ kind: ProxyKind) throws {
        guard kind.path != nil else { try Test.cancel("\(kind.rawValue) is not installed") }
        let proxied = try ProxiedServer(kind)
        try proxied.waitUntilReady()
        let output = proxied.server.directory.appending(path: "stream.txt")
        try Data().write(to: output)
        func waits(for text: String) throws -> Bool {
            let end = Date.now + 30
            while Date.now < end {
                if try String(contentsOf: output, encoding: .utf8).contains(text) { return true }
                usleep(20_000)
            }
            return false
        }
        let reader = try proxied.open("/assetlog/api/v1/events/stream", into: output)
        defer { reader.terminate() }
        #expect(try waits(for: "retry: 2000\nid: 0\n\n"))
        for number in 1...3 {
            #expect(try proxied.ask("/assetlog/report_asset_observation/streamed", "-X", "POST").status == 200)
            // The stream is open for a minute, and the event is there within half of that.
            #expect(try waits(for: "id: \(number)\nevent: event\n"), "\(kind.rawValue) holds events back")
        }
        #expect(reader.isRunning)
    }

    @Test("connections to the server are kept and used again", arguments: ProxyKind.http)
    fileprivate func keepAlive(_ kind: ProxyKind) throws {
        guard kind.path != nil else { try Test.cancel("\(kind.rawValue) is not installed") }
        let proxied = try ProxiedServer(kind)
        try proxied.waitUntilReady()
        for number in 0..<5 {
            #expect(try proxied.ask("/assetlog/report_asset_observation/kept_\(number)", "-X", "POST").status == 200)
        }
        // The request's own connection is one; what is open besides is the proxy's, which has nothing to send.
        let metrics = try run(
            "curl", ["-sS", "\(proxied.server.url)/metrics", "-H", "Authorization: Bearer \(proxied.token)"],
            environment: ["TEST_EXCHANGES": ""])
        let open = metrics.output.firstMatch(of: /(?m)^assetlog_http_connections (\d+)/).flatMap { Int($0.1) }
        #expect(try #require(open, "\(metrics.output)") >= 2)
    }

    @Test("the PROXY header names the client to a server that serves TLS itself", arguments: [ProxyKind.haproxyTCP, .nginxStream])
    fileprivate func proxyProtocol(_ kind: ProxyKind) throws {
        guard kind.path != nil else { try Test.cancel("\(kind.rawValue) is not installed") }
        let proxied = try ProxiedServer(kind)
        try proxied.waitUntilReady()
        #expect(try proxied.ask("/report_asset_materialization/a", "-X", "POST").status == 200)
        let line = try proxied.accessLine(of: "/report_asset_materialization/a")
        #expect(line["client"] as? String == "127.0.0.2")
        #expect((line["tls"] as? String)?.hasPrefix("TLS") == true)
    }
}
