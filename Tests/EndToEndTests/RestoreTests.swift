import Foundation
import Testing

@Suite("An exporter on a log that is not the one it knew")
struct RestoreTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
    }

    /// The directory of a server's data, below the workplace.
    private func directory(_ name: String) -> URL { workplace.url.appending(path: name) }

    /// A server whose events go to the same file of lines, whatever its data are.
    private func serve(_ name: String, _ arguments: [String] = []) throws -> ServerProcess {
        let exporter = [
            "--set", "exporters.audit.type=jsonlines", "--set", "exporters.audit.path=\(directory("lines/events.jsonl").path)",
        ]
        return try ServerProcess(exporter + arguments, in: directory(name))
    }

    private func report(_ count: Int, _ name: String, to server: ServerProcess) throws {
        let body = (0..<count).map {
            #"{"kind":"materialization","asset_key":["t\#($0 % 5)"],"description":"\#(name)-\#($0)"}"# + "\n"
        }
        let file = workplace.url.appending(path: "body-\(UUID().uuidString)")
        try Data(body.joined().utf8).write(to: file)
        let answer = try run(
            "curl",
            [
                "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/x-ndjson", "-H", "Expect:",
                "--data-binary", "@\(file.path)", "http://127.0.0.1:\(server.url.port ?? 0)/api/v1/events",
            ])
        #expect(answer.output == "200", "\(answer)")
    }

    /// How often each event of a name is in the file.
    private func shown(_ name: String) -> [Int: Int] {
        let text = (try? String(contentsOf: directory("lines/events.jsonl"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").reduce(into: [:]) { counts, line in
            let event = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let parts = (event?["description"] as? String)?.split(separator: "-") ?? []
            guard parts.count == 2, parts[0] == name, let number = Int(parts[1]) else { return }
            counts[number, default: 0] += 1
        }
    }

    /// Waits until so many different events of a name are in the file; then each must be there once.
    private func expectShown(_ count: Int, _ name: String) {
        let end = Date.now + 30
        while shown(name).count < count, Date.now < end { usleep(50_000) }
        #expect(shown(name) == Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, 1) }), "of \(count) events \(name)")
    }

    private func change(_ file: String, _ statements: String...) throws {
        let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.executescript(sys.argv[2])\nc.commit()"
        let result = try run("python3", ["-c", script, file, statements.joined(separator: ";")])
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test("exports every new event after a restore as the manual describes it, and the cursors come with the backup")
    func restored() throws {
        let server = try serve("first")
        try report(10, "old", to: server)
        expectShown(10, "old")
        // The cursor is saved within a second.
        usleep(1_500_000)
        let restored = directory("restored/data")
        try FileManager.default.createDirectory(at: restored, withIntermediateDirectories: true)
        let backup = try assetlog(
            "backup", restored.appending(path: "events.sqlite").path, "--data", directory("first/data").path)
        #expect(backup.status == 0 && backup.output.contains("and the cursors of audit"), "\(backup)")
        try report(5, "lost", to: server)
        expectShown(5, "lost")
        #expect(server.stop() == 0)

        let list = try assetlog("consumer", "list", "--data", restored.path)
        #expect(list.output == "audit: read up to sequence 10, 0 replays\n", "\(list)")
        let second = try serve("restored")
        try report(15, "new", to: second)
        expectShown(15, "new")
        expectShown(10, "old")
        #expect(second.said.contains("does not belong to this log") && second.said.contains("audit"), "\(second.said)")
        #expect(second.stop() == 0)
        #expect(try assetlog("verify", "--data", restored.path).output == "25 events read, no problems found.\n")
    }

    @Test("exports every new event after a restore whose backup has no cursors, in one generation more")
    func restoredWithoutCursors() throws {
        let server = try serve("first")
        try report(10, "old", to: server)
        expectShown(10, "old")
        #expect(server.stop() == 0)
        // What another tool copied: the file alone.
        let restored = directory("restored/data")
        try FileManager.default.createDirectory(at: restored, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: directory("first/data/events.sqlite"), to: restored.appending(path: "events.sqlite"))
        let again = try serve("first")
        try report(5, "lost", to: again)
        expectShown(5, "lost")
        #expect(again.stop() == 0)
        let second = try serve("restored")
        try report(15, "new", to: second)
        expectShown(15, "new")
        #expect(second.stop() == 0)
    }

    @Test("exports every new event of a folder that was put back as it was before, as a snapshot does")
    func snapshot() throws {
        let server = try serve("first")
        try report(10, "old", to: server)
        expectShown(10, "old")
        #expect(server.stop() == 0)
        try FileManager.default.copyItem(at: directory("first/data"), to: directory("snapshot"))
        let again = try serve("first")
        try report(8, "lost", to: again)
        expectShown(8, "lost")
        #expect(again.stop() == 0)
        try FileManager.default.removeItem(at: directory("first/data"))
        try FileManager.default.moveItem(at: directory("snapshot"), to: directory("first/data"))
        let second = try serve("first")
        try report(15, "new", to: second)
        expectShown(15, "new")
        expectShown(10, "old")
        #expect(second.stop() == 0)
    }

    @Test("exports every new event, and no old one again, after a copy of a log with a gap that brought the cursors over")
    func copied() throws {
        let server = try serve("first")
        try report(40, "old", to: server)
        expectShown(40, "old")
        #expect(server.stop() == 0)
        // A gap as an accepted loss leaves it.
        try change(directory("first/data/events.sqlite").path, "DELETE FROM events WHERE sequence BETWEEN 11 AND 30")
        let accepting = try serve("first", ["--accept-loss"])
        #expect(accepting.said.contains("11 to 30"), "\(accepting.said)")
        #expect(accepting.stop() == 0)
        let copy = try assetlog(
            "copy", "--from", "sqlite:\(directory("first/data").path)", "--to", "sqlite:\(directory("moved/data").path)",
            "--consumers")
        #expect(copy.status == 0 && copy.output.contains("consumer audit: continues after sequence 20\n"), "\(copy)")
        let second = try serve("moved")
        try report(15, "new", to: second)
        expectShown(15, "new")
        expectShown(40, "old")
        #expect(second.stop() == 0)
    }

    @Test("exports every event of a data folder that was started again")
    func startedAgain() throws {
        let server = try serve("first")
        try report(50, "old", to: server)
        expectShown(50, "old")
        #expect(server.stop() == 0)
        try FileManager.default.removeItem(at: directory("first/data"))
        let second = try serve("first")
        try report(50, "new", to: second)
        expectShown(50, "new")
        #expect(second.said.contains("another log"), "\(second.said)")
        #expect(second.stop() == 0)
    }

    @Test("exports nothing twice when only the cursors were removed, and a replay after that is one")
    func cursorsRemoved() throws {
        let server = try serve("first")
        try report(20, "old", to: server)
        expectShown(20, "old")
        #expect(server.stop() == 0)
        for name in ["consumers.sqlite", "consumers.sqlite-wal", "consumers.sqlite-shm"] {
            try? FileManager.default.removeItem(at: directory("first/data").appending(path: name))
        }
        let second = try serve("first")
        try report(5, "new", to: second)
        expectShown(5, "new")
        expectShown(20, "old")
        #expect(try assetlog("consumer", "replay", "audit", "--from", "1", "--data", directory("first/data").path).status == 0)
        let end = Date.now + 30
        while shown("new").values.contains(1), Date.now < end { usleep(50_000) }
        #expect(shown("old").values.allSatisfy { $0 == 2 } && shown("new").values.allSatisfy { $0 == 2 })
        #expect(second.stop() == 0)
    }
}
