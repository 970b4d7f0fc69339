import Foundation
import Testing

/// Runs curl and returns what it printed.
private func curl(_ arguments: String...) throws -> String {
    let result = try run("curl", ["-sS", "-g", "--max-time", "20"] + arguments)
    #expect(result.status == 0, "\(result.errors)")
    return result.output
}

/// The metrics of a scrape in the text format of Prometheus.
private struct Scrape {
    struct Family: Equatable {
        var type: String
        var labels: Set<String>
    }

    var families: [String: Family] = [:]
    var values: [String: Double] = [:]

    init(_ text: String) throws {
        var family = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                family = String(words[2])
                #expect(families[family] == nil, "\(family) is there twice")
                families[family] = Family(type: String(words[3]), labels: [])
            } else if line.hasPrefix("# HELP ") {
                #expect(line.hasSuffix("."), "\(line)")
            } else {
                let blank = try #require(line.lastIndex(of: " "))
                values[String(line[..<blank])] = Double(line[line.index(after: blank)...])
                for match in line[..<blank].matches(of: /([a-z_]+)="/) where match.1 != "le" {
                    families[family]?.labels.insert(String(match.1))
                }
            }
        }
    }
}

@Suite("The numbers, the access log and the audit log")
struct ObservabilityTests {
    /// A server with everything that makes numbers: TLS, an exporter, journals.
    private func fullServer() throws -> ServerProcess {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let configuration = directory.appending(path: "assetlog.yaml")
        try """
        log: { access: ./access.log, audit: ./audit.log, format: json, level: trace }
        exporters:
          copy: { type: jsonlines, path: ./events.jsonl }
        retention:
          rules:
            - { keep_for: 90d }
        """.write(to: configuration, atomically: true, encoding: .utf8)
        return try ServerProcess(["--config", configuration.path] + TestCertificate.arguments, in: directory)
    }

    /// Waits until something is true, as long as a slow machine may take.
    private func wait(_ what: String, until isTrue: () throws -> Bool) throws {
        let end = Date.now + 180
        while try !isTrue() {
            guard Date.now < end else {
                Issue.record("waited in vain until \(what)")
                return
            }
            usleep(20_000)
        }
    }

    private func lines(_ server: ServerProcess, _ file: String) throws -> [[String: Any]] {
        try String(contentsOf: server.directory.appending(path: file), encoding: .utf8).split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
    }

    /// The rows of the table of families in the document: name, type, labels.
    private func documentedFamilies() throws -> [String: Scrape.Family] {
        let text = try String(
            contentsOf: ServerProcess.root.appending(path: "Docs/Observability.md"), encoding: .utf8)
        var families: [String: Scrape.Family] = [:]
        for line in text.split(separator: "\n") {
            guard let row = line.firstMatch(of: /^\| `([a-z_]+)` \| (counter|gauge|histogram) \|([^|]*)\|/) else { continue }
            let labels = row.3.matches(of: /`([a-z_]+)`/).map { String($0.1) }
            #expect(families[String(row.1)] == nil, "\(row.1) is listed twice")
            families[String(row.1)] = Scrape.Family(type: String(row.2), labels: Set(labels))
        }
        return families
    }

    /// The rows of the table of buckets in the document.
    private func documentedBounds() throws -> [String: [Double]] {
        let text = try String(
            contentsOf: ServerProcess.root.appending(path: "Docs/Observability.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").compactMap { $0.firstMatch(of: /^\| `([a-z_]+)` \| ([0-9., ]+) \|$/) }
        let pairs = rows.map { row in (String(row.1), row.2.split(separator: ", ").compactMap { Double($0) }) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    @Test("Every family of the document is in a scrape, and no other; both formats are as their readers ask for")
    func families() throws {
        let server = try fullServer()
        let trust = ["--cacert", TestCertificate.files.certificate]
        let base = "https://localhost:\(server.url.port ?? 0)"
        func ask(_ arguments: String...) throws -> String {
            let result = try run("curl", ["-sS", "--max-time", "20"] + trust + arguments)
            #expect(result.status == 0, "\(result.errors)")
            return result.output
        }
        #expect(try ask("-X", "POST", "\(base)/report_asset_materialization/secret_asset") == "{}")
        try wait("the exporter has opened") { try ask("\(base)/metrics").contains("assetlog_consumer_position{") }
        let text = try ask("\(base)/metrics")
        let scrape = try Scrape(text)
        let documented = try documentedFamilies()
        #expect(Set(scrape.families.keys) == Set(documented.keys))
        for (name, family) in documented { #expect(scrape.families[name] == family, "\(name)") }
        let bounds = try documentedBounds()
        #expect(Set(bounds.keys) == Set(scrape.families.filter { $0.value.type == "histogram" }.keys))
        for (name, bounds) in bounds {
            let reported = text.matches(of: /\n([a-z_]+)_bucket\{[^}]*le="([0-9.e+-]+)"\}/)
                .filter { $0.1 == name }.compactMap { Double($0.2) }
            #expect(Set(reported) == Set(bounds), "\(name)")
        }
        #expect(scrape.values[#"assetlog_http_requests_total{route="/report_asset_materialization",status="200"}"#] == 1)
        #expect(scrape.values[#"assetlog_events_recorded_total{kind="materialization"}"#] == 1)
        #expect(scrape.values["assetlog_log_head_sequence"] == 1)
        #expect(scrape.values["assetlog_ready"] == 1)
        #expect(try #require(scrape.values["assetlog_http_connections"]) >= 1)
        #expect(!text.contains("secret_asset"))
        for (name, family) in scrape.families {
            #expect(name.hasPrefix("assetlog_") || name.hasPrefix("process_"))
            #expect(name.hasSuffix("_total") == (family.type == "counter"))
        }
        let openMetrics = try ask("-H", "Accept: application/openmetrics-text; version=1.0.0", "\(base)/metrics")
        try check(text, "prometheus_client.parser", families: scrape.families.count, in: server.directory)
        try check(openMetrics, "prometheus_client.openmetrics.parser", families: scrape.families.count, in: server.directory)
        #expect(server.stop() == 0)
        try FileManager.default.removeItem(at: server.directory)
    }

    /// Lets the parser of Prometheus' Python library read a scrape; that of OpenMetrics refuses what the format forbids.
    private func check(_ text: String, _ parser: String, families: Int, in directory: URL) throws {
        let file = directory.appending(path: "scrape.txt")
        try text.write(to: file, atomically: true, encoding: .utf8)
        let script = """
            import sys
            from \(parser) import text_string_to_metric_families as parse
            families = list(parse(open(sys.argv[1]).read()))
            assert all(family.samples and family.documentation for family in families)
            print(len(families))
            """
        // That of the system has the package, which another one in front of it may lack.
        let python = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") ? "/usr/bin/python3" : "python3"
        let result = try run(python, ["-c", script, file.path])
        #expect(result.output == "\(families)\n", "\(result.errors)\n\(text)")
    }

    @Test("Requests and refusals are lines with what was asked, and without what is secret")
    func requests() throws {
        let server = try fullServer()
        let base = "https://localhost:\(server.url.port ?? 0)"
        let secret = "S3cretS3cretS3cretS3cretS3cretS3cretS3cretS3cret"
        let trust = ["--cacert", TestCertificate.files.certificate]
        func ask(_ arguments: String...) throws -> String {
            try run("curl", ["-sS", "-o", "/dev/null", "-w", "%{http_code}"] + trust + arguments).output
        }
        #expect(
            try ask(
                "-X", "POST", "-A", "evil\" status=200\tx", "-H", "Content-Type: application/json", "-d",
                #"{"description":"\#(secret)"}"#, "\(base)/report_asset_materialization/orders?description=\(secret)") == "200")
        #expect(try ask("\(base)/api/v1/events?limit=\(secret)") == "400")
        #expect(try ask("\(base)/nowhere?\(secret)") == "404")
        for header in ["Authorization: Bearer al_abc_\(secret)", "Dagster-Cloud-Api-Token: al_abc_\(secret)"] {
            #expect(
                try ask(
                    "-X", "POST", "-H", header, "-H", "Origin: https://evil.example",
                    "\(base)/report_asset_check/orders?check_name=a&passed=true") == "403")
        }
        kill(server.pid, SIGHUP)
        try wait("the certificate was read again") {
            try lines(server, "audit.log").contains { $0["event"] as? String == "certificate.reloaded" }
        }
        #expect(server.stop() == 0)
        let access = try lines(server, "access.log")
        #expect(access.map { $0["status"] as? Int } == [200, 400, 404, 403, 403])
        let first = try #require(access.first)
        #expect(first["client"] as? String == "127.0.0.1")
        #expect(first["method"] as? String == "POST")
        #expect(first["path"] as? String == "/report_asset_materialization/orders")
        #expect(first["route"] as? String == "/report_asset_materialization")
        #expect(first["deployment"] as? String == "default")
        #expect(first["user_agent"] as? String == "evil\" status=200\tx")
        #expect(first["tls"] as? String == "TLSv1.3")
        #expect(try #require(first["seconds"] as? Double) > 0)
        #expect(first["request_bytes"] as? Int == secret.utf8.count + 18)
        #expect(first["response_bytes"] as? Int == 2)
        let audit = try lines(server, "audit.log")
        #expect(
            audit.compactMap { $0["event"] as? String } == [
                "server.started", "refused", "refused", "certificate.reloaded", "server.stopped",
            ])
        #expect(audit.dropFirst().first?["route"] as? String == "/report_asset_check")
        #expect(audit.dropFirst().first?["refusal"] as? String == "foreign_origin")
        for file in ["access.log", "audit.log"] {
            let text = try String(contentsOf: server.directory.appending(path: file), encoding: .utf8)
            #expect(!text.contains(secret), "\(file)")
        }
        #expect(!server.said.contains(secret))
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("The line of a request to the API has all that is known, as that of a report does")
    func apiRequests() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        let (access, audit) = (directory.appending(path: "access.log").path, directory.appending(path: "audit.log").path)
        let server = try AccessTests.server(
            ["log.access=\(access)", "log.audit=\(audit)", "log.format=json"], in: directory, TestCertificate.arguments)
        let base = "https://localhost:\(server.url.port ?? 0)"
        let reader = try AccessTests.createToken("reader", ["--allow", "read"], on: server)
        let writer = try AccessTests.createToken("writer", ["--allow", "report:materialization"], on: server)
        func ask(_ token: String?, _ path: String, _ arguments: String...) throws -> String {
            let header = token.map { ["-H", "Authorization: Bearer \($0)"] } ?? []
            return try run(
                "curl",
                [
                    "-sS", "-g", "--cacert", TestCertificate.files.certificate, "-o", "/dev/null", "-w", "%{http_code}", "-A", "me",
                    base + path,
                ]
                    + header + arguments
            ).output
        }
        try wait("the tokens are known") { try ask(writer, "/report_asset_materialization/first?dry_run=true", "-X", "POST") == "200" }
        let event = #"{"kind":"materialization","asset_key":"a"}"#
        let json = "Content-Type: application/json"
        let statuses = [
            try ask(writer, "/prod/api/v1/events", "-H", json, "-d", event),
            try ask(reader, "/prod/api/v1/events?limit=1000", "--compressed"),
            try ask(reader, "/prod/api/v1/events/0193b0a0-1111-7222-8333-444444444444"),
            try ask(writer, "/staging/report_asset_materialization/a?dry_run=true", "-H", json, "-d", "{}"),
            try ask(writer, "/prod/report_asset_check/a?check_name=c&passed=true", "-X", "POST"),
            try ask(reader, "/server_info"), try ask(reader, "/prod/api/v1/openapi.json"), try ask(writer, "/prod/api/v1/events"),
            try ask(nil, "/prod/api/v1/events"), try ask(nil, "/nowhere"),
        ]
        #expect(statuses == ["200", "200", "404", "200", "401", "200", "200", "403", "401", "401"])
        #expect(server.stop() == 0)
        let all = try lines(server, "access.log").drop { ($0["path"] as? String)?.hasSuffix("/first") == true }
        let found = all.map { line in
            ["reporter", "deployment", "route", "status", "refusal", "request_bytes"]
                .map { line[$0] is NSNull ? "-" : "\(line[$0] ?? "?")" }.joined(separator: " ")
        }
        #expect(
            found == [
                "writer prod /api/v1/events 200 - \(event.utf8.count)", "reader prod /api/v1/events 200 - 0",
                "reader prod /api/v1/events/{event_id} 404 - 0", "writer staging /report_asset_materialization 200 - 2",
                "writer prod /report_asset_check 401 no_right 0", "reader - /server_info 200 - 0",
                "reader prod /api/v1/openapi.json 200 - 0", "writer prod /api/v1/events 403 no_right 0",
                "- prod /api/v1/events 401 no_token 0", "- - other 401 no_token 0",
            ])
        for line in all {
            #expect(line["tls"] as? String == "TLSv1.3", "\(line)")
            #expect(line["client"] as? String == "127.0.0.1" && line["user_agent"] as? String == "me", "\(line)")
            #expect(try #require(line["response_bytes"] as? Int) > 0, "\(line)")
        }
        let refused = try lines(server, "audit.log").filter { $0["event"] as? String == "refused" }
            .filter { ($0["refusal"] as? String) != "tokens_unknown" }.suffix(4)
        #expect(refused.map { $0["refusal"] as? String } == ["no_right", "no_right", "no_token", "no_token"])
        #expect(refused.map { $0["deployment"] as? String } == ["prod", "prod", "prod", nil])
        try FileManager.default.removeItem(at: directory)
    }

    @Test("A token is identified by its name, in the lines of requests, refusals and commands; its text is nowhere")
    func tokens() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        let (access, audit) = (directory.appending(path: "access.log").path, directory.appending(path: "audit.log").path)
        let journals = ["log.access=\(access)", "log.audit=\(audit)", "log.format=json", "log.level=trace"]
        let server = try AccessTests.server(journals, in: directory)
        let flags = ["--set", "log.audit=\(audit)", "--set", "log.format=json"]
        let etl = try AccessTests.createToken("etl", ["--allow", "report:check"] + flags, on: server)
        let prometheus = try AccessTests.createToken("prometheus", ["--allow", "read"] + flags, on: server)
        let check = "/report_asset_check/orders?check_name=a&passed=true"
        #expect(try AccessTests.becomes(200) { try AccessTests.status("POST", check, on: server, token: etl) })
        #expect(try AccessTests.status("POST", "/report_asset_materialization/orders", on: server, token: etl) == 401)
        #expect(try AccessTests.becomes(200) { try AccessTests.status("GET", "/metrics", on: server, token: prometheus) })
        #expect(try AccessTests.status("GET", "/metrics", on: server) == 401)
        #expect(try AccessTests.status("GET", "/metrics", on: server, token: etl) == 403)
        let scrape = try curl("-H", "Authorization: Bearer \(prometheus)", "\(server.url)/metrics")
        #expect(scrape.contains("assetlog_ready 1"))
        #expect(server.stop() == 0)
        let requests = try lines(server, "access.log").map { line in
            "\(line["reporter"] as? String ?? "-") \(line["route"] ?? "-") \(line["status"] ?? "-")"
        }
        for line in [
            "etl /report_asset_check 200", "etl /report_asset_materialization 401", "prometheus /metrics 200",
            "- /metrics 401", "etl /metrics 403",
        ] { #expect(requests.contains(line), "\(requests)") }
        let events = try lines(server, "audit.log")
        #expect(events.filter { $0["event"] as? String == "token.created" }.map { $0["token"] as? String } == ["etl", "prometheus"])
        #expect(events.contains { $0["event"] as? String == "refused" && $0["reporter"] as? String == "etl" })
        let texts = try [access, audit].map { try String(contentsOfFile: $0, encoding: .utf8) } + [server.said, scrape]
        for token in [etl, prometheus] {
            let secret = try #require(token.split(separator: "_").last)
            #expect(secret.count >= 43)
            for text in texts { #expect(!text.contains(secret)) }
        }
        try FileManager.default.removeItem(at: directory)
    }

    @Test("SIGHUP creates renamed files again, and loses no line")
    func rotates() throws {
        let server = try ServerProcess(["--set", "log.access=./access.log", "--set", "log.audit=./audit.log"])
        let directory = server.directory
        func text(_ file: String) -> String {
            (try? String(contentsOf: directory.appending(path: file), encoding: .utf8)) ?? ""
        }
        _ = try curl("\(server.url)/livez?1")
        try wait("the first line is there") { text("access.log").contains("path=/livez") }
        for file in ["access.log", "audit.log"] {
            try FileManager.default.moveItem(
                at: directory.appending(path: file), to: directory.appending(path: "\(file).1"))
        }
        kill(server.pid, SIGHUP)
        try wait("the files are there again") {
            ["access.log", "audit.log"].allSatisfy {
                FileManager.default.fileExists(atPath: directory.appending(path: $0).path)
            }
        }
        _ = try curl("\(server.url)/readyz")
        #expect(server.stop() == 0)
        #expect(text("access.log").split(separator: "\n").count == 1 && text("access.log").contains("path=/readyz"))
        #expect(text("access.log.1").split(separator: "\n").count == 1)
        #expect(text("audit.log.1").contains("event=server.started"))
        #expect(text("audit.log").contains("event=server.stopped"))
        let mode = try FileManager.default.attributesOfItem(atPath: directory.appending(path: "audit.log").path)
        #expect(try #require(mode[.posixPermissions] as? Int) & 0o137 == 0)
        try FileManager.default.removeItem(at: directory)
    }

    @Test("Lines can stand next to the messages, which tell of refusals where no file does")
    func standardError() throws {
        let server = try ServerProcess(["--set", "log.access=/dev/stderr", "--set", "auth.required=true"])
        _ = try curl("\(server.url)/livez")
        _ = try curl("-H", "Authorization: Bearer x", "\(server.url)/api/v1/events")
        #expect(server.stop() == 0)
        let lines = server.said.split(separator: "\n")
        #expect(lines.contains { $0.contains("logger=assetlog.access") && $0.contains("path=/livez") && $0.contains("status=200") })
        #expect(lines.contains { $0.contains(" notice assetlog.audit: A request was refused.") && $0.contains("status=401") })
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("A file that can't be written is refused at the start, with its name", arguments: ["access", "audit"])
    func unwritable(_ journal: String) throws {
        let error = #expect(throws: ServerProcess.StartFailure.self) {
            _ = try ServerProcess(["--set", "log.\(journal)=./nowhere/lines.log"])
        }
        #expect(error?.status == 1)
        #expect(error?.said.contains("/nowhere/lines.log") == true, "\(error?.said ?? "")")
        #expect(error?.said.contains("log.\(journal)") == true)
    }
}
