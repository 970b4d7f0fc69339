import Foundation
import Testing

@Suite("Retention by a server")
struct RetentionTests {
    private static let rules = ["--set", "retention.rules={keep_last: 3}", "--set", "retention.every=1s"]

    private func get(_ server: ServerProcess, _ path: String) throws -> String {
        try run("curl", ["-s", "-g", "--max-time", "60", "\(server.url)\(path)"]).output
    }

    /// Reports events of three assets, some thousands of bytes each.
    private func report(_ count: Int, on server: ServerProcess) throws {
        let text = String(repeating: "x", count: 3000)
        let lines = (0..<count).map { number in
            #"{"kind":"materialization","asset_key":["raw","a\#(number % 3)"],"partition":"p","description":"\#(text)","#
                + #""metadata":{"rows":\#(number)}}"# + "\n"
        }
        let file = server.directory.appending(path: "events-\(UUID().uuidString)")
        try lines.joined().write(to: file, atomically: true, encoding: .utf8)
        let answer = try run(
            "curl",
            [
                "-s", "-w", "%{http_code}", "-H", "Content-Type: application/x-ndjson", "--data-binary", "@\(file.path)",
                "\(server.url)/api/v1/events",
            ])
        #expect(answer.output.hasSuffix("200"), "\(answer.output.suffix(300))")
    }

    private func metric(_ name: String, of server: ServerProcess) throws -> Double {
        let line = try get(server, "/metrics").split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return Double(try #require(line).dropFirst(name.count + 1)) ?? -1
    }

    private func eventually(_ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool) throws {
        let end = Date.now + 240
        while try !condition() {
            try #require(Date.now < end, "it did not happen within minutes: \(what)", sourceLocation: sourceLocation)
            usleep(100_000)
        }
    }

    private func count(_ asset: String, on server: ServerProcess) throws -> Int {
        let answer = try get(server, "/api/v1/asset?asset=raw/\(asset)&min_sequence=600&wait=60")
        let match = answer.firstMatch(of: /"counts":\{"materialization":(\d+)/)
        return match.flatMap { Int($0.1) } ?? -1
    }

    /// The number of events that are left of an asset.
    private func left(_ server: ServerProcess) throws -> Int {
        try get(server, "/api/v1/events?limit=1000").matches(of: /"event_id"/).count
    }

    private func expectWhole(_ server: ServerProcess, sourceLocation: SourceLocation = #_sourceLocation) throws {
        for asset in ["a0", "a1", "a2"] { #expect(try count(asset, on: server) == 200, sourceLocation: sourceLocation) }
        let series = try get(server, "/api/v1/asset?asset=raw/a1")
        #expect(series.contains(#""state":"ok""#), "\(series)", sourceLocation: sourceLocation)
    }

    @Test("removes what the rules let go, keeps its counts through kills and rebuilds, and gives the space back")
    func sqlite() throws {
        var server = try ServerProcess(Self.rules)
        let data = server.directory.appending(path: "data")
        try report(300, on: server)
        try eventually("removal has begun") { try metric("assetlog_retention_removed_events_total", of: server) > 0 }
        server.kill()
        server = try ServerProcess(Self.rules, in: server.directory)
        try report(300, on: server)
        try eventually("the last three of each asset and the first of its streak are left") { try left(server) == 12 }
        try expectWhole(server)
        server.kill()
        server = try ServerProcess(Self.rules, in: server.directory)
        try expectWhole(server)
        #expect(server.stop() == 0)
        for command in [["verify"], ["catalog", "verify"]] {
            let result = try run(ServerProcess.binary.path, command + ["--data", data.path])
            #expect(result.status == 0, "\(command) \(result.output)\(result.errors)")
        }
        let before = try size(data.appending(path: "events.sqlite"))
        let compact = try run(ServerProcess.binary.path, ["compact", "--data", data.path])
        #expect(compact.status == 0, "\(compact.output)\(compact.errors)")
        #expect(compact.output.contains("given back"))
        #expect(try size(data.appending(path: "events.sqlite")) < before / 4)
        try FileManager.default.removeItem(at: data.appending(path: "catalog.sqlite"))
        server = try ServerProcess(Self.rules, in: server.directory)
        try expectWhole(server)
        let refused = try run(ServerProcess.binary.path, ["compact", "--data", data.path])
        #expect(refused.status == 1 && refused.errors.contains("Another server"), "\(refused.errors)")
        #expect(server.stop() == 0)
        try? FileManager.default.removeItem(at: server.directory)
    }

    private func size(_ file: URL) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int)
    }

    @Test("says beforehand what would go, and afterwards what a replay can't deliver any more")
    func sayings() throws {
        let plain = try ServerProcess()
        let data = plain.directory.appending(path: "data").path
        try report(60, on: plain)
        try eventually("the catalog's file has the assets") { try metric("assetlog_catalog_flushed", of: plain) >= 60 }
        let rules = ["--data", data, "--set", "retention.rules={assets: [raw/a1], keep_last: 5}"]
        let before = try run(ServerProcess.binary.path, ["retention", "--dry-run"] + rules)
        #expect(before.status == 0)
        #expect(before.output.contains("rule 1 (raw/a1; keep_last 5): 14 events of 1 asset, about "), "\(before.output)\(before.errors)")
        #expect(before.output.contains("14 events would be removed now."))
        #expect(try run(ServerProcess.binary.path, ["retention"] + rules).status == 64)
        #expect(plain.stop() == 0)
        let server = try ServerProcess(
            Self.rules + [
                "--set", "exporters.lines.type=jsonlines", "--set", "exporters.lines.path=\(plain.directory.path)/lines",
            ], in: plain.directory)
        try eventually("the last three of each asset and the first of its streak are left") { try left(server) == 12 }
        let replay = try run(
            "curl",
            [
                "-s", "-X", "POST", "-d", #"{"from":1}"#, "-H", "Content-Type: application/json",
                "\(server.url)/api/v1/exporters/lines/replay",
            ])
        #expect(replay.output.contains(#""removed_up_to":5"#), "\(replay.output)")
        #expect(server.stop() == 0)
        try? FileManager.default.removeItem(at: server.directory)
    }

    private static let wrong: [(settings: [String], sentence: String)] = [
        (["catalog.enabled=false", "retention.rules={keep_last: 3}"], "need the catalog"),
        (["retention.rules={assets: [a]}"], "needs keep_for, keep_last or both"),
        (["retention.rules={keep_fro: 3d}"], "did you mean keep_for?"),
        (["retention.rules=[{keep_for: 3d}, {keep_for: soon}]"], "has the wrong rule 2: keep_for must be a time span"),
        (["retention.rules={kinds: [checks], keep_last: 1}"], "\"checks\" is no kind of event"),
        (["retention.rules=often"], "takes rules, each with its own keys"),
    ]

    @Test("is refused without the catalog, with a rule that says nothing, and with one that is wrong", arguments: wrong)
    func mistakes(settings: [String], sentence: String) throws {
        let result = try run(ServerProcess.binary.path, ["check-config"] + settings.flatMap { ["--set", $0] })
        #expect(result.status == 78)
        #expect((result.output + result.errors).contains(sentence), "\(result.output)\(result.errors)")
    }

    @Test("is done by one of two servers on PostgreSQL, and both count the same", .enabled(if: Database.absence == nil))
    func postgres() throws {
        let log = try Database.shared.get().freshLog()
        let servers = [try ServerProcess(log + Self.rules), try ServerProcess(log + Self.rules)]
        try report(300, on: servers[0])
        try report(300, on: servers[1])
        try eventually("the last three of each asset and the first of its streak are left") { try left(servers[0]) == 12 }
        for server in servers { try expectWhole(server) }
        let removed = try servers.map { try metric("assetlog_retention_removed_events_total", of: $0) }
        #expect(removed.reduce(0, +) == 588, "\(removed)")
        servers[1].kill()
        try FileManager.default.removeItem(at: servers[1].directory.appending(path: "data/catalog.sqlite"))
        let again = try ServerProcess(log + Self.rules, in: servers[1].directory)
        try expectWhole(again)
        for server in [servers[0], again] {
            #expect(server.stop() == 0, "\(server.said)")
            try? FileManager.default.removeItem(at: server.directory)
        }
    }
}
