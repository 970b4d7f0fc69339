import Foundation
import Testing

@Suite("assetlog serve")
struct LifeCycleTests {
    private func curl(_ arguments: String...) throws -> String {
        let result = try run("curl", ["-sS", "--max-time", "20"] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result.output
    }

    @Test("takes the documented examples as they are typed, and shows the events")
    func documentedExamples() throws {
        let server = try ServerProcess()
        let base = "localhost:\(server.url.port ?? 0)"
        #expect(try curl("-X", "POST", "\(base)/report_asset_materialization/my_asset") == "{}")
        #expect(try curl("-X", "POST", "\(base)/report_asset_check/my_asset?check_name=check_null_ids&passed=true") == "{}")
        #expect(try curl("-X", "POST", "\(base)/report_asset_observation/my_asset?data_version=1.2") == "{}")
        let page = try curl("\(base)/api/v1/events")
        for kind in ["materialization", "check", "observation"] { #expect(page.contains(#""kind":"\#(kind)""#)) }
        let latest = try curl(
            "-G", "\(base)/api/v1/events", "--data-urlencode", #"asset_key=["my_asset"]"#, "-d", "order=desc", "-d", "limit=1")
        #expect(latest.contains(#""data_version":"1.2""#))
        #expect(server.stop() == 0)
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("keeps acknowledged events over kill -9 and a restart")
    func survivesKill() throws {
        let first = try ServerProcess()
        let answer = try curl("-i", "-X", "POST", "\(first.url)/report_asset_materialization/a")
        let id = try #require(
            answer.split(separator: "\r\n").first { $0.lowercased().hasPrefix("assetlog-event-id:") }?
                .split(separator: " ").last.map(String.init))
        first.kill()
        let second = try ServerProcess(in: first.directory)
        #expect(try curl("\(second.url)/api/v1/events/\(id)").contains(id))
        #expect(second.stop() == 0)
        try FileManager.default.removeItem(at: first.directory)
    }

    @Test("refuses a second server on the same data, and says so")
    func refusesSecondServer() throws {
        let first = try ServerProcess()
        let error = #expect(throws: ServerProcess.StartFailure.self) { _ = try ServerProcess(in: first.directory) }
        #expect(error?.said.contains("data") == true, "\(error?.said ?? "")")
        #expect(error?.status != 0)
        // The first one does not mind.
        #expect(try curl("-X", "POST", "\(first.url)/report_asset_materialization/a") == "{}")
        first.stop()
        try FileManager.default.removeItem(at: first.directory)
    }

    @Test("backs up and verifies while it runs")
    func backsUp() throws {
        let server = try ServerProcess()
        for index in 0..<20 { _ = try curl("-X", "POST", "\(server.url)/report_asset_materialization/a\(index)") }
        let data = server.directory.appending(path: "data").path
        let copy = server.directory.appending(path: "restored/events.sqlite")
        try FileManager.default.createDirectory(at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
        let backup = try assetlog("backup", copy.path, "--data", data)
        #expect(backup.status == 0, "\(backup.errors)")
        let verify = try assetlog("verify", "--data", data)
        #expect(verify.status == 0, "\(verify.errors)\(verify.output)")
        server.stop()
        let restored = try assetlog("verify", "--data", copy.deletingLastPathComponent().path)
        #expect(restored.status == 0, "\(restored.errors)\(restored.output)")
        #expect((restored.output + restored.errors).contains("20"))
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("takes gzip'd reports and refuses other codings")
    func gzip() throws {
        let server = try ServerProcess()
        let file = server.directory.appending(path: "body.json.gz")
        try run("sh", ["-c", #"echo '{"metadata":{"rows":7}}' | gzip > '\#(file.path)'"#])
        let url = "\(server.url)/report_asset_materialization/zipped"
        let json = ["-H", "Content-Type: application/json"]
        func status(_ coding: String) throws -> String {
            try run(
                "curl",
                [
                    "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "-H", "Content-Encoding: \(coding)",
                    "--data-binary", "@\(file.path)", url,
                ] + json
            ).output
        }
        #expect(try status("gzip") == "200")
        #expect(try status("br") == "415")
        #expect(try status("gzip, gzip") == "400")
        #expect(try curl("\(server.url)/api/v1/events").contains(#""rows":{"type":"int","value":7}"#))
        server.stop()
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("serves https with the certificate it was given, and orderly ends")
    func https() throws {
        let server = try ServerProcess(TestCertificate.arguments)
        #expect(server.url.scheme == "https")
        let url = "https://localhost:\(server.url.port ?? 0)"
        let trust = ["--cacert", TestCertificate.files.certificate]
        #expect(try run("curl", ["-sS", "-X", "POST", "\(url)/report_asset_materialization/a"] + trust).output == "{}")
        #expect(try run("curl", ["-sS", "\(url)/api/v1/events"] + trust).output.contains(#""asset_key":["a"]"#))
        // Python raises on an end without close_notify.
        let script = """
            import socket, ssl, sys
            c = ssl.create_default_context(cafile=sys.argv[1])
            s = c.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[2]))), server_hostname="localhost", suppress_ragged_eofs=False)
            s.sendall(b"POST /report_asset_materialization/b HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n")
            data = b""
            while True:
                part = s.recv(4096)
                if not part: break
                data += part
            print(s.selected_alpn_protocol(), data.split(b"\\r\\n")[0].decode())
            """
        let orderly = try run("python3", ["-c", script, TestCertificate.files.certificate, "\(server.url.port ?? 0)"])
        #expect(orderly.output.contains("HTTP/1.1 200 OK"), "\(orderly.errors)")
        #expect(server.stop() == 0)
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("turns unready, still takes reports for the delay, and ends with 0 when it is told to stop")
    func stops() throws {
        let server = try ServerProcess(["--set", "server.shutdown_delay=10s"])
        #expect(try curl("-o", "/dev/null", "-w", "%{http_code}", "\(server.url)/readyz") == "200")
        kill(server.pid, SIGTERM)
        #expect(try AccessTests.becomes(503) { try AccessTests.status("GET", "/readyz", on: server) })
        #expect(try curl("-o", "/dev/null", "-w", "%{http_code}", "\(server.url)/livez") == "200")
        #expect(try curl("-X", "POST", "\(server.url)/report_asset_materialization/late") == "{}")
        #expect(server.waitUntilExit() == 0)
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("exports every event once, also over a kill")
    func exports() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try "exporters:\n  audit: { type: jsonlines, path: ./events.jsonl }\n"
            .write(to: directory.appending(path: "assetlog.yaml"), atomically: true, encoding: .utf8)
        let arguments = ["--config", directory.appending(path: "assetlog.yaml").path]
        let first = try ServerProcess(arguments, in: directory)
        for index in 0..<5 { _ = try curl("-X", "POST", "\(first.url)/report_asset_materialization/a\(index)") }
        first.kill()
        let second = try ServerProcess(arguments, in: directory)
        for index in 5..<10 { _ = try curl("-X", "POST", "\(second.url)/report_asset_materialization/a\(index)") }
        let file = directory.appending(path: "events.jsonl")
        let end = Date.now + 120
        var lines: [Substring] = []
        while lines.count < 10, Date.now < end {
            lines = ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n")
            usleep(50_000)
        }
        #expect(second.stop() == 0)
        let keys = lines.compactMap { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["asset_key"] as? [String]
        }
        #expect(keys == (0..<10).map { ["a\($0)"] })
        try FileManager.default.removeItem(at: directory)
    }

    @Test("refuses a misspelt key with the right one, in the file and as a flag")
    func misspelt() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let file = directory.appending(path: "assetlog.yaml")
        try "server:\n  lisen: 127.0.0.1:0\n".write(to: file, atomically: true, encoding: .utf8)
        let result = try assetlog("serve", "--config", file.path)
        #expect(result.status != 0)
        #expect(result.errors.contains("assetlog.yaml:2") && result.errors.contains("server.listen"), "\(result.errors)")
        #expect(try assetlog("check-config", "--config", file.path).status != 0)
        #expect(try assetlog("serve", "--lisen", "127.0.0.1:0").errors.contains("--listen"))
        try FileManager.default.removeItem(at: directory)
    }
}
