import Foundation
import Testing

@Suite("Accidents with the files of a running server")
struct AccidentTests {
    private static func report(to server: ServerProcess, _ asset: String = "a") throws -> String {
        try run(
            "curl",
            [
                "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "20", "-X", "POST",
                "\(server.url)/report_asset_materialization/\(asset)",
            ]
        ).output
    }

    private static func get(_ server: ServerProcess, _ path: String) throws -> (status: String, body: String) {
        let result = try run("curl", ["-sS", "-g", "-w", "\n%{http_code}", "--max-time", "20", "\(server.url)\(path)"])
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (String(lines.last ?? ""), lines.dropLast().joined(separator: "\n"))
    }

    private static func wait(_ what: String, _ condition: () throws -> Bool) rethrows {
        let end = Date.now + 20
        while Date.now < end {
            if try condition() { return }
            usleep(50_000)
        }
        Issue.record("it did not happen within 20 s: \(what)")
    }

    enum Accident: String, CaseIterable {
        case log = "events.sqlite"
        case writeAheadLog = "events.sqlite-wal"
        case sharedMemory = "events.sqlite-shm"
        case lock = "lock"
        case directory = ""
    }

    @Test("are noticed within a second or two: reports and readiness are 503 until the file is back", arguments: Accident.allCases)
    func moved(_ accident: Accident) throws {
        let server = try ServerProcess()
        for _ in 0..<5 { #expect(try Self.report(to: server) == "200") }
        let path = server.directory.appending(path: accident == .directory ? "data" : "data/\(accident.rawValue)")
        let away = server.directory.appending(path: "away")
        try FileManager.default.moveItem(at: path, to: away)
        try Self.wait("a report is refused") { try Self.report(to: server) == "503" }
        #expect(try Self.get(server, "/readyz?verbose").status == "503")
        for _ in 0..<5 { #expect(try Self.report(to: server) == "503") }
        #expect(try Self.get(server, "/api/v1/events").status == "503")
        let complaints = server.said.split(separator: "\n").count { $0.contains("Reports are refused") }
        #expect(complaints == 1, "\(server.said)")
        // SQLite makes a new write-ahead log when a connection is opened in between.
        #expect(server.said.contains(/was (removed|replaced by another file) while the server had it open/), "\(server.said)")

        #expect(rename(away.path, path.path) == 0)
        try Self.wait("a report is taken again") { try Self.report(to: server) == "200" }
        try Self.wait("events are read again") { try Self.get(server, "/api/v1/events").status == "200" }
        #expect(try Self.get(server, "/readyz").status == "200")
        #expect(server.stop() == 0)
        let verified = try assetlog("verify", "--data", server.directory.appending(path: "data").path)
        #expect(verified.output.contains("no problems found"), "\(verified)")
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("with another file instead of the log are noticed too")
    func replaced() throws {
        let server = try ServerProcess()
        for _ in 0..<5 { #expect(try Self.report(to: server) == "200") }
        let log = server.directory.appending(path: "data/events.sqlite")
        let copy = server.directory.appending(path: "copy")
        try FileManager.default.copyItem(at: log, to: copy)
        #expect(rename(copy.path, log.path) == 0)
        try Self.wait("a report is refused") { try Self.report(to: server) == "503" }
        #expect(server.said.contains("was replaced by another file"), "\(server.said)")
        server.stop()
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("that took the write-ahead log lose nothing when the server is stopped and started")
    func savesWriteAheadLog() throws {
        let server = try ServerProcess()
        for _ in 0..<20 { #expect(try Self.report(to: server) == "200") }
        try FileManager.default.removeItem(at: server.directory.appending(path: "data/events.sqlite-wal"))
        var recorded = 20
        try Self.wait("a report is refused") {
            let status = try Self.report(to: server)
            if status == "200" { recorded += 1 }
            return status == "503"
        }
        #expect(server.stop() == 0)
        let second = try ServerProcess(in: server.directory)
        #expect(try Self.report(to: second) == "200")
        let last = try Self.get(second, "/api/v1/events?order=desc&limit=1")
        #expect(last.body.contains(#""sequence":\#(recorded + 1),"#), "\(recorded) \(last)")
        #expect(second.stop() == 0)
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("that took the log keep the server from starting until the loss is accepted, and no sequence is used again")
    func acceptsLoss() throws {
        let server = try ServerProcess()
        for _ in 0..<20 { #expect(try Self.report(to: server) == "200") }
        // The index follows within a second.
        usleep(2_500_000)
        #expect(server.stop() == 0)
        let log = server.directory.appending(path: "data/events.sqlite")
        let backup = try Data(contentsOf: log)
        try FileManager.default.removeItem(at: log)
        let refusal = #expect(throws: ServerProcess.StartFailure.self) { _ = try ServerProcess(in: server.directory) }
        #expect(refusal?.status == 2)
        #expect(refusal?.said.contains("has lost the events 1 to 20") == true, "\(refusal?.said ?? "")")
        #expect(refusal?.said.contains("--accept-loss") == true)
        #expect(!FileManager.default.fileExists(atPath: log.path), "a refused start makes no new log")

        // The end of the log is gone.
        try backup.write(to: log)
        let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute('DELETE FROM events WHERE sequence > 5')\nc.commit()"
        #expect(try run("python3", ["-c", script, log.path]).status == 0)
        let second = #expect(throws: ServerProcess.StartFailure.self) { _ = try ServerProcess(in: server.directory) }
        #expect(second?.said.contains("has lost the events 6 to 20") == true, "\(second?.said ?? "")")
        let verified = try assetlog("verify", "--data", server.directory.appending(path: "data").path)
        #expect(verified.status == 2 && verified.output.contains("has lost the events 6 to 20"), "\(verified)")

        let accepting = try ServerProcess(["--accept-loss"], in: server.directory)
        #expect(accepting.said.contains("Events were accepted as lost"), "\(accepting.said)")
        #expect(try Self.report(to: accepting) == "200")
        let page = try Self.get(accepting, "/api/v1/events")
        #expect(page.body.contains(#""sequence":5,"#) && page.body.contains(#""sequence":21,"#), "\(page)")
        #expect(!page.body.contains(#""sequence":6,"#))
        #expect(try Self.get(accepting, "/metrics").body.contains("assetlog_log_events 6\n"))
        #expect(accepting.stop() == 0)
        // From now on it is an ordinary log.
        let third = try ServerProcess(in: server.directory)
        #expect(try Self.report(to: third) == "200")
        #expect(try Self.get(third, "/api/v1/events?order=desc&limit=1").body.contains(#""sequence":22"#))
        #expect(third.stop() == 0)
        #expect(
            try assetlog("verify", "--data", server.directory.appending(path: "data").path).output
                == "7 events read, no problems found.\n")
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("with the descriptors of the server do not cost its index")
    func outOfDescriptors() throws {
        let server = try ServerProcess()
        for number in 0..<50 { #expect(try Self.report(to: server, "a\(number % 5)") == "200") }
        usleep(2_500_000)
        #expect(server.stop() == 0)
        let index = server.directory.appending(path: "data/index.sqlite")
        func inode() throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: index.path)[.systemFileNumber] as? Int
        }
        let before = try inode()
        let second = try ServerProcess(in: server.directory)
        let script = """
            import json, resource, socket, sys, time, urllib.request
            port, pid = int(sys.argv[1]), int(sys.argv[2])
            import os
            used = len(os.listdir(f"/proc/{pid}/fd"))
            # Connections take what is left, so that no file can be opened any more.
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 3, 4096))
            held = []
            body = json.dumps({"kind": "materialization", "asset_key": ["k"]}).encode()
            first = socket.create_connection(("127.0.0.1", port))
            for _ in range(6):
                s = socket.create_connection(("127.0.0.1", port)); held.append(s)
            time.sleep(0.5)
            statuses = []
            for n in range(4):
                head = f"POST /api/v1/events HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Type: application/json\\r\\nIdempotency-Key: k{n}\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n"
                first.sendall(head.encode() + body)
                first.settimeout(20)
                answer = first.recv(65536)
                statuses.append(answer.split(b" ")[1].decode())
                head = "GET /api/v1/events?asset_key=%5B%22a1%22%5D HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n"
                first.sendall(head.encode()); statuses.append(first.recv(65536).split(b" ")[1].decode())
                time.sleep(0.3)
            for s in held: s.close()
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (4096, 4096))
            time.sleep(0.5)
            print(" ".join(statuses))
            """
        let starved = try run("python3", ["-c", script, "\(second.url.port ?? 0)", "\(second.pid)"])
        #expect(starved.status == 0, "\(starved)")
        #expect(!second.said.contains("being rebuilt"), "\(second.said)")
        #expect(try inode() == before)
        let keyed = try run(
            "curl",
            [
                "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/json", "-H", "Idempotency-Key: last",
                "-d", #"{"kind":"materialization","asset_key":["k"]}"#, "\(second.url)/api/v1/events",
            ])
        #expect(keyed.output == "200", "\(keyed) \(starved.output)")
        #expect(second.stop() == 0)
        try FileManager.default.removeItem(at: server.directory)
    }
}
