import Foundation
import Testing

/// Real servers on one PostgreSQL.
@Suite(
    "Servers that share a PostgreSQL", .serialized,
    .enabled(if: Database.absence == nil, "there is no PostgreSQL on this machine"))
struct ReplicaTests {
    private let database: Database

    init() throws {
        database = try Database.shared.get()
    }

    /// Head and body of an answer, and the status.
    private func ask(_ server: ServerProcess, _ path: String, _ arguments: [String] = []) throws -> (status: Int, text: String) {
        let result = try run(
            "curl", ["-s", "-i", "--noproxy", "*", "--max-time", "30", "-w", "\n%{http_code}", "\(server.url)\(path)"] + arguments)
        return (Int(result.output.split(separator: "\n").last ?? "") ?? -1, result.output)
    }

    private func report(_ server: ServerProcess, _ asset: String, _ arguments: [String] = []) throws -> (status: Int, text: String) {
        try ask(server, "/report_asset_materialization/\(asset)", ["-X", "POST"] + arguments)
    }

    private func eventually(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
    ) rethrows {
        let end = Date.now + 180
        while Date.now < end {
            if try condition() { return }
            usleep(50_000)
        }
        Issue.record("it did not happen within three minutes: \(what)", sourceLocation: sourceLocation)
    }

    private func end(_ servers: [ServerProcess]) {
        for server in servers {
            #expect(server.stop() == 0, "\(server.said)")
            try? FileManager.default.removeItem(at: server.directory)
        }
    }

    @Test("are set up and moved into as the document says")
    func document() throws {
        let server = try ServerProcess()
        #expect(try report(server, "moved").status == 200)
        let text = try String(contentsOf: ServerProcess.root.appending(path: "Docs/PostgreSQL.md"), encoding: .utf8)
        let blocks = text.components(separatedBy: "<!-- run -->\n```bash\n").dropFirst()
            .map { $0.components(separatedBy: "\n```")[0] }
        #expect(blocks.count == 2)
        let path = "\(ServerProcess.binary.deletingLastPathComponent().path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        for block in blocks {
            let result = try run(
                "bash", ["-euo", "pipefail", "-c", block], in: server.directory,
                environment: [
                    "PATH": path, "DATA": server.directory.appending(path: "data").path, "ADMIN_URL": database.url(),
                    "DATABASE_URL": database.url(user: "assetlog", password: "change-me", database: "assetlog"),
                ])
            #expect(result.status == 0, "\(block)\n\(result.output)\(result.errors)")
        }
        end([server])
    }

    @Test("keep their months and texts, whatever variables libpq finds in their environment")
    func environment() throws {
        let log = database.freshLog()
        let schema = try #require(log.last).replacingOccurrences(of: "storage.postgres.schema=", with: "")
        let server = try ServerProcess(
            log,
            variables: [
                "PGDATESTYLE": "SQL, MDY", "PGTZ": "Asia/Shanghai", "PGCLIENTENCODING": "LATIN1", "PGAPPNAME": "somebody else",
                "PGOPTIONS": "-c default_transaction_isolation=serializable -c IntervalStyle=sql_standard -c search_path=nowhere",
                "PGGEQO": "off", "PGTARGETSESSIONATTRS": "any", "PGCONNECT_TIMEOUT": "1", "PGHOST": "192.0.2.1", "PGPORT": "1",
                "PGDATABASE": "none",
                "PGUSER": "nobody", "PGPASSWORD": "wrong", "PGPASSFILE": "/nowhere", "TZ": "America/St_Johns", "LC_ALL": "C.UTF-8",
            ])
        #expect(try report(server, "caf%C3%A9", ["-H", "Content-Type: application/json", "-d", #"{"partition":"ü|😀"}"#]).status == 200)
        #expect(try ask(server, "/api/v1/events").text.contains("ü|😀"))
        let bounds = try run(
            "psql",
            [
                database.url(), "-XAtqc",
                """
                SET TimeZone = 'UTC'; SET DateStyle = 'ISO';
                SELECT count(*), count(*) FILTER (WHERE pg_get_expr(relpartbound, pg_class.oid) LIKE '%-01 00:00:00+00'') TO (%-01 00:00:00+00'')')
                FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = '\(schema).events'::regclass
                """,
            ])
        #expect(["2|2", "3|3"].contains(bounds.output.trimmingCharacters(in: .whitespacesAndNewlines)), "\(bounds.output)\(bounds.errors)")
        end([server])
    }

    @Test("answer and record every recorded case of Dagster's wire")
    func wire() throws {
        // Two thousand commits, one after the other, that nobody wants to keep.
        let hasty = [
            "--set", "storage.postgres.synchronous_commit=off", "--set", "storage.postgres.allow_asynchronous_commit=true",
        ]
        let servers = try [[], ["--read-only"], ["--path-prefix", "/dagster"]].map { arguments in
            try ServerProcess(arguments + hasty + database.freshLog())
        }
        func origin(_ server: ServerProcess) -> String { "http://127.0.0.1:\(server.url.port ?? 0)" }
        let result = try run(
            "python3",
            [
                ServerProcess.root.appending(path: "Tests/Wire/conform.py").path, "--url", origin(servers[0]), "--read-only-url",
                origin(servers[1]), "--prefix-url", origin(servers[2]),
            ])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        let closing = result.output.split(separator: "\n").last ?? ""
        #expect(closing.hasSuffix(" 0 failed, 0 skipped"), "\(closing)")
        end(servers)
    }

    @Test("show a report on the one that took it at once, on others soon, and record it once wherever it is sent again")
    func sharing() throws {
        let settings = database.freshLog()
        let servers = [try ServerProcess(settings), try ServerProcess(settings)]
        for round in 0..<10 {
            let (first, second) = (servers[round % 2], servers[(round + 1) % 2])
            let key = ["-H", "Idempotency-Key: \"round \(round)\""]
            let answer = try report(first, "a\(round)", key)
            #expect(answer.status == 200)
            let id = try #require(
                answer.text.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("assetlog-event-id:") }?
                    .split(separator: " ").last)
            #expect(try ask(first, "/api/v1/events/\(id)").status == 200)
            #expect(try ask(first, "/api/v1/events?order=desc&limit=1").text.contains(id))
            try eventually("the other shows it") {
                try ask(second, "/api/v1/events?order=desc&limit=1").text.contains(id)
            }
            let again = try report(second, "a\(round)", key)
            #expect(again.status == 200 && again.text.contains(id), "\(again.text)")
            #expect(again.text.contains("Idempotency-Replayed: true"), "\(again.text)")
            #expect(try report(second, "other", key).status == 422)
        }
        for server in servers {
            let page = try ask(server, "/api/v1/events?limit=100").text
            #expect(page.components(separatedBy: #""asset_key":["a"#).count == 11, "\(page)")
        }
        end(servers)
    }

    @Test("follow the tokens that are made and revoked for all of them")
    func tokens() throws {
        let settings = database.freshLog()
        let servers = try (0..<2).map { _ in try ServerProcess(["--set", "auth.required=true"] + settings) }
        func token(_ arguments: String...) throws -> String {
            let result = try run(ServerProcess.binary.path, ["token"] + arguments + settings, in: servers[0].directory)
            #expect(result.status == 0, "\(result.errors)")
            return result.output.trimmingCharacters(in: .newlines)
        }
        let secret = try token("create", "spark", "--allow", "report:materialization")
        func become(_ status: Int) throws {
            for server in servers {
                try eventually("the status is \(status)") {
                    try report(server, "a", ["-H", "Authorization: Bearer \(secret)"]).status == status
                }
            }
        }
        try become(200)
        _ = try token("revoke", "spark")
        try become(401)
        end(servers)
    }

    @Test("export by one of them, and by the other when that one dies")
    func takeover() throws {
        let settings = database.freshLog()
        let servers = try (0..<2).map { _ in
            let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            let file = directory.appending(path: "assetlog.yaml")
            try "exporters:\n  audit: { type: jsonlines, path: ./events.jsonl }\n".write(to: file, atomically: true, encoding: .utf8)
            return try ServerProcess(["--config", file.path] + settings, in: directory)
        }
        func exported(_ server: ServerProcess) -> Set<String> {
            let file = server.directory.appending(path: "events.jsonl")
            let lines = ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n")
            return Set(
                lines.compactMap { line in
                    ((try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["asset_key"] as? [String])?.first
                })
        }
        for number in 0..<10 { #expect(try report(servers[number % 2], "a\(number)").status == 200) }
        eventually("all is exported") { servers.contains { exported($0).count == 10 } }
        let active = try #require(servers.first { exported($0).count == 10 })
        let other = try #require(servers.first { $0 !== active })
        #expect(exported(other) == [])
        active.kill()
        for number in 10..<15 { #expect(try report(other, "a\(number)").status == 200) }
        let all = Set((0..<15).map { "a\($0)" })
        eventually("the other has taken over") { exported(active).union(exported(other)) == all }
        end([other])
        try? FileManager.default.removeItem(at: active.directory)
    }

    @Test("say of a report whose commit hangs that it may be recorded, and record it once")
    func hanging() throws {
        let log = database.freshLog()
        let schema = try #require(log.last).replacingOccurrences(of: "storage.postgres.schema=", with: "")
        let server = try ServerProcess(log + ["--set", "storage.postgres.timeout=2s"])
        #expect(try report(server, "before").status == 200)
        func ask(_ statement: String) throws -> String {
            try run("psql", [database.url(), "-XAtqc", statement]).output.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        // Every commit waits for this one.
        let lock = Process()
        lock.executableURL = URL(filePath: "/usr/bin/env")
        lock.arguments = [
            "psql", database.url() + "?application_name=lock_\(schema)", "-XAtqc",
            "BEGIN; LOCK TABLE \(schema).appends IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)",
        ]
        lock.standardOutput = FileHandle.nullDevice
        lock.standardError = FileHandle.nullDevice
        try lock.run()
        let isLocked =
            "SELECT count(*) FROM pg_locks WHERE relation = '\(schema).appends'::regclass AND mode = 'AccessExclusiveLock' AND granted"
        try eventually("the table is locked") { try ask(isLocked) == "1" }
        let key = ["-H", "Idempotency-Key: hanging"]
        let hanging = try report(server, "hanging", key)
        #expect(hanging.status == 503, "\(hanging.text)")
        #expect(hanging.text.contains("may have been recorded"), "\(hanging.text)")
        let body = #"{"kind":"observation","asset_key":["hanging","bulk"]}"#
        let bulk = try self.ask(
            server, "/api/v1/events", ["-X", "POST", "-H", "Content-Type: application/json", "-H", "Idempotency-Key: bulk", "-d", body])
        #expect(bulk.status == 503, "\(bulk.text)")
        #expect(bulk.text.contains("may have been recorded") && bulk.text.contains(#""index":0"#), "\(bulk.text)")
        _ = try ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lock_\(schema)'")
        lock.waitUntilExit(within: 300)
        try eventually("it is recorded") { try report(server, "hanging", key).status == 200 }
        try eventually("the other too") {
            try self.ask(
                server, "/api/v1/events",
                ["-X", "POST", "-H", "Content-Type: application/json", "-H", "Idempotency-Key: bulk", "-d", body]
            ).status == 200
        }
        let events = try self.ask(server, "/api/v1/events").text
        #expect(events.components(separatedBy: #""asset_key":["hanging"]"#).count == 2, "\(events)")
        #expect(events.components(separatedBy: #""asset_key":["hanging","bulk"]"#).count == 2, "\(events)")
        end([server])
    }

    @Test("start without their database, and serve when it comes")
    func away() throws {
        let database = try Database()
        try database.tell("stop")
        let server = try ServerProcess(database.freshLog() + ["--set", "storage.postgres.timeout=1s"])
        #expect(try ask(server, "/livez").status == 200)
        #expect(try ask(server, "/readyz").status == 503)
        let refused = try report(server, "a")
        #expect(refused.status == 503 && refused.text.lowercased().contains("retry-after:"), "\(refused.text)")
        #expect(refused.text.contains("Nothing was recorded."), "\(refused.text)")
        try database.tell("start")
        try eventually("it is ready") { try ask(server, "/readyz").status == 200 }
        #expect(try report(server, "b").status == 200)
        #expect(try ask(server, "/api/v1/events").text.contains(#""asset_key":["b"]"#))
        // And again while it runs.
        try database.tell("kill")
        try eventually("it is not ready") { try ask(server, "/readyz").status == 503 }
        #expect(try ask(server, "/livez").status == 200)
        try database.tell("start")
        try eventually("it is ready again") { try ask(server, "/readyz").status == 200 }
        #expect(try report(server, "c").status == 200)
        end([server])
    }
}
