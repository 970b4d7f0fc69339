import Foundation
import ScriptedServer
import Testing

/// `assetlog exporter` and `/api/v1/exporters` beside a server that exports to a file of lines.
@Suite("The exporters of a running server")
struct ExporterTests {
    private let workplace: Workplace
    private let server: ServerProcess
    private let options: [String]

    init() throws {
        workplace = try Workplace()
        let audit = workplace.url.appending(path: "audit.log").path
        let exporter = [
            "--set", "exporters.audit.type=jsonlines", "--set", "exporters.audit.path=\(workplace.url.path)/lines.jsonl", "--set",
            "log.audit=\(audit)", "--set", "log.format=json",
        ]
        server = try ServerProcess(exporter)
        options = exporter + ["--data", server.directory.appending(path: "data").path]
        for number in 0..<3 { try report("t\(number)") }
        try wait("the first lines") { delivered.count == 3 }
    }

    // MARK: What the tests do

    private func report(_ asset: String) throws {
        let answer = try run("curl", ["-sSf", "-X", "POST", "\(server.url)/report_asset_materialization/\(asset)"])
        #expect(answer.status == 0, "\(answer.errors)")
    }

    /// Runs a command of exporters with the server's configuration.
    private func exporter(_ arguments: String...) throws -> CommandResult {
        try run(ServerProcess.binary.path, ["exporter"] + arguments + options)
    }

    /// Asks the API, and returns the status and the answer.
    private func ask(_ path: String, _ body: String? = nil) throws -> (status: Int, json: [String: Any]) {
        let method = body.map { ["-X", "POST", "--data-binary", $0] } ?? []
        let answer = try run("curl", ["-sS", "-g", "-w", "\n%{http_code}", "\(server.url)/api/v1/exporters\(path)"] + method)
        let lines = answer.output.split(separator: "\n")
        let json = try JSONSerialization.jsonObject(with: Data(lines.dropLast().joined(separator: "\n").utf8))
        return (Int(lines.last ?? "") ?? 0, try #require(json as? [String: Any]))
    }

    private func shown() throws -> [String: Any] {
        try #require((try ask("").json["exporters"] as? [[String: Any]])?.first)
    }

    /// The sequences in the file, in order.
    private var delivered: [Int] {
        let text = (try? String(contentsOf: workplace.url.appending(path: "lines.jsonl"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["sequence"] as? Int
        }
    }

    private func wait(_ what: String, until condition: () throws -> Bool) throws {
        let end = Date.now + 60
        while try !condition(), Date.now < end { usleep(50_000) }
        #expect(try condition(), "\(what)")
    }

    /// Puts dead letters into the storage, as an exporter does.
    private func keep(_ sequences: Int...) throws {
        let script = """
            import sqlite3, sys
            data = sys.argv[1]
            log = sqlite3.connect(data + "/events.sqlite")
            consumers = sqlite3.connect(data + "/consumers.sqlite", timeout=30)
            identity = log.execute("SELECT id FROM log").fetchone()[0]
            for sequence in map(int, sys.argv[2:]):
                event = log.execute("SELECT event_id FROM events WHERE sequence = ?", (sequence,)).fetchone()[0]
                consumers.execute("INSERT INTO dead_letters VALUES ('audit', ?, ?, ?, 12, 1795392000000000, 'It answered 400.', 'no \\u2028table', 0)",
                    (sequence, identity, event))
            consumers.commit()
            """
        let data = server.directory.appending(path: "data").path
        let result = try run("python3", ["-c", script, data] + sequences.map(String.init))
        #expect(result.status == 0, "\(result.errors)")
    }

    // MARK: Tests

    @Test("are paused and resumed by command and by API, and both say so")
    func pauses() throws {
        try wait("the cursor follows") { try exporter("list").output == "audit (jsonlines): read up to sequence 3 of 3, 0 replays\n" }
        let paused = try exporter("pause", "audit", "--reason", "maintenance")
        #expect(paused.status == 0 && paused.output.hasPrefix("audit is paused; "), "\(paused)")
        #expect(try shown()["paused"] as? String == "maintenance")
        #expect(try shown()["state"] as? String == "paused")
        #expect(try exporter("list").output.hasSuffix("0 replays; paused: maintenance\n"))
        #expect(try ask("/audit/resume", "").status == 200)
        #expect(try exporter("resume", "audit").output.hasPrefix("audit was not paused; if it has stopped"))
        #expect(try ask("/audit/pause", #"{"reason": "again"}"#).json["paused"] as? String == "again")
        #expect(try exporter("resume", "audit").output == "audit goes on.\n")
        #expect(try shown()["paused"] is NSNull)
        try wait("it follows again") { try shown()["state"] as? String == "following" }
    }

    @Test("deliver again from a sequence or a time, by command and by API")
    func replays() throws {
        #expect(try exporter("replay", "audit", "--from", "2").output == "audit will deliver again from sequence 2.\n")
        try wait("the lines of the first replay") { delivered == [1, 2, 3, 2, 3] }
        let byTime = try exporter("replay", "audit", "--time", "2020-01-01T00:00:00Z")
        #expect(byTime.output == "audit will deliver again from sequence 1.\n", "\(byTime)")
        try wait("the lines of the second replay") { delivered == [1, 2, 3, 2, 3, 1, 2, 3] }
        #expect(try ask("/audit/replay", #"{"from": 3}"#).json["from"] as? Int == 3)
        try wait("the line of the third replay") { delivered == [1, 2, 3, 2, 3, 1, 2, 3, 3] }
        try wait("three generations") { try shown()["generation"] as? Int == 3 }
        let late = try exporter("replay", "audit", "--from", "9")
        #expect(late.status == 1 && late.errors.contains("has the sequences 1 to 3"), "\(late)")
    }

    @Test("show, replay and discard dead letters, by command and by API")
    func deadLetters() throws {
        #expect(try exporter("dead-letters", "audit").output == "audit has no dead letters.\n")
        try keep(1, 2, 3)
        let list = try exporter("dead-letters", "audit", "--limit", "2")
        #expect(list.output.contains("1: event ") && !list.output.contains("3: event "), "\(list.output)")
        #expect(
            list.output.contains(", given up at 2026-11-23T00:00:00.000000Z after 12 attempts\n    It answered 400.\n"), "\(list.output)")
        // What a destination answers can't disguise as lines of the command.
        #expect(list.output.contains(#"    answer: no \u2028table"#), "\(list.output)")
        #expect(list.errors.contains("these are the first 2 of 3"))
        #expect(try exporter("list").output.hasSuffix("0 replays, 3 dead letters\n"))

        // While it is paused it does not look at them.
        #expect(try exporter("pause", "audit").status == 0)
        #expect(try exporter("replay", "audit", "--dead-letters", "2").output == "audit will deliver 1 dead letter again.\n")
        let page = try ask("/audit/dead-letters?after=1&limit=1").json
        let letter = try #require((page["dead_letters"] as? [[String: Any]])?.first)
        #expect(letter["sequence"] as? Int == 2 && letter["replay_requested"] as? Bool == true)
        #expect(page["next"] as? Int == 2)
        let printed = try JSONSerialization.jsonObject(with: Data(try exporter("dead-letters", "audit", "--json").output.utf8))
        let printedLetter = try #require((printed as? [[String: Any]])?.dropFirst().first)
        #expect(printedLetter as NSDictionary == letter as NSDictionary)

        let missing = try exporter("dead-letters", "audit", "--discard", "2", "7")
        #expect(missing.status == 1 && missing.errors.contains("has no dead letter of sequence 7, so nothing was changed"), "\(missing)")
        #expect(try ask("/audit/dead-letters/discard", #"{"sequences": [3]}"#).json["dead_letters"] as? Int == 1)
        #expect(try exporter("dead-letters", "audit", "--discard", "--all").output == "2 dead letters of audit discarded.\n")
        #expect(try shown()["dead_letters"] as? Int == 0)
    }

    @Test("are tested by API while they run, and by command where their destination is free")
    func tests() throws {
        let answer = try ask("/audit/test", "")
        #expect(answer.status == 200 && answer.json["ok"] as? Bool == true, "\(answer)")
        #expect(server.stop() == 0)
        let test = try exporter("test", "audit")
        #expect(test.status == 0 && test.output.hasPrefix("audit: ") && test.output.split(separator: "\n").count == 1, "\(test)")
        let preview = try exporter("test", "audit", "--print")
        #expect(preview.status == 1 && preview.errors.contains("jsonlines can't show what it would send"), "\(preview)")
    }

    @Test("are changed by nobody whom the audit log does not name")
    func audits() throws {
        _ = try exporter("pause", "audit")
        _ = try ask("/audit/resume", "")
        _ = try ask("/audit/replay", #"{"from": 1}"#)
        try keep(1, 2)
        _ = try exporter("replay", "audit", "--dead-letters")
        _ = try ask("/audit/dead-letters/discard", #"{"all": true}"#)
        func events() throws -> [[String: Any]] {
            let text = try String(contentsOf: workplace.url.appending(path: "audit.log"), encoding: .utf8)
            return text.split(separator: "\n").compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
                .filter { ($0["event"] as? String)?.hasPrefix("exporter.") == true }
        }
        try wait("five lines") { try events().count == 5 }
        #expect(
            try events().compactMap { $0["event"] as? String } == [
                "exporter.paused", "exporter.resumed", "exporter.replayed", "exporter.dead_letters_replayed",
                "exporter.dead_letters_discarded",
            ])
        #expect(try events().allSatisfy { $0["exporter"] as? String == "audit" })
        #expect(try events().first?["by"] is String)
        #expect(try events()[1]["client"] as? String == "127.0.0.1")
        #expect(try events()[3]["count"] as? Int == 2)
    }

    @Test(
        "are not changed by a wrong command line, which says what is wrong",
        arguments: [
            (["pause", "audti"], 1, "did you mean audit?"), (["test", "x"], 1, "Available: audit"),
            (["replay", "audit"], 64, "one of --from SEQUENCE, --time TIME and --dead-letters"),
            (["replay", "audit", "--from", "1", "--dead-letters"], 64, "one of --from"),
            (["replay", "audit", "--from", "0"], 64, "at least 1"),
            (["replay", "audit", "--from", "1", "2"], 64, "Sequences follow --dead-letters"),
            (["replay", "audit", "--time", "yesterday"], 64, "must be a time"),
            (["replay", "audit", "--time", "2026-11-01T00:00:00"], 64, "has no offset"),
            (["replay", "audit", "--dead-letters", "7"], 1, "no dead letter of sequence 7"),
            (["dead-letters", "audit", "7"], 64, "add --discard"), (["dead-letters", "audit", "--discard"], 64, "sequences, or --all"),
            (["dead-letters", "audit", "--discard", "--all", "7"], 64, "sequences, or --all"),
            (["dead-letters", "audit", "--limit", "0"], 64, "1 to 10000"), (["pause", "audit", "--reason", ""], 64, "1 to 1024 bytes"),
            (["paus", "audit"], 64, "did you mean `assetlog exporter pause`?"),
        ] as [([String], Int32, String)])
    func mistakes(_ arguments: [String], _ status: Int32, _ sentence: String) throws {
        let result = try run(ServerProcess.binary.path, ["exporter"] + arguments + options)
        #expect(result.status == status, "\(result)")
        #expect(result.errors.contains(sentence), "\(result.errors)")
        #expect(try exporter("list").output.contains("0 replays\n"))
    }
}

/// A webhook whose receiver says that it is gone, and takes events later.
@Suite("An exporter that has stopped")
struct StoppedExporterTests {
    @Test("goes on when it is resumed by command beside the running server")
    func resumes() throws {
        let gone = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
        let taken = "HTTP/1.1 204 No Content\r\n\r\n"
        let receiver = try ScriptedServer([.last(gone), .last(taken), .last(taken)])
        let options = [
            "--set", "exporters.hook.type=webhook", "--set", "exporters.hook.url=http://127.0.0.1:\(receiver.port)/", "--set",
            "exporters.hook.allow_private_addresses=true",
        ]
        let server = try ServerProcess(options)
        func state() throws -> String? {
            let answer = try run("curl", ["-sSf", "\(server.url)/api/v1/exporters"])
            let json = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
            return (json?["exporters"] as? [[String: Any]])?.first?["state"] as? String
        }
        func wait(for wanted: String) throws {
            let end = Date.now + 60
            while try state() != wanted, Date.now < end { usleep(50_000) }
            #expect(try state() == wanted)
        }
        let report = ["-sSf", "-X", "POST", "\(server.url)/report_asset_materialization/orders"]
        #expect(try run("curl", report).status == 0)
        try wait(for: "stopped")
        let data = ["--data", server.directory.appending(path: "data").path]
        let resumed = try run(ServerProcess.binary.path, ["exporter", "resume", "hook"] + options + data)
        #expect(resumed.output.hasPrefix("hook was not paused; if it has stopped"), "\(resumed)")
        try wait(for: "following")
        #expect(receiver.requests.count == 2)
        #expect(server.stop() == 0)
    }
}
