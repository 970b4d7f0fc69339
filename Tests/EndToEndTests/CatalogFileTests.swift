import Foundation
import Testing

/// The catalog's file beside a server: `assetlog catalog`, kills, and what the operator sees.
@Suite("The catalog's file of a server")
struct CatalogFileTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
    private var data: String { directory.appending(path: "data").path }
    private var file: String { "\(data)/catalog.sqlite" }

    private func get(_ path: String, _ server: ServerProcess) throws -> String {
        try run("curl", ["-sS", "--noproxy", "*", "\(server.url.absoluteString)\(path)"]).output
    }

    /// Reports events in one request; returns the last sequence of the log.
    @discardableResult
    private func report(_ count: Int, to server: ServerProcess) throws -> Int {
        let lines = (0..<count).map { index in
            #"{"kind":"materialization","asset_key":["t\#(index % 7)"],"partition":"p\#(index % 50)","metadata":{"rows":\#(index)}}"# + "\n"
        }
        let body = directory.appending(path: "body-\(UUID().uuidString)")
        try Data(lines.joined().utf8).write(to: body)
        let answer = try run(
            "curl",
            [
                "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/x-ndjson", "-H", "Expect:",
                "--noproxy", "*", "--data-binary", "@\(body.path)", "\(server.url.absoluteString)/api/v1/events",
            ])
        #expect(answer.output == "200", "\(answer)")
        return try head(server)
    }

    /// The last sequence of the log.
    private func head(_ server: ServerProcess) throws -> Int {
        let line = try get("/metrics", server).split(separator: "\n").first { $0.hasPrefix("assetlog_log_head_sequence ") }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    /// The number of events that the catalog counts, once it contains all of the log.
    private func counted(_ server: ServerProcess) throws -> Int {
        let head = try head(server)
        return try (0..<7).reduce(0) { sum, index in
            let text = try get("/api/v1/asset?asset=t\(index)&min_sequence=\(head)&wait=60", server)
            let asset = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            return sum + ((asset?["counts"] as? [String: Int])?["materialization"] ?? 0)
        }
    }

    @Test("catches up after every kill, and does not differ from the log")
    func outlivesKills() throws {
        var total = 0
        for _ in 0..<3 {
            let server = try ServerProcess(in: directory)
            total = try report(700, to: server)
            #expect(try counted(server) == total)
            server.kill()
        }
        let server = try ServerProcess(in: directory)
        #expect(try counted(server) == total)
        #expect(server.stop() == 0)
        let result = try assetlog("catalog", "verify", "--data", data)
        #expect(result.status == 0, "\(result)")
        #expect(result.output == "7 assets compared with the log up to sequence \(total), no differences found.\n")
    }

    @Test("is made again beside a running server by assetlog catalog rebuild, and compared by verify")
    func isRebuilt() throws {
        let server = try ServerProcess(in: directory)
        let total = try report(70, to: server)
        #expect(try counted(server) == total)
        let rebuild = try assetlog("catalog", "rebuild", "--data", data)
        #expect(rebuild.output == "\(file) was removed; the server makes it again from the log.\n", "\(rebuild)")
        let end = Date.now + 180
        while try !get("/metrics", server).contains("assetlog_catalog_rebuilds_total 1"), Date.now < end { usleep(50_000) }
        #expect(try counted(server) == total)
        #expect(try get("/readyz?verbose", server).contains("[+] catalog: follows the log"))
        #expect(try assetlog("catalog", "verify", "--data", data).status == 0)
        #expect(server.stop() == 0)
    }

    @Test("is reported by verify where it differs from the log")
    func differs() throws {
        let server = try ServerProcess(in: directory)
        let total = try report(70, to: server)
        #expect(try counted(server) == total)
        #expect(server.stop() == 0)
        let script =
            "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute('DELETE FROM partitions WHERE asset = 1')\nc.commit()"
        #expect(try run("python3", ["-c", script, file]).status == 0)
        let result = try assetlog("catalog", "verify", "--data", data)
        #expect(result.status == 2)
        #expect(result.output.contains(#"["t0"] of default: partition "p0" is missing"#), "\(result)")
        #expect(result.errors.contains("make it again with `assetlog catalog rebuild`"))
    }

    @Test("is no reason not to take reports: where it can't be made, the operator gets a message and a warning")
    func canNotBeMade() throws {
        let nowhere = "/proc/nowhere/catalog.sqlite"
        let server = try ServerProcess(["--set", "catalog.path=\(nowhere)"], in: directory)
        try report(10, to: server)
        let end = Date.now + 180
        while try !get("/readyz?verbose", server).contains("[!] catalog: has failed"), Date.now < end { usleep(50_000) }
        #expect(try get("/readyz?verbose", server).hasSuffix("ready\n"))
        #expect(server.said.contains("The catalog stopped following the log; it is tried again."))
        #expect(try get("/api/v1/assets", server).contains("catalog"))
        #expect(server.stop() == 0)
    }

    @Test("is not made where it is turned off")
    func isTurnedOff() throws {
        let server = try ServerProcess(["--set", "catalog.enabled=false"], in: directory)
        try report(10, to: server)
        #expect(try !get("/metrics", server).contains("assetlog_catalog"))
        #expect(server.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: file))
        let result = try run(
            ServerProcess.binary.path, ["catalog", "verify", "--data", data], environment: ["ASSETLOG_CATALOG_ENABLED": "false"])
        #expect(result.status == 1)
        #expect(result.errors.contains("this server keeps no catalog; set catalog.enabled to true for one"))
    }
}
