import Foundation
import Testing

/// `assetlog report`, against the built server.
@Suite("assetlog report")
struct ReportCommandTests {
    @Test("records each kind, as it was typed")
    func kinds() throws {
        let fixture = try ReportFixture(["--set", "deployments.declared=prod", "--path-prefix", "/dagster"])
        fixture.environment["ASSETLOG_URL"]? += "/dagster/"
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let commands: [[String]] = [
            [
                "materialization", "warehouse", "a/b", "--partition", "2026-11-22", "--metadata", "rows=10", "source=s3://b/x=1",
                "code:=\"007\"",
                "--metadata", "ok=true", "--metadata-json", #"{"o": {"b": [1, 2.5]}, "n": null}"#, "--description", "d", "--data-version",
                "1.1",
            ],
            ["check", "warehouse/orders", "--check-name", "no_nulls", "--passed", "false", "--severity", "WARN", "--partition", "p"],
            ["observation", #"["a/b"]"#, "--description", "seen"],
            ["observation", "é", "--deployment", "prod"],
        ]
        for command in commands {
            let result = try run(ServerProcess.binary.path, ["report"] + command, in: fixture.directory, environment: fixture.environment)
            #expect(result.status == 0, "\(command): \(result.errors)")
            #expect(result.errors.isEmpty && result.output.isEmpty)
        }
        fixture.environment["ASSETLOG_URL"] = "http://localhost:\(fixture.port)/dagster"
        let events = try fixture.events()
        #expect(events.map { $0["asset_key"] as? [String] } == [["warehouse", "a/b"], ["warehouse", "orders"], ["a/b"]])
        #expect(events.map { $0["kind"] as? String } == ["materialization", "check", "observation"])
        let first = events[0]
        #expect(first["partition"] as? String == "2026-11-22")
        #expect(first["description"] as? String == "d")
        #expect(first["data_version"] as? String == "1.1")
        let metadata = try #require(first["metadata"] as? [String: [String: Any]])
        #expect(
            metadata.mapValues { $0["type"] as? String }
                == ["rows": "int", "source": "text", "code": "text", "ok": "bool", "o": "json", "n": "null"])
        #expect(metadata["source"]?["value"] as? String == "s3://b/x=1")
        #expect(metadata["code"]?["value"] as? String == "007")
        #expect(events[1]["check_name"] as? String == "no_nulls")
        #expect(events[1]["passed"] as? Bool == false)
        #expect(events[1]["severity"] as? String == "WARN")
        fixture.environment["ASSETLOG_URL"] = "http://localhost:\(fixture.port)/dagster/prod"
        #expect(try fixture.events().map { $0["asset_key"] as? [String] } == [["é"]])
        #expect(fixture.files("waiting").isEmpty)
    }

    @Test("records starts, failures and skips, with times and tags")
    func lifeCycle() throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let commands: [[String]] = [
            [
                "started", "a", "--timestamp", "2026-11-23T19:00:00+01:00", "--tag", "team=core", "--tag", "run=-1", "--description",
                "- first",
            ],
            ["failure", "a", "--message", "--- out of memory", "--partition", "-5", "--metadata", "rows=1", "-x=2"],
            ["failure", "a", "--reason", "upstream", "--timestamp", "1764000000.5"], ["skipped", "a"],
            ["skipped", "a", "--message", "nothing new"], ["skipped", "a", "--reason", "RUN_TERMINATED", "--partition=-5"],
            ["check", "a", "--check-name", "-c", "--passed", "Yes", "--severity", "warning", "--timestamp", "2026-11-23 19:00:00 +0100"],
        ]
        for command in commands {
            let result = try run(ServerProcess.binary.path, ["report"] + command, in: fixture.directory, environment: fixture.environment)
            #expect(result.status == 0 && result.errors.isEmpty, "\(command): \(result.errors)")
        }
        let events = try fixture.events()
        let kinds = ["started", "failed", "failed", "skipped", "skipped", "skipped"].map { "materialization_\($0)" }
        #expect(events.map { $0["kind"] as? String } == kinds + ["check"])
        #expect(events[0]["timestamp"] as? String == "2026-11-23T18:00:00.000000Z")
        #expect(events[0]["tags"] as? [String: String] == ["team": "core", "run": "-1"])
        #expect(events[0]["description"] as? String == "- first")
        let failures = events.map { ($0["failure"] as? [String: String]).map { [$0["reason"] ?? "", $0["message"] ?? ""] } }
        #expect(
            failures == [
                nil, ["FAILED_TO_MATERIALIZE", "--- out of memory"], ["UPSTREAM_FAILED_TO_MATERIALIZE", ""], nil,
                ["UNKNOWN", "nothing new"],
                ["RUN_TERMINATED", ""], nil,
            ])
        #expect(events[1]["partition"] as? String == "-5" && events[5]["partition"] as? String == "-5")
        #expect((events[1]["metadata"] as? [String: Any])?.keys.sorted() == ["-x", "rows"])
        #expect(events[2]["timestamp"] as? String == "2025-11-24T16:00:00.500000Z")
        #expect(
            events[6]["check_name"] as? String == "-c" && events[6]["passed"] as? Bool == true && events[6]["severity"] as? String == "WARN"
        )
    }

    @Test("keeps starts and failures while the server is away, and delivers them in order with their times")
    func lifeCycleSpooled() throws {
        let fixture = try ReportFixture()
        for kind in ["started", "failure", "skipped"] {
            let result = try fixture.report(kind, "a", "--timeout", "20ms")
            #expect(result.status == 0 && result.errors.contains("the report waits in"), "\(result.errors)")
        }
        #expect(try fixture.report("list").output.contains(#"materialization_failed ["a"] to http://localhost:"#))
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        #expect(try fixture.report("flush").output == "3 delivered, 0 refused, 0 damaged, 0 waiting.\n")
        #expect(
            try fixture.events().map { $0["kind"] as? String }
                == ["materialization_started", "materialization_failed", "materialization_skipped"])
    }

    @Test("says that a port speaks plain HTTP, and keeps the report")
    func plainPort() throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let result = try fixture.report("observation", "a", "--to", "https://localhost:\(fixture.port)", "--timeout", "5s")
        #expect(result.status == 0)
        #expect(result.errors.contains("speaks plain HTTP, not TLS; use http://"), "\(result.errors)")
        #expect(fixture.files("waiting").count == 1)
        let health = try assetlog("health", "--url", "https://localhost:\(fixture.port)")
        #expect(health.status == 1)
        #expect(health.errors.contains("speaks plain HTTP, not TLS; use http://"), "\(health.errors)")
    }

    @Test(
        "refuses a wrong command line with 64",
        arguments: [
            ["materialization"], ["materialization", "a", "--metadata", "x"], ["materialization", "a", "--metadata", "=1"],
            ["materialization", "a", "--metadata", "x:={"], ["materialization", "a", "--metadata-json", "[]"],
            ["materialization", "[1]"], ["check", "a"], ["check", "a", "--check-name", "c"],
            ["check", "a", "--check-name", "c", "--passed", "maybe"],
            ["check", "a", "--check-name", "c", "--passed", "true", "--severity", "BAD"],
            ["check", "a", "--check-name", "c", "--passed", "true", "--description", "lost"], ["observation", "a", "--timeout", "soon"],
            ["observation", "a", "--id", "1"], ["materialisation", "a"],
            ["failure", "a", "--reason", "bad luck"], ["started", "a", "--reason", "UNKNOWN"],
            ["started", "a", "--timestamp", "2026-11-23T19:00:00"],
            ["started", "a", "--timestamp", "2099-01-01T00:00:00Z"], ["skipped", "a", "--tag", "x"], ["failure"],
            ["materialization", "a", "--reason", "UNKNOWN"],
            ["materialization", "a", "--partition", "--metadata", "x=1"], ["check", "a", "--check-name", "c", "--passed", "2"],
            // What a variable leaves that is not set.
            ["observation", ""], ["observation", "warehouse/"], ["observation", "/warehouse"], ["observation", "a//b"],
            ["observation", "a", ""],
            ["observation", #"["a",""]"#], ["observation", "[]"], ["observation", "a", "--partition", ""],
            ["observation", "a", "--to", ""],
            ["observation", "a", "--metadata-json", #"{"":1}"#], ["check", "a", "--check-name", "", "--passed", "true"],
            ["check", "", "--check-name", "c", "--passed", "true"], ["flush", "--to", ""], ["list", "--spool", ""],
        ])
    func commandLine(_ arguments: [String]) throws {
        let result = try run(ServerProcess.binary.path, ["report"] + arguments)
        #expect(result.status == 64, "\(result.errors)")
        #expect(result.errors.hasPrefix("assetlog: "))
    }

    @Test("sends a token, and says what the server says of a wrong one")
    func tokens() throws {
        let fixture = try ReportFixture(["--set", "auth.required=true"])
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let token = try AccessTests.createToken("cron", ["--allow", "report:observation"], on: server)
        #expect(try AccessTests.becomes(0) { Int(try fixture.report("observation", "a", environment: ["ASSETLOG_TOKEN": token]).status) })
        let file = fixture.directory.appending(path: "token")
        try Data("\(token)\n".utf8).write(to: file)
        #expect(try fixture.report("observation", "a", "--token-file", "token").status == 0)
        let wrong = String(token.dropLast(4)) + "0000"
        for environment in [[:], ["ASSETLOG_TOKEN": wrong]] {
            let result = try fixture.report("observation", "a", environment: environment)
            #expect(result.status == 1)
            #expect(result.errors.contains("401"))
            #expect(!result.errors.contains(wrong))
        }
        #expect(try fixture.report("materialization", "a", environment: ["ASSETLOG_TOKEN": token]).status == 1)
        #expect(fixture.files("waiting").isEmpty && fixture.files("refused").isEmpty)
        // Without the token it can't be sent, and is kept for when it is there again.
        #expect(try fixture.report("observation", "a", "--token-file", "no-such").status == 0)
        #expect(fixture.files("waiting").count == 1)
        #expect(try fixture.report("flush", "--token-file", "no-such").status == 1)
        #expect(try fixture.report("flush", "--token-file", "token").output == "1 delivered, 0 refused, 0 damaged, 0 waiting.\n")
    }

    @Test("takes a token from a variable that ends in a line end", arguments: ["\n", "\r\n", " \n"])
    func tokenWithLineEnd(_ end: String) throws {
        let fixture = try ReportFixture(["--set", "auth.required=true"])
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let token = try AccessTests.createToken("cron", ["--allow", "report:observation"], on: server)
        let environment = ["ASSETLOG_TOKEN": token + end]
        #expect(try AccessTests.becomes(0) { Int(try fixture.report("observation", "a", environment: environment).status) })
    }

    @Test(
        "refuses an argument that is not UTF-8, whatever the command is",
        arguments: ["report observation a --partition", "token list --data", "plugins"])
    func notUTF8(_ command: String) throws {
        let fixture = try ReportFixture()
        let script = "\(ServerProcess.binary.path) \(command) $(printf 'caf\\351')"
        let result = try run("bash", ["-c", script], in: fixture.directory, environment: fixture.environment)
        #expect(result.status == 64)
        #expect(result.errors.contains(#""caf\xe9", is not UTF-8"#), "\(result.errors)")
        #expect(fixture.files("waiting").isEmpty)
    }

    @Test("keeps labels apart that only look alike")
    func labels() throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        #expect(try fixture.report("observation", "a", "--metadata", "caf\u{e9}=1", "cafe\u{301}=2").status == 0)
        let text = try run("curl", ["-sf", "--noproxy", "*", "\(fixture.environment["ASSETLOG_URL"] ?? "")/api/v1/events"]).output
        #expect(text.matches(of: /"type":"int","value":[12]/).count == 2, "\(text)")
    }

    @Test("trusts the server that its file of authorities vouches for, and no other")
    func tls() throws {
        let fixture = try ReportFixture(TestCertificate.arguments, scheme: "https")
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        #expect(try fixture.report("observation", "a", "--ca-file", TestCertificate.files.certificate).status == 0)
        let untrusted = try fixture.report("observation", "a")
        #expect(untrusted.errors.contains("is not trusted"), "\(untrusted.errors)")
        #expect(untrusted.errors.contains("the report waits in"))
        #expect(try fixture.events().count == 1)
        #expect(try fixture.report("flush", "--ca-file", TestCertificate.files.certificate).status == 0)
        #expect(try fixture.events().count == 2)
    }

    @Test("keeps what a server that is away can't take, and delivers it before the next report of the asset")
    func spool() throws {
        let fixture = try ReportFixture()
        for (asset, number) in [("a", 0), ("b", 0), ("a", 1)] {
            let result = try fixture.report("observation", asset, "--description", "\(number)", "--timeout", "50ms")
            #expect(result.status == 0)
            #expect(result.errors.contains("the report waits in"), "\(result.errors)")
        }
        #expect(try fixture.report("observation", "a", "--timeout", "50ms", "--no-spool").status == 1)
        #expect(try fixture.report("flush", "--timeout", "50ms").status == 1)
        let list = try fixture.report("list")
        #expect(list.status == 0)
        #expect(list.output.hasSuffix("3 waiting, 0 refused, in \(fixture.spool.path)\n"))
        #expect(list.output.contains(#"observation ["a"] to http://localhost:"#))

        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        #expect(try fixture.report("observation", "a", "--description", "2").errors.isEmpty)
        #expect(try fixture.numbers() == ["a": [0, 1, 2]])
        let flushed = try fixture.report("flush")
        #expect(flushed.status == 0)
        #expect(flushed.output == "1 delivered, 0 refused, 0 damaged, 0 waiting.\n")
        #expect(try fixture.numbers() == ["a": [0, 1, 2], "b": [0]])
        #expect(try fixture.report("flush").output == "0 delivered, 0 refused, 0 damaged, 0 waiting.\n")
    }

    @Test("puts aside what is refused or damaged, and delivers the rest")
    func refused() throws {
        let fixture = try ReportFixture(["--set", "deployments.declared=prod"])
        let away = ["--timeout", "20ms"]
        try fixture.report("observation", "a", "--deployment", "nosuch", away[0], away[1])
        try fixture.report("observation", "damaged", away[0], away[1])
        let damaged = fixture.files("waiting").sorted()[1]
        try Data("half a rep".utf8).write(to: fixture.spool.appending(path: "waiting/\(damaged)"))
        try fixture.report("observation", "a", "--description", "1", away[0], away[1])
        try fixture.report("observation", "a", "--to", "http://127.0.0.1:1", away[0], away[1])

        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let flushed = try fixture.report("flush")
        #expect(flushed.status == 1)
        #expect(flushed.output == "1 delivered, 1 refused, 1 damaged, 1 waiting.\n")
        #expect(flushed.errors.contains("1 report waits for other servers"))
        #expect(try fixture.numbers() == ["a": [1]])
        let list = try fixture.report("list").output
        #expect(list.contains("refuses the report with 404"), "\(list)")
        #expect(list.contains("the file was cut off"), "\(list)")
        #expect(list.hasSuffix("1 waiting, 2 refused, in \(fixture.spool.path)\n"))
        #expect(fixture.files("refused").count == 4)
        // A second look at what was refused comes to the same, and loses nothing.
        #expect(try fixture.report("flush", "--refused").output == "0 delivered, 1 refused, 1 damaged, 1 waiting.\n")
        #expect(fixture.files("refused").count == 4)
    }

    @Test("exits with 1 when it can neither report nor keep the report")
    func nowhere() throws {
        let fixture = try ReportFixture()
        let result = try fixture.report("observation", "a", "--timeout", "20ms", "--spool", "/dev/null/spool")
        #expect(result.status == 1)
        #expect(result.errors.contains("/dev/null/spool"))
    }
}
