import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import Foundation
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import AssetlogAPI

@Suite("The routes of the exporters")
struct ExporterRouteTests {
    private let exporters = FakeExporters()
    private let server: Server
    private var storage: any Storage { server.log.storage }

    init() async throws {
        server = try await Server(deployments: ["prod"], exporters: exporters)
        try server.record((0..<10).map { .sample(after: $0) })
    }

    private func post(_ path: String, _ body: String = "", as identity: RequestIdentity = .init()) async throws -> Answer {
        try await server.ask(.post, "/api/v1/exporters/\(path)", admission: identity, body: body)
    }

    private func list() async throws -> [[String: Any]] {
        let answer = try await server.get("/api/v1/exporters")
        #expect(answer.status == 200)
        return try #require(try answer.json()["exporters"] as? [[String: Any]])
    }

    private func keep(_ sequences: [Int64]) async throws {
        let log = try await storage.logID()
        let events = try await storage.events(EventQuery()).events
        let letters = sequences.map { sequence in
            DeadLetter(
                sequence: sequence, log: log, event: events[Int(sequence) - 1].id, attempts: 12,
                failedAt: Timestamp(microseconds: 1_795_392_000_000_000), message: "It answered 400.", answer: "no \"such\"\u{0} table")
        }
        try await storage.keepDeadLetters(letters, of: "warehouse")
    }

    // MARK: Reading

    @Test("list each exporter with what this server knows, and what the storage does")
    func lists() async throws {
        _ = try await storage.replay("audit", after: 4)
        try await keep([2, 3])
        try await storage.setPause(of: "warehouse", "maintenance")
        let exporters = try await list()
        #expect(exporters.map { $0["name"] as? String } == ["audit", "away", "warehouse"])
        #expect(exporters.map { $0["state"] as? String } == ["standing_by", "starting", "paused"])
        #expect(exporters.map { $0["paused"] as? String } == [nil, nil, "maintenance"])
        #expect(exporters.map { $0["position"] as? Int } == [4, 0, 7])
        #expect(exporters.map { $0["generation"] as? Int } == [1, 0, 0])
        #expect(exporters.map { $0["dead_letters"] as? Int } == [0, 0, 2])
        #expect(exporters.map { ($0["lag"] as? [String: Any])?["events"] as? Int } == [6, 10, 3])
        let warehouse = try #require(exporters.last)
        #expect(warehouse["type"] as? String == "webhook")
        #expect(warehouse["head"] as? Int == 10)
        #expect((warehouse["lag"] as? [String: Any])?["seconds"] as? Double == 1.5)
        #expect(((exporters[0]["lag"] as? [String: Any])?["seconds"]) is NSNull)
        #expect(warehouse["skipped"] as? [String: Int] == ["no \"key\"": 4])
        #expect(warehouse["delivered"] as? Int == 5)
        #expect(warehouse["failures"] as? Int == 3)
        #expect(warehouse["attempts"] as? Int == 2)
        #expect(warehouse["circuit"] as? String == "half_open")
        #expect(warehouse["last_error"] as? String == "It answered 503.")
    }

    @Test(
        "name the state of an exporter",
        arguments: [
            (ConsumerStatus.Phase.following, "following"), (.catchingUp, "catching_up"), (.retrying, "retrying"),
            (.stopped, "stopped"), (.standingBy, "standing_by"), (.starting, "starting"),
        ])
    func states(_ phase: ConsumerStatus.Phase, _ state: String) async throws {
        exporters.change { $0["warehouse"]?.report?.consumer.phase = phase }
        #expect(try await list().last?["state"] as? String == state)
    }

    @Test("show the position of a replay at once, before the exporter has noticed it")
    func replayed() async throws {
        _ = try await post("warehouse/replay", #"{"from": 3}"#)
        let warehouse = try #require(try await list().last)
        #expect(warehouse["position"] as? Int == 2)
        #expect(warehouse["generation"] as? Int == 1)
    }

    @Test("read dead letters page by page")
    func pages() async throws {
        try await keep([2, 3, 5])
        let first = try await server.get("/api/v1/exporters/warehouse/dead-letters?limit=2").json()
        let letters = try #require(first["dead_letters"] as? [[String: Any]])
        #expect(letters.map { $0["sequence"] as? Int } == [2, 3])
        #expect(first["next"] as? Int == 3)
        #expect(letters[0]["event_id"] as? String == (try await storage.events(EventQuery()).events[1].id.description))
        #expect(letters[0]["attempts"] as? Int == 12)
        #expect(letters[0]["failed_at"] as? String == "2026-11-23T00:00:00.000000Z")
        #expect(letters[0]["message"] as? String == "It answered 400.")
        #expect(letters[0]["answer"] as? String == "no \"such\"\u{0} table")
        #expect(letters[0]["replay_requested"] as? Bool == false)
        let second = try await server.get("/api/v1/exporters/warehouse/dead-letters?limit=2&after=3").json()
        #expect((second["dead_letters"] as? [[String: Any]])?.count == 1)
        #expect(second["next"] is NSNull)
    }

    // MARK: Changing

    @Test("pause an exporter for a reason, and resume it")
    func pauses() async throws {
        let paused = try await post("warehouse/pause", #"{"reason": "maintenance \u00fc"}"#)
        #expect(try paused.json()["paused"] as? String == "maintenance ü")
        #expect(try await storage.pause(of: "warehouse") == "maintenance ü")
        _ = try await post("warehouse/pause")
        #expect(try await storage.pause(of: "warehouse") == "an operator paused it")
        let resumed = try await post("warehouse/resume", "{}")
        #expect(try resumed.json()["paused"] is NSNull)
        #expect(try await storage.exporterPause(of: "warehouse").reason == nil)
        let shown = try await server.get("/api/v1/exporters").json()
        #expect((shown["exporters"] as? [[String: Any]])?.allSatisfy { $0["paused"] is NSNull } == true)
        // One that stopped for good tries again.
        #expect(exporters.restarted == ["warehouse"])
    }

    @Test(
        "replay from a sequence or a time",
        arguments: [
            (#"{"from": 1}"#, 1), (#"{"from": 7}"#, 7), (#"{"from": 11}"#, 11), (#"{"time": "2026-11-23T00:00:03Z"}"#, 4),
            (#"{"time": "2026-11-23T01:00:02.5+01:00"}"#, 4), (#"{"time": "2026-11-01T00:00:00Z"}"#, 1),
            (#"{"time": "2026-11-23T00:00:09Z"}"#, 10),
        ])
    func replays(_ body: String, _ first: Int64) async throws {
        let answer = try await post("warehouse/replay", body)
        #expect(try answer.json()["from"] as? Int == Int(first), "\(answer.text)")
        #expect(try await storage.cursor(of: "warehouse") == ConsumerCursor(consumer: "warehouse", generation: 1, position: first - 1))
    }

    @Test(
        "replay dead letters: some or all, by either route",
        arguments: [
            ("warehouse/replay", #"{"dead_letters": true}"#, [2, 3, 5]), ("warehouse/replay", #"{"dead_letters": [5, 2]}"#, [2, 5]),
            ("warehouse/dead-letters/replay", #"{"all": true}"#, [2, 3, 5]),
            ("warehouse/dead-letters/replay", #"{"sequences": [3]}"#, [3]),
        ] as [(String, String, [Int64])])
    func replaysDeadLetters(_ path: String, _ body: String, _ sequences: [Int64]) async throws {
        try await keep([2, 3, 5])
        let answer = try await post(path, body)
        #expect(try answer.json()["dead_letters"] as? Int == sequences.count, "\(answer.text)")
        #expect(try await storage.requestedDeadLetters(of: "warehouse", limit: 10).map(\.sequence) == sequences)
        #expect(try await storage.deadLetterCount(of: "warehouse") == 3)
    }

    @Test("discard dead letters, all of a list or none")
    func discards() async throws {
        try await keep([2, 3, 5])
        let missing = try await post("warehouse/dead-letters/discard", #"{"sequences": [2, 4]}"#).problem(404)
        #expect(missing == "The exporter has no dead letter of sequence 4, so nothing was changed.")
        #expect(try await storage.deadLetterCount(of: "warehouse") == 3)
        _ = try await post("warehouse/dead-letters/replay", #"{"sequences": [9]}"#).problem(404)
        #expect(try await post("warehouse/dead-letters/discard", #"{"sequences": [2, 5]}"#).json()["dead_letters"] as? Int == 2)
        #expect(try await post("warehouse/dead-letters/discard", #"{"all": true}"#).json()["dead_letters"] as? Int == 1)
        #expect(try await post("warehouse/dead-letters/discard", #"{"all": true}"#).json()["dead_letters"] as? Int == 0)
    }

    @Test("test a destination, and say in the answer that it fails")
    func tests() async throws {
        let passed = try await post("warehouse/test").json()
        #expect(passed["ok"] as? Bool == true)
        #expect(passed["message"] as? String == "It took an event of [\"assetlog\",\"test\"].")
        let failed = try await post("away/test").json()
        #expect(failed["ok"] as? Bool == false)
        #expect(failed["message"] as? String == "It is not open.")
    }

    // MARK: Refusals

    @Test(
        "refuse a body that says nothing, or something else, and change nothing",
        arguments: [
            ("pause", "[]", "must be a JSON object"), ("pause", "{", "is not JSON"),
            ("pause", #"{"reason": 7}"#, "reason must be a string"),
            ("pause", #"{"reason": ""}"#, "1 to 1024 bytes"), ("pause", #"{"raeson": "x"}"#, "Did you mean reason?"),
            ("pause", #"{"reason": "a", "reason": "b"}"#, "more than once"), ("resume", #"{"x": 1}"#, "must be empty"),
            ("test", #"{"x": 1}"#, "must be empty"), ("replay", "", "must have one of the members"), ("replay", "{}", "must have one of"),
            ("replay", #"{"from": 1, "time": "2026-11-23T00:00:00Z"}"#, "must have one of"), ("replay", #"{"from": 0}"#, "from 1 on"),
            ("replay", #"{"from": "1"}"#, "from 1 on"), ("replay", #"{"from": 12}"#, "has the sequences 1 to 10"),
            ("replay", #"{"from": 99999999999999999999}"#, "from 1 on"), ("replay", #"{"time": "yesterday"}"#, "RFC 3339"),
            ("replay", #"{"time": "2027-01-01T00:00:00Z"}"#, "No event was received at"),
            ("replay", #"{"dead_letters": false}"#, "must be true or a list"),
            ("replay", #"{"dead_letters": []}"#, "must be true or a list"),
            ("dead-letters/replay", "", "must say which"), ("dead-letters/discard", #"{"all": false}"#, "must be true"),
            ("dead-letters/discard", #"{"sequences": ["1"]}"#, "must be a list of 1 to 10000"),
            ("dead-letters/discard", #"{"sequences": [0]}"#, "must be a list"),
            ("dead-letters/discard", #"{"sequences": [1], "all": true}"#, "must say which"),
        ])
    func bodies(_ path: String, _ body: String, _ sentence: String) async throws {
        try await keep([1])
        let problem = try await post("warehouse/\(path)", body).problem(400)
        #expect(problem.contains(sentence), "\(problem)")
        #expect(try await storage.cursors() == [])
        #expect(try await storage.pause(of: "warehouse") == nil)
        #expect(try await storage.requestedDeadLetters(of: "warehouse", limit: 1) == [])
        #expect(try await storage.deadLetterCount(of: "warehouse") == 1)
    }

    @Test("refuse a body that is too large, or compressed in a way that is not known")
    func largeBodies() async throws {
        _ = try await post("warehouse/pause", String(repeating: " ", count: 300_000)).problem(413)
        let brotli = try await server.ask(
            .post, "/api/v1/exporters/warehouse/pause", headers: [.contentEncoding: "br"], body: "x")
        _ = try brotli.problem(415)
        #expect(brotli.headers[.acceptEncoding] == "gzip, deflate, identity")
    }

    @Test("name the exporter that a misspelt name may mean")
    func names() async throws {
        #expect(try await post("warehuose/pause").problem(404) == #"There is no exporter "warehuose". Did you mean warehouse?"#)
        #expect(try await post("x/test").problem(404) == #"There is no exporter "x". Available: audit, away, warehouse."#)
        _ = try await server.get("/api/v1/exporters/x/dead-letters").problem(404)
    }

    @Test("are for admins whose token is not limited, and about the whole server")
    func rights() async throws {
        func identity(_ rights: AccessRights, assets: [String] = []) throws -> RequestIdentity {
            let patterns = try assets.map { try #require(PartPattern($0)) }
            return RequestIdentity(caller: Caller(grant: AccessGrant(name: "ops", rights: rights, assets: patterns)))
        }
        _ = try await server.get("/api/v1/exporters", identity(.read)).problem(403)
        _ = try await post("warehouse/pause", as: identity([.read, .reportMaterialization])).problem(403)
        let limited = try await post("warehouse/pause", as: identity(.admin, assets: ["a"])).problem(403)
        #expect(limited.contains("limited to some assets"))
        #expect(try await post("warehouse/pause", as: identity(.admin)).status == 200)
        #expect(try await storage.pause(of: "warehouse") == "ops paused it")
        _ = try await server.get("/prod/api/v1/exporters").problem(404)
        _ = try await server.ask(.post, "/prod/api/v1/exporters/warehouse/pause").problem(404)
    }

    @Test("write what was changed to the audit log, by whom, and nothing that was not")
    func audits() async throws {
        let lines = CapturedLog()
        let server = try await Server(exporters: exporters, audit: AuditLog(messages: lines.logger))
        let identity = RequestIdentity(caller: Caller(grant: AccessGrant(name: "ops", rights: .admin)))
        try server.record([.sample()])
        for (path, body) in [
            ("pause", #"{"reason": "maintenance"}"#), ("resume", ""), ("resume", ""), ("replay", #"{"from": 1}"#), ("test", ""),
            ("dead-letters/discard", #"{"all": true}"#), ("replay", #"{"from": 99}"#),
        ] {
            _ = try await server.ask(.post, "/api/v1/exporters/warehouse/\(path)", admission: identity, body: body)
        }
        let end = "exporter=warehouse"
        #expect(
            lines.lines == [
                "notice An exporter was paused. event=exporter.paused \(end) reason=maintenance reporter=ops",
                "notice An exporter was resumed. event=exporter.resumed \(end) reporter=ops",
                "notice An exporter was resumed. event=exporter.resumed \(end) reporter=ops",
                "notice An exporter was set back to deliver again. event=exporter.replayed \(end) from=1 reporter=ops",
                "notice The destination of an exporter was tested. event=exporter.tested \(end) reporter=ops result=ok",
            ])
    }
}

/// Exporters of a server that a test describes.
final class FakeExporters: ExporterDirectory {
    private let listed: Mutex<[String: ListedExporter]>
    private let restarts = Mutex<[String]>([])

    init() {
        var warehouse = ExporterReport(
            ConsumerStatus(
                name: "warehouse", phase: .following, generation: 0, position: 7, head: 9, failures: 2, lastError: "It answered 503."))
        warehouse.lagSeconds = 1.5
        warehouse.circuit = "half_open"
        warehouse.counts.delivered = 5
        warehouse.counts.skipped = ["no \"key\"": 4]
        warehouse.counts.failures = 3
        let audit = ExporterReport(ConsumerStatus(name: "audit", phase: .standingBy, generation: 0, position: 0, head: 0, failures: 0))
        listed = Mutex([
            "warehouse": ListedExporter(name: "warehouse", type: "webhook", report: warehouse),
            "audit": ListedExporter(name: "audit", type: "jsonlines", report: audit),
            "away": ListedExporter(name: "away", type: "webhook", report: nil),
        ])
    }

    var exporters: [ListedExporter] { listed.withLock { $0.values.sorted { $0.name < $1.name } } }
    var restarted: [String] { restarts.withLock { $0 } }

    func change(_ body: (inout [String: ListedExporter]) -> Void) { listed.withLock { body(&$0) } }

    func restart(_ name: String) { restarts.withLock { $0.append(name) } }

    func test(_ name: String, with event: LoggedEvent) async throws -> String {
        guard name != "away" else { throw ExportError("It is not open.") }
        return "It took an event of \(event.assetKey.canonical)."
    }
}
