import Foundation
import Testing

@Suite("assetlog copy")
struct CopyTests {
    /// A server with so many events, whose data is copied.
    private static func server(_ count: Int) throws -> ServerProcess {
        let server = try ServerProcess()
        try submit(count, to: server)
        return server
    }

    private static func submit(_ count: Int, to server: ServerProcess) throws {
        let file = server.directory.appending(path: "body-\(UUID().uuidString)")
        let lines = (0..<count).map { #"{"kind":"materialization","asset_key":["t\#($0 % 50)"],"description":"number \#($0)"}"# + "\n" }
        try Data(lines.joined().utf8).write(to: file)
        let answer = try run(
            "curl",
            [
                "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/x-ndjson", "-H", "Expect:",
                "--data-binary", "@\(file.path)", "http://127.0.0.1:\(server.url.port ?? 0)/api/v1/events",
            ])
        #expect(answer.output == "200", "\(answer)")
    }

    private func copy(_ workplace: Workplace, _ arguments: [String]) throws -> CommandResult {
        try run(ServerProcess.binary.path, ["copy"] + arguments, in: workplace.url)
    }

    @Test("copies the log of a running server, then what came since, and both hold the same")
    func copies() throws {
        let workplace = try Workplace()
        let server = try Self.server(120)
        let source = server.directory.appending(path: "data").path
        let sides = ["--from", "sqlite:\(source)", "--to", "sqlite:copy"]
        let first = try copy(workplace, sides)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.hasPrefix("copied 120 events; 0 had been copied before\n"))
        #expect(first.output.contains("\nsource: 120 events, sequences 1 to 120\ndestination: 120 events, sequences 1 to 120\n"))
        let again = try copy(workplace, sides)
        #expect(again.output.hasPrefix("copied 0 events; 120 had been copied before\n"))
        #expect(again.output.split(separator: "\n").last == first.output.split(separator: "\n").last)
        try Self.submit(30, to: server)
        #expect(try copy(workplace, sides).output.hasPrefix("copied 30 events; 120 had been copied before\n"))
        #expect(try assetlog("verify", "--data", workplace.url.path + "/copy").output == "150 events read, no problems found.\n")
        #expect(server.stop() == 0)
        // A configuration says the same as a location.
        try Data("storage:\n  sqlite:\n    path: \(source)\n".utf8).write(to: workplace.url.appending(path: "from.yaml"))
        let configured = try copy(workplace, ["--from-config", "from.yaml", "--to", "sqlite:copy"])
        #expect(configured.output.hasPrefix("copied 0 events; 150"), "\(configured)")
    }

    @Test("continues after it was killed, without losing or doubling anything")
    func resumes() throws {
        let workplace = try Workplace()
        let server = try Self.server(60_000)
        #expect(server.stop() == 0)
        let source = server.directory.appending(path: "data").path
        var (kills, attempt) = (0, 0)
        // A quick machine may be done before it is killed: then into another directory.
        while kills < 2, attempt < 20 {
            attempt += 1
            let sides = ["--from", "sqlite:\(source)", "--to", "sqlite:copy-\(attempt)"]
            guard try kill(workplace, sides, "copy-\(attempt)", atBytes: kills == 0 ? 1 << 20 : 4 << 20) else { continue }
            kills += 1
            let rest = try copy(workplace, sides)
            #expect(rest.status == 0, "\(rest.errors)")
            #expect(rest.output.contains("\ndestination: 60000 events, sequences 1 to 60000\n"))
            #expect(!rest.output.hasPrefix("copied 60000 events"), "\(rest.output)")
            let verified = try assetlog("verify", "--data", "\(workplace.url.path)/copy-\(attempt)")
            #expect(verified.output == "60000 events read, no problems found.\n", "\(verified)")
        }
        #expect(kills > 0)
    }

    /// Starts a copy and kills it when its destination has grown; false: it had ended.
    private func kill(_ workplace: Workplace, _ sides: [String], _ directory: String, atBytes bytes: Int) throws -> Bool {
        let process = Process()
        process.executableURL = ServerProcess.binary
        process.arguments = ["copy"] + sides
        process.currentDirectoryURL = workplace.url
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let log = workplace.url.appending(path: "\(directory)/events.sqlite-wal").path
        while process.isRunning {
            let size = try? FileManager.default.attributesOfItem(atPath: log)[.size] as? Int
            if let size, size >= bytes { break }
            usleep(500)
        }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit(within: 300)
        return process.terminationReason == .uncaughtSignal
    }

    @Test("brings tokens and the cursors of exporters over, when it is asked to")
    func tokensAndConsumers() throws {
        let workplace = try Workplace()
        let exporter = ["--set", "exporters.audit.type=jsonlines", "--set", "exporters.audit.path=audit.jsonl"]
        let server = try ServerProcess(exporter)
        try Self.submit(40, to: server)
        let data = server.directory.appending(path: "data").path
        let token = try assetlog("token", "create", "etl", "--allow", "read", "--data", data)
        #expect(token.status == 0, "\(token.errors)")
        let lines = server.directory.appending(path: "audit.jsonl")
        let end = Date.now + 60
        while (try? String(contentsOf: lines, encoding: .utf8).split(separator: "\n").count) != 40, Date.now < end { usleep(50_000) }
        #expect(server.stop() == 0)
        let sides = ["--from", "sqlite:\(data)", "--to", "sqlite:copy", "--tokens", "--consumers"]
        let first = try copy(workplace, sides)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("consumer audit: continues after sequence 40\n"), "\(first.output)")
        #expect(first.output.contains("tokens: 1 copied, 0 revoked there too, 0 already there\n"))
        #expect(try assetlog("token", "revoke", "etl", "--data", data).status == 0)
        let second = try copy(workplace, sides)
        #expect(second.output.contains("consumer audit: already in the destination"))
        #expect(second.output.contains("tokens: 0 copied, 1 revoked there too, 0 already there\n"), "\(second.output)")
        let list = try assetlog("token", "list", "--data", workplace.url.path + "/copy")
        #expect(list.output.contains("etl") && list.output.contains("revoked"))
        #expect(
            try assetlog("consumer", "list", "--data", workplace.url.path + "/copy").output == "audit: read up to sequence 40, 0 replays\n")
    }

    @Test("refuses a destination with events of its own, and one that a server works on")
    func refuses() throws {
        let workplace = try Workplace()
        let (source, other) = (try Self.server(20), try Self.server(5))
        let sides = [
            "--from", "sqlite:\(source.directory.appending(path: "data").path)", "--to",
            "sqlite:\(other.directory.appending(path: "data").path)",
        ]
        let busy = try copy(workplace, sides)
        #expect(busy.status == 1 && busy.errors.contains("Another server"), "\(busy)")
        #expect(other.stop() == 0)
        let foreign = try copy(workplace, sides)
        #expect(foreign.status == 2 && foreign.errors.contains("the first difference is event number 1"), "\(foreign)")
        #expect(foreign.output == "")
        #expect(try assetlog("verify", "--data", other.directory.appending(path: "data").path).output.hasPrefix("5 events"))
        let missing = try copy(workplace, ["--from", "sqlite:nowhere", "--to", "sqlite:copy"])
        #expect(missing.status == 1 && missing.errors.contains("There is no log at"), "\(missing)")
        #expect(!FileManager.default.fileExists(atPath: workplace.url.path + "/nowhere"))
        #expect(source.stop() == 0)
    }

    @Test(
        "says what is wrong with its command line",
        arguments: [
            ([], 64, "--from TYPE:LOCATION or --from-config FILE"),
            (["--from", "sqlite:a"], 64, "--to TYPE:LOCATION or --to-config FILE"),
            (["--from", "sqlte:a", "--to", "sqlite:b"], 78, "sqlite"),
            (["--from", "memory:a", "--to", "sqlite:b"], 64, "memory has no location"),
            (["--from", "sqlite:", "--to", "sqlite:b"], 64, "must be followed by its location, the value of storage.sqlite.path"),
            (["--from-config", "nowhere.yaml", "--to", "sqlite:b"], 78, "nowhere.yaml"),
            (["--from", "memory", "--to", "sqlite:b", "--tokens"], 1, "keeps no tokens"),
        ] as [([String], Int32, String)])
    func mistakes(_ arguments: [String], _ status: Int32, _ sentence: String) throws {
        let workplace = try Workplace()
        let result = try copy(workplace, arguments)
        #expect(result.status == status, "\(result)")
        #expect(result.errors.contains(sentence), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: workplace.url.path + "/b"))
    }
}
