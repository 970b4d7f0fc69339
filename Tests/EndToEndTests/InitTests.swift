import Foundation
import Testing

@Suite("assetlog init")
struct InitTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
    }

    private func content() throws -> [String: Data] {
        var content: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: workplace.url.path) {
            content[name] = FileManager.default.contents(atPath: workplace.url.appending(path: name).path)
        }
        return content
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("makes what a server on a public address needs, once")
    func firstMinute() throws {
        let first = try workplace.assetlog("init", "--host", "assets.example.com")
        #expect(first.status == 0, "\(first.errors)")
        let token = first.output.trimmingCharacters(in: .newlines)
        #expect(first.output.wholeMatch(of: /al_[0-9A-Za-z]+_[0-9A-Za-z]{43,}\n/) != nil)
        let (certificate, key) = (workplace.data + "/tls/certificate.pem", workplace.data + "/tls/key.pem")
        #expect(first.errors.contains("--tls-certificate \(certificate) --tls-key \(key)"))
        #expect(!first.errors.contains(token))
        #expect(try mode(key) == 0o600)
        #expect(try mode(certificate) == 0o644)

        let before = try content()
        let second = try workplace.assetlog("init")
        #expect(second.status == 0)
        #expect(second.output == "")
        #expect(second.errors.contains("there is already a valid token, admin"))
        #expect(try content() == before)

        // Beyond loopback, with both, and with nothing else said.
        let server = try ServerProcess(
            ["--listen", "0.0.0.0:0", "--tls-certificate", certificate, "--tls-key", key], in: workplace.url)
        let port = server.url.port ?? 0
        func ask(_ path: String, _ more: String..., host: String = "localhost") throws -> CommandResult {
            try run(
                "curl",
                [
                    "-sS", "--cacert", certificate, "-o", "/dev/null", "-w", "%{http_code}", "--connect-to",
                    "\(host):\(port):127.0.0.1:\(port)", "https://\(host):\(port)\(path)",
                ] + more)
        }
        #expect(try ask("/api/v1/events").output == "401")
        for path in ["/api/v1/events", "/metrics", "/server_info"] {
            #expect(try ask(path, "-H", "Authorization: Bearer \(token)").output == "200", "\(path)")
        }
        #expect(
            try ask("/report_asset_materialization/a", "-X", "POST", "-H", "Dagster-Cloud-Api-Token: \(token)").output == "200")
        #expect(try ask("/livez", host: "assets.example.com").output == "200")
        #expect(try ask("/livez", host: "other.example.com").status != 0)
        #expect(server.stop() == 0)
    }

    @Test("writes the token to a file that only its owner can read, and never over a valid token")
    func tokenFile() throws {
        let file = workplace.url.appending(path: "secrets/admin.token").path
        let first = try workplace.assetlog("init", "--token-file", file)
        #expect(first.status == 0 && first.output == "", "\(first.errors)")
        let token = try String(contentsOfFile: file, encoding: .utf8)
        #expect(token.wholeMatch(of: /al_[0-9A-Za-z]+_[0-9A-Za-z]{43,}\n/) != nil)
        #expect(try mode(file) == 0o600)
        #expect(try workplace.assetlog("init", "--token-file", file).status == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == token)
        // When nothing is valid any more, another one takes its place.
        #expect(try workplace.assetlog("token", "revoke", "admin").status == 0)
        #expect(try workplace.assetlog("init", "--token-file", file).status == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8) != token)
        #expect(try FileManager.default.contentsOfDirectory(atPath: workplace.url.path + "/secrets") == ["admin.token"])
    }

    @Test("follows a link to the file of the token, and never replaces a device")
    func tokenFileLink() throws {
        let (link, file) = (workplace.url.appending(path: "link").path, workplace.url.appending(path: "file").path)
        try Data().write(to: URL(filePath: file))
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "file")
        let fifo = workplace.url.appending(path: "fifo").path
        try #require(mkfifo(fifo, 0o600) == 0)
        let refused = try workplace.assetlog("init", "--token-file", fifo)
        #expect(refused.status == 1 && refused.errors.contains("is not a regular file"), "\(refused.errors)")
        #expect(try workplace.assetlog("init", "--token-file", link).status == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8).hasPrefix("al_"))
        #expect(try FileManager.default.attributesOfItem(atPath: link)[.type] as? FileAttributeType == .typeSymbolicLink)
    }

    @Test("makes the pair where the configuration names one, and touches no half of one")
    func configuredPair() throws {
        let (certificate, key) = (workplace.url.path + "/a/chain.pem", workplace.url.path + "/b/key.pem")
        let flags = ["init", "--data", workplace.data, "--tls-certificate", certificate, "--tls-key", key]
        let first = try run(ServerProcess.binary.path, flags)
        #expect(first.status == 0 && !first.errors.contains("--tls-certificate"), "\(first.errors)")
        #expect(!FileManager.default.fileExists(atPath: workplace.data + "/tls"))
        try FileManager.default.removeItem(atPath: certificate)
        let before = try content()
        let half = try run(ServerProcess.binary.path, flags)
        #expect(half.status == 1)
        #expect(half.errors.contains("\(key) exists, but \(certificate), which belongs to it, does not"), "\(half.errors)")
        #expect(try content() == before)
    }

    @Test("makes no token where one is configured, and says what to do where none can be kept")
    func otherSources() throws {
        let list = "[{name: ci, token: al_ci_\(String(repeating: "s", count: 43)), allow: [admin]}]"
        let configured = try workplace.assetlog("init", environment: ["ASSETLOG_AUTH_TOKENS": list])
        #expect(configured.status == 0 && configured.output == "", "\(configured.errors)")
        #expect(configured.errors.contains("there is already a valid token, ci"))
        let memory = try workplace.assetlog("init", "--set", "storage.type=memory")
        #expect(memory.status == 1 && memory.output == "")
        #expect(memory.errors.contains("ASSETLOG_AUTH_TOKENS"), "\(memory.errors)")
        let host = try assetlog("init", "--host", "a b", "--data", workplace.url.path + "/other")
        #expect(host.status == 1)
        #expect(host.errors.contains("\"a b\" is neither a host name nor an address"), "\(host.errors)")
    }
}

@Suite("assetlog health")
struct HealthTests {
    @Test("asks the server that is configured, over http and https", arguments: ["http", "https"])
    func alive(_ scheme: String) throws {
        let tls = scheme == "https" ? TestCertificate.arguments : []
        let server = try ServerProcess(
            ["--path-prefix", "/dagster", "--set", "auth.required=true", "--set", "server.shutdown_delay=15s"] + tls)
        let port = server.url.port ?? 0
        func health(_ arguments: String...) throws -> CommandResult {
            try run(ServerProcess.binary.path, ["health"] + arguments)
        }
        func configured(_ listen: String, _ more: String...) throws -> CommandResult {
            try run(ServerProcess.binary.path, ["health", "--listen", listen] + tls + more)
        }
        let alive = try configured("127.0.0.1:\(port)")
        #expect(alive.status == 0 && alive.output == "\(scheme)://127.0.0.1:\(port)/livez answers 200.\n", "\(alive)")
        #expect(try configured("0.0.0.0:\(port)", "--ready").status == 0)
        #expect(try health("--url", "\(scheme)://localhost:\(port)").status == 0)
        #expect(try health("--url", "\(scheme)://localhost:\(port)/dagster/").status == 0)
        let lost = try health("--url", "\(scheme)://127.0.0.1:\(port)/other")
        #expect(lost.status == 1 && lost.errors.contains("/other/livez answers"), "\(lost.errors)")
        let wrong = try health("--url", "\(scheme == "http" ? "https" : "http")://127.0.0.1:\(port)")
        #expect(wrong.status == 1 && wrong.output == "", "\(wrong)")

        kill(server.pid, SIGTERM)
        #expect(try AccessTests.becomes(1) { Int(try configured("127.0.0.1:\(port)", "--ready").status) })
        #expect(try configured("127.0.0.1:\(port)").status == 0)
        let unready = try configured("127.0.0.1:\(port)", "--ready")
        #expect(unready.status == 1 && unready.errors.contains("answers 503"), "\(unready)")
        #expect(server.waitUntilExit() == 0)
        let gone = try configured("127.0.0.1:\(port)")
        #expect(gone.status == 1 && gone.errors.contains("can't be reached: Connection refused"), "\(gone.errors)")
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("takes a server that asks for client certificates to be alive, and asks it nothing else")
    func clientCertificates() throws {
        let settings =
            TestCertificate.arguments + [
                "--set", "server.tls.client_certificates=required", "--set", "server.tls.client_ca=\(TestCertificate.files.certificate)",
            ]
        for version in ["1.2", "1.3"] {
            let server = try ServerProcess(settings + ["--set", "server.tls.minimum_version=\(version)"])
            let listen = ["--listen", "127.0.0.1:\(server.url.port ?? 0)"]
            let alive = try run(ServerProcess.binary.path, ["health"] + settings + listen)
            #expect(alive.status == 0 && alive.output.contains("requires a client certificate"), "\(alive)")
            #expect(try run(ServerProcess.binary.path, ["health", "--ready"] + settings + listen).status == 1)
            #expect(try run(ServerProcess.binary.path, ["health"] + TestCertificate.arguments + listen).status == 1)
            server.stop()
            try FileManager.default.removeItem(at: server.directory)
        }
    }

    @Test("gives up on a server that says nothing")
    func silent() throws {
        let script = """
            import socket, subprocess, sys
            s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
            for url in ["http", "https"]:
                r = subprocess.run([sys.argv[1], "health", "--url", f"{url}://127.0.0.1:{s.getsockname()[1]}"], capture_output=True, text=True)
                print(r.returncode, r.stderr)
            """
        let result = try run("python3", ["-c", script, ServerProcess.binary.path])
        let answers = result.output.split(separator: "\n")
        #expect(answers.count == 2)
        for answer in answers { #expect(answer.hasPrefix("1 ") && answer.contains("did not answer within 5 s"), "\(answer)") }
    }

    @Test("asks for what it needs to know")
    func unknown() throws {
        let port = try assetlog("health", "--listen", "127.0.0.1:0")
        #expect(port.status == 1 && port.errors.contains("name it with --url"))
        #expect(try assetlog("health", "--url", "localhost:3000").status == 64)
        #expect(try assetlog("health", "--listen", "x").status == 78)
    }
}
