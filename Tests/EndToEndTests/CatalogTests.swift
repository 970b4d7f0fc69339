import Foundation
import Testing

/// The catalog of the built server: its routes, `assetlog asset` and `assetlog wait`.
@Suite("The catalog of a server")
struct CatalogTests {
    /// A server with some assets, and the client's commands for it.
    private struct Fixture {
        let reports: ReportFixture
        let server: ServerProcess

        init(_ arguments: [String] = []) throws {
            reports = try ReportFixture(arguments)
            server = try reports.start()
        }

        func report(_ arguments: String...) throws {
            let result = try run(
                ServerProcess.binary.path, ["report"] + arguments, in: reports.directory, environment: reports.environment)
            #expect(result.status == 0, "\(result.errors)")
        }

        func assetlog(_ arguments: String..., environment: [String: String] = [:]) throws -> CommandResult {
            try run(
                ServerProcess.binary.path, arguments, in: reports.directory,
                environment: reports.environment.merging(environment) { $1 })
        }

        /// An answer with its head, of a path below `/api/v1/`, once it contains everything that was reported.
        func get(_ path: String, _ options: [String] = []) throws -> (head: String, json: [String: Any]) {
            let sequence = try reports.events(options).last?["sequence"] as? Int ?? 0
            let separator = path.contains("?") ? "&" : "?"
            let url = "\(server.url.absoluteString)/api/v1/\(path)\(separator)min_sequence=\(sequence)&wait=60"
            let text = try run("curl", ["-si", "--noproxy", "*", url] + options).output
            let parts = text.components(separatedBy: "\r\n\r\n")
            let json = parts.count > 1 ? try? JSONSerialization.jsonObject(with: Data(parts[1].utf8)) as? [String: Any] : nil
            return (parts[0], json ?? [:])
        }
    }

    /// Three assets: one fine with two partitions, one failed, one with a check that fails.
    private static func prepared() throws -> Fixture {
        let fixture = try Fixture()
        try fixture.report("materialization", "shop/orders", "--partition", "2026-11-23", "--metadata", "rows=10", "--tag", "team=core")
        try fixture.report("materialization", "shop/orders", "--partition", "2026-11-25", "--metadata", "rows=12", "--tag", "team=core")
        try fixture.report("failure", "shop/orders", "--partition", "2026-11-26", "--message", "no space")
        try fixture.report("materialization", "shop/orders", "--partition", "2026-11-27", "--tag", "team=core")
        try fixture.report("failure", "shop/customers", "--message", "disk full")
        try fixture.report("materialization", "shop/visits")
        try fixture.report("check", "shop/visits", "--check-name", "fresh", "--passed", "true", "--partition", "a")
        try fixture.report("check", "shop/visits", "--check-name", "no_nulls", "--passed", "false")
        _ = try fixture.get("overview")
        return fixture
    }

    @Test("answers how assets stand, what is missing and what fails")
    func routes() throws {
        let fixture = try Self.prepared()
        let list = try fixture.get("assets?sort=state").json
        let assets = try #require(list["assets"] as? [[String: Any]])
        #expect(assets.map { ($0["asset_key"] as? [String])?.last } == ["customers", "visits", "orders"])
        #expect(assets.map { $0["state"] as? String } == ["failed", "check_failed", "ok"])
        #expect((list["counts"] as? [String: Int])?["ok"] == 1)
        #expect(list["as_of"] as? Int == 8)

        #expect(try fixture.get("assets?tag=team:core").json["assets"].map { ($0 as? [Any])?.count } == 1)
        #expect(try fixture.get("assets?state=failed,check_failed&prefix=shop&q=vis").json["assets"].map { ($0 as? [Any])?.count } == 1)

        let summary = try #require(try fixture.get("asset/partitions?asset=shop/orders&summary=true").json["summary"] as? [String: Any])
        #expect(summary["total"] as? Int == 4 && summary["failed"] as? Int == 1)
        #expect((summary["missing"] as? [[String: String]]) == [["from": "2026-11-24", "to": "2026-11-24"]])

        let one = try fixture.get("asset/partitions?asset=shop/orders&partition=2026-11-25").json["partitions"] as? [[String: Any]]
        #expect(one?.map { $0["partition"] as? String } == ["2026-11-25"])
        let none = try fixture.get("asset/partitions?asset=shop/orders&partition=2026-11-24").json["partitions"] as? [[String: Any]]
        #expect(none?.isEmpty == true)
        let checks = try fixture.get("asset/checks?asset=shop/visits&by=partition&partition=a").json["checks"] as? [[String: Any]]
        #expect(checks?.map { $0["check_name"] as? String } == ["fresh"])

        let failing = try fixture.get("checks?state=failed").json["checks"] as? [[String: Any]]
        #expect(failing?.map { $0["check_name"] as? String } == ["no_nulls"])
        let points = try fixture.get("asset/series?asset=shop/orders&label=rows").json["points"] as? [[String: Any]]
        #expect(points?.map { $0["value"] as? Int } == [10, 12])
        let history = try run(
            "curl", ["-sf", "\(fixture.server.url)/api/v1/asset/check/history?asset=shop/visits&check_name=no_nulls"])
        #expect(history.output.contains(#""passed":false"#))
    }

    @Test("says what is asked wrongly, and what it does not know")
    func refusals() throws {
        let fixture = try Self.prepared()
        let refusals: [(path: String, status: String, part: String)] = [
            ("asset", "400", "asset is missing"), ("asset?asset=nope", "404", "no event of the asset"),
            ("assets?state=bad", "400", "must be one of"), ("assets?after=zz", "400", "next of the page before"),
            ("asset/series?asset=shop/orders", "400", "label is missing"),
            ("asset/partitions?asset=a&summary=true&limit=1", "400", "summary=true"),
            ("asset/checks?asset=shop/visits&partition=a", "400", "by=partition"), ("assets?limit=1001", "400", "between 1 and 1000"),
        ]
        for refusal in refusals {
            let (head, json) = try fixture.get(refusal.path)
            #expect(head.hasPrefix("HTTP/1.1 \(refusal.status)"), "\(refusal.path): \(head)")
            #expect((json["detail"] as? String)?.contains(refusal.part) == true, "\(refusal.path): \(json)")
        }
    }

    @Test("answers 304 as long as it would say the same, and 503 with what it knows when it is behind")
    func freshness() throws {
        let fixture = try Self.prepared()
        let head = try fixture.get("asset?asset=shop/orders").head
        let tag = try #require(head.firstMatch(of: /\r\nETag: ([^\r]+)/)?.1)
        try fixture.report("materialization", "shop/visits")
        let again = try fixture.get("asset?asset=shop/orders", ["-H", "If-None-Match: \(tag)"]).head
        #expect(again.hasPrefix("HTTP/1.1 304") && again.contains("\r\nAssetlog-As-Of: 9"))
        try fixture.report("materialization", "shop/orders")
        #expect(try fixture.get("asset?asset=shop/orders", ["-H", "If-None-Match: \(tag)"]).head.hasPrefix("HTTP/1.1 200"))
        let behind = try run("curl", ["-si", "\(fixture.server.url)/api/v1/asset?asset=shop/orders&min_sequence=99&wait=0"]).output
        #expect(behind.hasPrefix("HTTP/1.1 503") && behind.contains("\r\nRetry-After:") && behind.contains(#""as_of":10"#))
    }

    @Test("is shown on the command line, as a table and as lines of JSON")
    func commands() throws {
        let fixture = try Self.prepared()
        let list = try fixture.assetlog("asset", "list", "--sort", "state")
        let rows = list.output.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        #expect(rows.map { $0.first } == ["ASSET", "shop/customers", "shop/visits", "shop/orders"])
        let lines = try fixture.assetlog("asset", "list", "--json", "--state", "ok").output.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].hasPrefix(#"{"asset_key":["shop","orders"]"#))
        #expect(try fixture.assetlog("asset", "show", "shop/customers").output.contains("disk full"))
        #expect(try fixture.assetlog("asset", "partitions", "shop/orders", "--state", "failed").output.contains("2026-11-26"))
        #expect(try fixture.assetlog("asset", "checks", "shop/visits").output.contains("no_nulls"))
        let unknown = try fixture.assetlog("asset", "show", "nope")
        #expect(unknown.status == 1 && unknown.errors.contains("no event of the asset"))
    }

    // The command line after `assetlog wait`, and the exit code.
    private static let waits: [String: Int32] = [
        "shop/orders": 0, "shop/orders --partition 2026-11-23": 0, "shop/orders --partition 2026-11-26": 3,
        "shop/orders --partition 2026-11-24 --timeout 1s": 4, "shop/customers": 3, "shop/customers --newer-than 1ms --timeout 1s": 4,
        "shop/visits": 0, "shop/visits --checks": 3, "shop/visits --newer-than 1h": 0,
        "shop/visits --checks --partition a --timeout 1s": 4, "nope --timeout 1s": 4, "shop/visits --since yesterday": 64,
        "shop/visits --partition=": 64,
    ]

    @Test("is what `assetlog wait` waits for")
    func wait() throws {
        let fixture = try Self.prepared()
        for (line, status) in Self.waits {
            let arguments = ["wait"] + line.split(separator: " ").map(String.init)
            let result = try run(
                ServerProcess.binary.path, arguments, in: fixture.reports.directory, environment: fixture.reports.environment)
            #expect(result.status == status, "\(line): \(result.errors)")
        }
    }

    @Test("lets a job wait for a table that another one writes meanwhile, also while the server is away")
    func waiting() throws {
        let fixture = try Fixture()
        let waiter = Process()
        waiter.executableURL = ServerProcess.binary
        waiter.arguments = ["wait", "shop/orders", "--timeout", "5m"]
        waiter.environment = ProcessInfo.processInfo.environment.merging(fixture.reports.environment) { $1 }
        waiter.standardError = FileHandle.nullDevice
        try waiter.run()
        fixture.server.kill()
        let server = try fixture.reports.start()
        #expect(waiter.isRunning)
        try fixture.report("materialization", "shop/orders")
        waiter.waitUntilExit(within: 300)
        #expect(waiter.terminationStatus == 0)
        #expect(server.stop() == 0)
    }

    @Test("can be left out")
    func disabled() throws {
        let fixture = try Fixture(["--set", "catalog.enabled=false"])
        let (head, json) = try fixture.get("assets")
        #expect(head.hasPrefix("HTTP/1.1 501"))
        #expect((json["detail"] as? String)?.contains("catalog.enabled") == true)
        #expect(!FileManager.default.fileExists(atPath: fixture.server.directory.appending(path: "data/catalog.sqlite").path))
    }
}
