import Foundation
import Testing

/// Voids and wipes, asked of the built server over the wire and on the command line.
@Suite("Voiding and wiping")
struct CorrectionTests {
    private func ask(_ server: ServerProcess, _ path: String, _ arguments: [String] = []) throws -> (status: Int, json: [String: Any]) {
        let result = try run(
            "curl", ["-s", "--noproxy", "*", "--max-time", "60", "-w", "\n%{http_code}", "\(server.url)\(path)"] + arguments)
        let lines = result.output.split(separator: "\n")
        let body = lines.dropLast().joined(separator: "\n")
        let json = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        return (Int(lines.last ?? "") ?? -1, json ?? [:])
    }

    private func events(_ server: ServerProcess, _ query: String) throws -> [[String: Any]] {
        try #require(try ask(server, "/api/v1/events?\(query)").json["events"] as? [[String: Any]])
    }

    private func report(_ server: ServerProcess, _ asset: String) throws -> String {
        let body = #"{"kind":"materialization","asset_key":"\#(asset)","upstream":[["raw","\#(asset)"]]}"#
        let answer = try ask(server, "/api/v1/events?items=all", ["-H", "Content-Type: application/json", "-d", body])
        #expect(answer.status == 200, "\(answer.json)")
        return try #require((answer.json["items"] as? [[String: Any]])?.first?["event_id"] as? String)
    }

    private func eventually(_ what: String, _ condition: () throws -> Bool) rethrows {
        let end = Date.now + 180
        while Date.now < end {
            if try condition() { return }
            usleep(50_000)
        }
        Issue.record("it did not happen within three minutes: \(what)")
    }

    @Test("A void event does not count, before and after a restart, and the voids are in the file of an exporter")
    func restart() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let lines = directory.appending(path: "events.jsonl")
        let arguments = ["--set", "exporters.audit.type=jsonlines", "--set", "exporters.audit.path=\(lines.path)"]
        var server = try ServerProcess(arguments, in: directory)
        let first = try report(server, "orders")
        let second = try report(server, "orders")
        let latest = "asset=orders&kind=materialization&voided=false&order=latest&limit=1"
        #expect(try events(server, latest).first?["event_id"] as? String == second)
        let answer = try ask(server, "/api/v1/events/\(second)/void", ["-d", #"{"reason":"wrong file"}"#])
        #expect(answer.status == 200 && answer.json["sequence"] as? Int == 3, "\(answer.json)")
        for round in 0..<2 {
            #expect(try events(server, latest).first?["event_id"] as? String == first, "round \(round)")
            let voided = try #require(try ask(server, "/api/v1/events/\(second)").json["voided"] as? [String: Any])
            #expect(voided["event_id"] as? String == answer.json["event_id"] as? String && voided["reason"] as? String == "wrong file")
            #expect(try events(server, "voided=true").map { $0["sequence"] as? Int } == [2])
            #expect(try events(server, "kind=void").map { $0["voids"] as? String } == [second])
            #expect(try events(server, "limit=1").first?["upstream"] as? [[String]] == [["raw", "orders"]])
            #expect(server.stop() == 0, "\(server.said)")
            server = try ServerProcess(arguments, in: directory)
        }
        #expect(try ask(server, "/api/v1/asset/wipe", ["-d", #"{"asset":"orders","reason":"renamed"}"#]).status == 200)
        eventually("the lines of the void and the wipe") {
            let text = (try? String(contentsOf: lines, encoding: .utf8)) ?? ""
            return text.contains(#""kind":"void""#) && text.contains(#""kind":"wipe""#)
        }
        #expect(server.stop() == 0, "\(server.said)")
        #expect(try run(ServerProcess.binary.path, ["verify", "--data", directory.appending(path: "data").path]).status == 0)
    }

    @Test("Commands void and wipe, and report what data was made from")
    func commands() throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        #expect(
            try fixture.report("materialization", "mart/revenue", "--upstream", "warehouse/orders", "--upstream", #"["a/b"]"#).status == 0)
        #expect(try fixture.report("failure", "mart/revenue", "--upstream", "x").status == 0)
        for arguments in [["--upstream", ""], ["--upstream", "a/"]] {
            let refused = try run(
                ServerProcess.binary.path, ["report", "started", "a"] + arguments, in: fixture.directory, environment: fixture.environment)
            #expect(refused.status == 64, "\(refused.errors)")
        }
        #expect(try fixture.report("check", "a", "--check-name", "c", "--passed", "true", "--upstream", "x").status == 64)
        func command(_ arguments: [String]) throws -> CommandResult {
            try run(ServerProcess.binary.path, arguments, in: fixture.directory, environment: fixture.environment)
        }
        let ran = try command(["run", "mart/costs", "--upstream", "warehouse/bills", "--", "true"])
        #expect(ran.status == 0, "\(ran.errors)")
        let events = try fixture.events()
        let upstream = events.map { $0["upstream"] as? [[String]] }
        #expect(upstream == [[["warehouse", "orders"], ["a/b"]], [["x"]], [["warehouse", "bills"]], [["warehouse", "bills"]]])
        let id = try #require(events[0]["event_id"] as? String)
        let void = try command(["asset", "void", id, "--reason", "wrong file"])
        #expect(void.status == 0 && void.output.contains("counts no more"), "\(void.output)\(void.errors)")
        let wipe = try command(["asset", "wipe", "mart/revenue", "--partition", "p", "--reason", "renamed"])
        #expect(wipe.status == 0 && wipe.output.hasPrefix("Wiped 1 partition of"), "\(wipe.output)\(wipe.errors)")
        #expect(try fixture.events().map { $0["kind"] as? String }.suffix(2) == ["void", "wipe"])
        #expect(try command(["asset", "wipe", "unknown", "--reason", "r"]).status != 0)
    }

    @Test("A report that waits in the spool keeps what the data was made from")
    func spooled() throws {
        let fixture = try ReportFixture()
        let kept = try fixture.report("materialization", "a", "--upstream", "b/c", "--timeout", "20ms")
        #expect(kept.status == 0 && kept.errors.contains("the report waits in"), "\(kept.errors)")
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        #expect(try fixture.report("flush").status == 0)
        #expect(try fixture.events().map { $0["upstream"] as? [[String]] } == [[["b", "c"]]])
    }

    @Test("A token needs the right admin for the asset, and its name is in the log")
    func tokens() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let data = directory.appending(path: "data").path
        func token(_ name: String, _ arguments: [String]) throws -> [String] {
            let made = try run(ServerProcess.binary.path, ["token", "create", name, "--data", data] + arguments)
            let secret = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(made.status == 0 && !secret.isEmpty, "\(made.errors)")
            return ["-H", "Authorization: Bearer \(secret)"]
        }
        let admin = try token("ann", ["--allow", "admin,read,report:materialization"])
        let limited = try token("bob", ["--allow", "admin", "--assets", "mart/**"])
        let reader = try token("cy", ["--allow", "read"])
        let server = try ServerProcess(["--set", "auth.required=true"], in: directory)
        defer { server.stop() }
        #expect(try ask(server, "/report_asset_materialization/orders", ["-X", "POST"] + admin).status == 200)
        let page = try ask(server, "/api/v1/events", admin)
        let id = try #require((page.json["events"] as? [[String: Any]])?.first?["event_id"] as? String)
        let reason = ["-d", #"{"reason":"r"}"#]
        #expect(try ask(server, "/api/v1/events/\(id)/void", reason).status == 401)
        #expect(try ask(server, "/api/v1/events/\(id)/void", reason + reader).status == 403)
        #expect(try ask(server, "/api/v1/events/\(id)/void", reason + limited).status == 404)
        #expect(try ask(server, "/api/v1/asset/wipe", ["-d", #"{"asset":"orders","reason":"r"}"#] + limited).status == 404)
        #expect(try ask(server, "/api/v1/events/\(id)/void", reason + admin).status == 200)
        let voided = try ask(server, "/api/v1/events/\(id)", reader).json["voided"] as? [String: Any]
        #expect(voided?["by"] as? String == "ann")
    }
}

/// Two servers on one PostgreSQL.
@Suite(
    "Voids of another server", .serialized, .enabled(if: Database.absence == nil, "there is no PostgreSQL on this machine"))
struct SharedCorrectionTests {
    @Test("An event that one server voids is void on the other one too, soon")
    func replicas() throws {
        let log = try Database.shared.get().freshLog()
        let servers = try [ServerProcess(log), ServerProcess(log)]
        defer { for server in servers { server.stop() } }
        func ask(_ server: ServerProcess, _ path: String, _ arguments: [String] = []) throws -> [String: Any] {
            let result = try run("curl", ["-sf", "--noproxy", "*", "--max-time", "60", "\(server.url)\(path)"] + arguments)
            return (try? JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]) ?? [:]
        }
        // Long enough that both have read the voids of the log, so that the second one learns of the next.
        for round in 0..<5 {
            let body = #"{"kind":"materialization","asset_key":"a\#(round)"}"#
            let sent = try ask(servers[0], "/api/v1/events?items=all", ["-H", "Content-Type: application/json", "-d", body])
            let id = try #require((sent["items"] as? [[String: Any]])?.first?["event_id"] as? String)
            let void = try ask(servers[0], "/api/v1/events/\(id)/void", ["-d", #"{"reason":"r"}"#])
            let begin = Date.now
            #expect(try ask(servers[0], "/api/v1/events/\(id)")["voided"] != nil)
            while try ask(servers[1], "/api/v1/events/\(id)")["voided"] == nil, Date.now < begin + 180 { usleep(20_000) }
            let voided = try ask(servers[1], "/api/v1/events/\(id)")["voided"] as? [String: Any]
            #expect(voided?["event_id"] as? String == void["event_id"] as? String && voided != nil)
            // Both answer a void of their own with the same event.
            #expect(
                try ask(servers[1], "/api/v1/events/\(id)/void", ["-d", #"{"reason":"s"}"#])["sequence"] as? Int == void["sequence"] as? Int
            )
            usleep(300_000)
        }
    }
}
