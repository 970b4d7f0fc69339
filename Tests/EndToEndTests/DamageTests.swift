import Foundation
import Testing

@Suite("A log with damage")
struct DamageTests {
    private static func get(_ server: ServerProcess, _ path: String) throws -> (status: String, body: String) {
        let result = try run("curl", ["-sS", "-g", "-w", "\n%{http_code}", "--max-time", "20", "\(server.url)\(path)"])
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (String(lines.last ?? ""), lines.dropLast().joined(separator: "\n"))
    }

    /// A stopped server with so many events, and what its list of events shows.
    private static func filled(_ count: Int) throws -> (directory: URL, events: String) {
        let server = try ServerProcess()
        let body = (0..<count).map {
            #"{"kind":"materialization","asset_key":["t\#($0 % 3)"],"description":"number \#($0)","metadata":{"rows":\#($0)}}"# + "\n"
        }
        let file = server.directory.appending(path: "body")
        try Data(body.joined().utf8).write(to: file)
        let answer = try run(
            "curl",
            [
                "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/x-ndjson", "--data-binary",
                "@\(file.path)", "\(server.url)/api/v1/events",
            ])
        #expect(answer.output == "200")
        let events = try get(server, "/api/v1/events?limit=1000").body
        // The index follows within a second.
        usleep(2_500_000)
        #expect(server.stop() == 0)
        return (server.directory, events)
    }

    private static func change(_ directory: URL, _ statement: String) throws {
        let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute(sys.argv[2])\nc.commit()"
        let result = try run("python3", ["-c", script, directory.appending(path: "data/events.sqlite").path, statement])
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test("is never served as if a client had reported it, wherever bytes are flipped")
    func flipped() throws {
        let (directory, events) = try Self.filled(400)
        let log = directory.appending(path: "data/events.sqlite")
        let whole = try Data(contentsOf: log)
        var errors = 0
        for round in 0..<16 {
            var bytes = whole
            let offset = Int.random(in: 4096..<bytes.count)
            for shift in 0..<(round % 2 == 0 ? 1 : 8) { bytes[min(offset + shift, bytes.count - 1)] ^= UInt8.random(in: 1...255) }
            let copy = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
            try FileManager.default.copyItem(at: directory, to: copy)
            try bytes.write(to: copy.appending(path: "data/events.sqlite"))
            defer { try? FileManager.default.removeItem(at: copy) }
            guard let server = try? ServerProcess(in: copy) else {
                errors += 1
                continue
            }
            for query in ["limit=1000", "limit=1000&order=desc", "limit=1000&asset_key=[%22t1%22]"] {
                let (status, body) = try Self.get(server, "/api/v1/events?\(query)")
                if status != "200" {
                    errors += 1
                    continue
                }
                switch query {
                case "limit=1000": #expect(body == events, "flipped at \(offset)")
                case "limit=1000&order=desc": #expect(body.count(of: #""sequence":"#) == 400, "flipped at \(offset)")
                default: #expect(body.count(of: #""sequence":"#) == 133, "flipped at \(offset)")
                }
            }
            server.kill()
        }
        #expect(errors > 0)
        try FileManager.default.removeItem(at: directory)
    }

    @Test(
        "names the event in the answer, in the log and in a metric, and stops exporters and copies there",
        arguments: [
            #"UPDATE events SET details = '{"description":null,"tags":{},"metadata":{}}' WHERE sequence = 30"#,
            "DELETE FROM events WHERE sequence = 30",
        ])
    func named(_ damage: String) throws {
        let (directory, _) = try Self.filled(60)
        try Self.change(directory, damage)
        let lines = directory.appending(path: "lines.jsonl")
        let server = try ServerProcess(
            ["--set", "exporters.audit.type=jsonlines", "--set", "exporters.audit.path=\(lines.path)"], in: directory)
        let page = try Self.get(server, "/api/v1/events?limit=1000")
        #expect(page.status == "500" && page.body.contains("30"), "\(page)")
        #expect(page.body.contains(#""type":"about:blank""#))
        // What is not damaged is there.
        #expect(try Self.get(server, "/api/v1/events?limit=29").status == "200")
        #expect(try Self.get(server, "/api/v1/events?after=30&limit=30").status == "200")
        #expect(try Self.get(server, "/readyz").status == "200")
        let end = Date.now + 20
        var metrics = ""
        while !metrics.contains(#"assetlog_consumer_stopped{consumer="audit"} 1"#), Date.now < end {
            usleep(100_000)
            metrics = try Self.get(server, "/metrics").body
        }
        #expect(metrics.contains(#"assetlog_consumer_stopped{consumer="audit"} 1"#))
        #expect(metrics.contains("assetlog_log_damaged_reads_total "), "\(metrics)")
        #expect(!metrics.contains("assetlog_log_damaged_reads_total 0\n"))
        #expect(try String(contentsOf: lines, encoding: .utf8).split(separator: "\n").count == 29)
        let complaints = server.said.split(separator: "\n").count { $0.contains("The log is damaged") }
        #expect(complaints == 1 && server.said.contains("sequence=30"), "\(server.said)")
        // From after the damage the exporter reads on.
        let data = directory.appending(path: "data").path
        #expect(try assetlog("consumer", "replay", "audit", "--from", "31", "--data", data).status == 0)
        let later = Date.now + 20
        while try String(contentsOf: lines, encoding: .utf8).split(separator: "\n").count < 59, Date.now < later { usleep(50_000) }
        #expect(try String(contentsOf: lines, encoding: .utf8).split(separator: "\n").count == 59)
        #expect(server.stop() == 0)

        let copy = try assetlog("copy", "--from", "sqlite:\(data)", "--to", "sqlite:\(directory.path)/copy")
        #expect(copy.status == 2 && copy.errors.contains("30"), "\(copy)")
        let accepting = try ServerProcess(["--accept-loss"], in: directory)
        let rest = try Self.get(accepting, "/api/v1/events?limit=1000")
        #expect(rest.status == "200" && rest.body.count(of: #""sequence":"#) == 59, "\(rest.status)")
        #expect(accepting.stop() == 0)
        #expect(try assetlog("verify", "--data", data).output == "59 events read, no problems found.\n")
        try FileManager.default.removeItem(at: directory)
    }

    @Test("lets an exporter continue at SIGHUP once it is repaired")
    func repaired() throws {
        let (directory, _) = try Self.filled(60)
        try Self.change(directory, "CREATE TABLE spare AS SELECT details FROM events WHERE sequence = 30")
        try Self.change(directory, #"UPDATE events SET details = '{}' WHERE sequence = 30"#)
        let lines = directory.appending(path: "lines.jsonl")
        let server = try ServerProcess(
            ["--set", "exporters.audit.type=jsonlines", "--set", "exporters.audit.path=\(lines.path)"], in: directory)
        func delivered() -> Int { (try? String(contentsOf: lines, encoding: .utf8))?.split(separator: "\n").count ?? 0 }
        func isStopped() throws -> Bool {
            try Self.get(server, "/metrics").body.contains(#"assetlog_consumer_stopped{consumer="audit"} 1"#)
        }
        let end = Date.now + 60
        while try !isStopped(), Date.now < end { usleep(100_000) }
        #expect(try isStopped() && delivered() == 29)
        try Self.change(directory, "UPDATE events SET details = (SELECT details FROM spare) WHERE sequence = 30")
        try Self.change(directory, "DROP TABLE spare")
        kill(server.pid, SIGHUP)
        let later = Date.now + 60
        while delivered() < 60, Date.now < later { usleep(50_000) }
        #expect(try delivered() == 60 && !isStopped())
        #expect(server.stop() == 0)
        try FileManager.default.removeItem(at: directory)
    }
}

extension String {
    fileprivate func count(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
