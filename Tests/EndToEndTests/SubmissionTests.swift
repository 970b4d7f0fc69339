import Foundation
import Testing

/// The event API of the built server, asked over the wire.
@Suite("Submitting events")
struct SubmissionTests {
    private struct Answer {
        var status: Int
        var head: String
        var body: String

        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) ?? [:]
        }
        subscript(name: String) -> Int? { json[name] as? Int }
        var items: [[String: Any]] { json["items"] as? [[String: Any]] ?? [] }
    }

    private func ask(
        _ server: ServerProcess, _ path: String, _ body: String, type: String = "application/json", _ arguments: [String] = []
    ) throws -> Answer {
        let file = server.directory.appending(path: "body-\(UUID().uuidString)")
        try Data(body.utf8).write(to: file)
        return try send(server, path, ["-H", "Content-Type: \(type)", "--data-binary", "@\(file.path)"] + arguments)
    }

    private func send(_ server: ServerProcess, _ path: String, _ arguments: [String]) throws -> Answer {
        let url = "http://127.0.0.1:\(server.url.port ?? 0)\(path)"
        let output = try run("curl", ["-s", "-g", "-i", "-X", "POST", url, "-H", "Expect:"] + arguments).output
        let end = try #require(output.firstRange(of: "\r\n\r\n"), "\(output)")
        let head = String(output[..<end.lowerBound])
        return Answer(
            status: Int(head.split(separator: " ").dropFirst().first ?? "") ?? -1, head: head,
            body: String(output[end.upperBound...]))
    }

    private func events(_ server: ServerProcess, _ query: String = "limit=1000") throws -> [[String: Any]] {
        let text = try run("curl", ["-s", "-g", "http://127.0.0.1:\(server.url.port ?? 0)/api/v1/events?\(query)"]).output
        let page = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return page?["events"] as? [[String: Any]] ?? []
    }

    private static let event = #"{"kind":"materialization","asset_key":["warehouse","orders"],"metadata":{"rows":10}}"#

    @Test("takes one event, an array and lines, plain and compressed")
    func forms() throws {
        let server = try ServerProcess()
        defer { server.stop() }
        let one = try ask(server, "/api/v1/events", Self.event)
        #expect(one.status == 200, "\(one.body)")
        #expect((one["received"], one["recorded"], one["refused"]) == (1, 1, 0))
        #expect((one["first_sequence"], one["last_sequence"]) == (1, 1))
        let array = try ask(server, "/api/v1/events?items=all", "[\(Self.event),\(Self.event)]")
        #expect((array["recorded"], array.items.count) == (2, 2))
        #expect(array.items.allSatisfy { $0["event_id"] is String })
        let lines = String(repeating: Self.event + "\n", count: 3000)
        let plain = try ask(server, "/api/v1/events", lines, type: "application/x-ndjson")
        #expect((plain["received"], plain["recorded"]) == (3000, 3000))
        let file = server.directory.appending(path: "lines.gz")
        try run("bash", ["-c", "printf '%s' '\(Self.event)' | gzip > \(file.path)"])
        let compressed = try send(
            server, "/api/v1/events",
            ["-H", "Content-Type: application/x-ndjson", "-H", "Content-Encoding: gzip", "--data-binary", "@\(file.path)"])
        #expect(compressed["recorded"] == 1, "\(compressed.body)")
        #expect(try events(server, "order=desc&limit=1").first?["sequence"] as? Int == 3004)
        #expect(try ask(server, "/api/v1/events", Self.event, type: "text/plain").status == 415)
        #expect(try ask(server, "/api/v1/events", "", type: "application/x-ndjson").status == 422)
        #expect(try ask(server, "/api/v1/events?atomc=true", Self.event).status == 400)
    }

    @Test("takes lines under every name that they go by, and lines that are said to be JSON")
    func lines() throws {
        let server = try ServerProcess()
        defer { server.stop() }
        let lines = [0, 1, 2].map { #"{"kind":"observation","asset_key":"a","partition":"\#($0)"}"# + "\n" }.joined()
        let types = [
            "application/x-ndjson", "application/ndjson", "application/jsonlines", "application/x-jsonlines", "application/jsonl",
            "Application/NDJSON; charset=utf-8", "application/json", "application/json; charset=utf-8",
        ]
        for type in types {
            let answer = try ask(server, "/api/v1/events", lines, type: type)
            #expect((answer.status, answer["received"], answer["recorded"]) == (200, 3, 3), "\(type): \(answer.body)")
            let dryRun = try ask(server, "/api/v1/events?dry_run=true", lines, type: type)
            #expect(dryRun.items.count == 3, "\(type): \(dryRun.body)")
        }
        #expect(try events(server).count == 3 * types.count)
        // Under a key, a line is the item that it is in an array.
        let key = ["-H", "Idempotency-Key: lines"]
        #expect(try ask(server, "/api/v1/events", lines, key)["recorded"] == 3)
        let array = "[\(lines.split(separator: "\n").joined(separator: ","))]"
        #expect(try ask(server, "/api/v1/events", array, key).head.lowercased().contains("idempotency-replayed: true"))
        let broken = try ask(server, "/api/v1/events", lines + "{\n" + lines)
        #expect((broken["received"], broken["recorded"], broken.items.first?["index"] as? Int) == (7, 6, 3), "\(broken.body)")
    }

    @Test(
        "says that an empty submission is empty",
        arguments: [
            ("application/json", ""), ("application/json", " \n"), ("application/json", "[ ]"), ("application/x-ndjson", ""),
            ("application/x-ndjson", "\n\r\n \n"),
        ])
    func empty(_ type: String, _ text: String) throws {
        let server = try ServerProcess()
        defer { server.stop() }
        for query in ["", "?atomic=true", "?dry_run=true"] {
            let answer = try ask(server, "/api/v1/events\(query)", text, type: type)
            #expect(answer.status == 422)
            #expect(answer.head.contains("application/problem+json"))
            #expect((answer.json["detail"] as? String)?.hasPrefix("The request has no events.") == true, "\(answer.body)")
            #expect(try ask(server, "/api/v1/events\(query)", "", type: type, ["-H", "Content-Encoding: gzip"]).status == 422)
        }
    }

    /// Compresses a text as Python's libraries do, and names the file.
    private func compress(_ text: String, _ expression: String, in server: ServerProcess) throws -> String {
        let file = server.directory.appending(path: "plain-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        let script = """
            import gzip, sys, zlib
            data = open(sys.argv[1], "rb").read()
            raw = zlib.compressobj(wbits=-15)
            open(sys.argv[1] + ".z", "wb").write(\(expression))
            """
        let result = try run("python3", ["-c", script, file.path])
        #expect(result.status == 0, "\(result.errors)")
        return file.path + ".z"
    }

    @Test(
        "takes bodies in deflate too, with zlib's wrapping and without, at every route that takes a body",
        arguments: [
            ("deflate", "zlib.compress(data)"), ("Deflate", "raw.compress(data) + raw.flush()"), ("x-gzip", "gzip.compress(data)"),
            ("gzip, deflate", "zlib.compress(gzip.compress(data))"), ("gzip", "gzip.compress(data)"),
        ])
    func codings(_ coding: String, _ expression: String) throws {
        let server = try ServerProcess()
        defer { server.stop() }
        func send(_ path: String, _ text: String, type: String = "application/json", cut: Bool = false) throws -> Answer {
            let file = try compress(text, cut ? "(\(expression))[:-3]" : expression, in: server)
            return try self.send(
                server, path, ["-H", "Content-Type: \(type)", "-H", "Content-Encoding: \(coding)", "--data-binary", "@\(file)"])
        }
        let report = "/report_asset_observation/a"
        #expect(try send(report, #"{"partition":"p"}"#).status == 200)
        let dryRun = try send("\(report)?dry_run=true", #"{"partition":"q"}"#).json["event"] as? [String: Any]
        #expect(dryRun?["partition"] as? String == "q")
        #expect(try send("/api/v1/events", Self.event)["recorded"] == 1)
        #expect(try send("/api/v1/events", "\(Self.event)\n\(Self.event)", type: "application/ndjson")["recorded"] == 2)
        #expect(try events(server).map { $0["partition"] as? String } == ["p", nil, nil, nil])
        for path in [report, "/api/v1/events?atomic=true", "/api/v1/events?dry_run=true"] {
            #expect(try send(path, Self.event, cut: true).status == 400, "\(path)")
            // Beyond the limit of a body, or of the ratio, where all of it is kept.
            #expect(try send(path, String(repeating: " ", count: 9 << 20)).status == 413, "\(path)")
        }
        let unknown = try self.send(server, report, ["-H", "Content-Encoding: br", "-H", "Content-Type: application/json", "-d", "{}"])
        #expect(unknown.status == 415)
        #expect(unknown.head.contains("Accept-Encoding: gzip, deflate, identity"))
        #expect(try events(server).count == 4)
    }

    @Test("takes good data whatever its ratio, and nothing that only grows", .timeLimit(.minutes(5)))
    func ratios() throws {
        let server = try ServerProcess()
        defer { server.stop() }
        func send(_ expression: String, _ query: String = "", coding: String = "gzip") throws -> Answer {
            let file = try compress(Self.event, expression, in: server)
            return try self.send(
                server, "/api/v1/events\(query)",
                ["-H", "Content-Type: application/x-ndjson", "-H", "Content-Encoding: \(coding)", "--data-binary", "@\(file)"])
        }
        // 3.4 MB, which gzip makes some 300 times smaller.
        let good = try send("gzip.compress((data + b'\\n') * 40000, 9)")
        #expect((good.status, good["received"], good["recorded"]) == (200, 40_000, 40_000), "\(good.body)")
        // What is kept until its end has the limit of the ratio.
        #expect(try send("gzip.compress((data + b'\\n') * 40000, 9)", "?atomic=true").status == 413)
        let start = ContinuousClock.now
        for (bomb, recorded) in [
            ("b'\\n' * (24 << 20)", 0), ("b' ' * (24 << 20)", 0), ("bytes(24 << 20)", 0), ("b'x\\n' * (12 << 20)", 0),
            ("(data + b'\\n') * 10 + b'{}\\n' * (8 << 20)", 10), ("data + b'\\r\\n' * (12 << 20)", 1),
        ] {
            let answer = try send("gzip.compress(\(bomb), 9)")
            #expect(answer.status == 413, "\(bomb): \(answer.body)")
            #expect(answer["recorded"] == recorded, "\(bomb): \(answer.body)")
            #expect((answer.json["detail"] as? String)?.contains("compression_ratio") == true, "\(answer.body)")
        }
        #expect(try send("gzip.compress(gzip.compress(bytes(24 << 20), 9), 9)", coding: "gzip, gzip").status == 413)
        // An item may be large, and compress as well as it likes.
        let large = "data[:-1] + b', \"description\": \"' + b'x' * (7 << 20) + b'\"}\\n'"
        #expect(try send("gzip.compress(\(large), 9)")["recorded"] == 1)
        print("seven bombs in \(ContinuousClock.now - start)")
    }

    @Test("names any malformed item of a thousand by its index, and records the others, or none where all were asked for")
    func malformed() throws {
        let server = try ServerProcess()
        defer { server.stop() }
        for (index, bad) in [(0, "{}"), (500, #"{"kind":"materialization"}"#), (999, "{broken"), (17, #"{"kind":"x","asset_key":"a"}"#)] {
            var items = Array(repeating: Self.event, count: 1000)
            items[index] = bad
            let lines = items.joined(separator: "\n")
            let answer = try ask(server, "/api/v1/events", lines, type: "application/x-ndjson")
            #expect(answer.status == 200)
            #expect((answer["received"], answer["recorded"], answer["refused"]) == (1000, 999, 1))
            #expect(answer.items.first?["index"] as? Int == index)
            #expect((answer.items.first?["problem"] as? [String: Any])?["pointer"] is String)
            let atomic = try ask(server, "/api/v1/events?atomic=true", lines, type: "application/x-ndjson")
            #expect(atomic.status == 422)
            #expect((atomic["recorded"], atomic["refused"]) == (0, 1))
        }
        #expect(try events(server, "order=desc&limit=1").first?["sequence"] as? Int == 4 * 999)
        let many = try ask(
            server, "/api/v1/events?atomic=true", String(repeating: Self.event + "\n", count: 10_001), type: "application/x-ndjson")
        #expect(many.status == 413)
        let all = try ask(
            server, "/api/v1/events?atomic=true", String(repeating: Self.event + "\n", count: 10_000), type: "application/x-ndjson")
        #expect(all["recorded"] == 10_000)
    }

    @Test("answers a body that breaks off with what was recorded and where it broke")
    func broken() throws {
        let server = try ServerProcess()
        defer { server.stop() }
        let answer = try ask(server, "/api/v1/events", "[\(Self.event),\(Self.event),{\"kind\":")
        #expect(answer.status == 400)
        #expect((answer["received"], answer["recorded"], answer["index"]) == (2, 2, 2))
        #expect(answer.head.contains("application/problem+json"))
        #expect(try events(server).count == 2)
        let bomb = server.directory.appending(path: "bomb.gz")
        try run("bash", ["-c", "head -c 300000000 /dev/zero | gzip > \(bomb.path)"])
        let refused = try send(
            server, "/api/v1/events",
            ["-H", "Content-Type: application/x-ndjson", "-H", "Content-Encoding: gzip", "--data-binary", "@\(bomb.path)"])
        #expect(refused.status == 413, "\(refused.body)")
    }

    @Test(
        "answers a client that closes its side within the body, and keeps what came whole",
        arguments: [
            ("/api/v1/events", 1), ("/api/v1/events?atomic=true", 0), ("/api/v1/events?dry_run=true", 0),
            ("/report_asset_materialization/a", 0), ("/report_asset_materialization/a?dry_run=true", 0),
        ])
    func halfClosed(_ path: String, recorded: Int) throws {
        let server = try ServerProcess()
        defer { server.stop() }
        let script = """
            import socket
            connection = socket.create_connection(("127.0.0.1", \(server.url.port ?? 0)))
            connection.sendall(b'POST \(path) HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Type: application/json\\r\\n'
                b'Content-Length: 100000\\r\\n\\r\\n[\(Self.event),{"kind":')
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(120)
            answer = b""
            while piece := connection.recv(65536): answer += piece
            print(answer.decode())
            """
        let result = try run("python3", ["-c", script])
        #expect(result.output.hasPrefix("HTTP/1.1 400 "), "\(result.output)\(result.errors)")
        #expect(try events(server).count == recorded)
        #expect(!server.said.contains("could not be answered"), "\(server.said)")
    }

    @Test("records nothing twice that has an identity, and refuses another event under it")
    func identities() throws {
        let server = try ServerProcess()
        defer { server.stop() }
        let id = "0193aaaa-bbbb-7ccc-8ddd-eeeeffff0001"
        let event = #"{"event_id":"\#(id)","kind":"observation","asset_key":"a","timestamp":1764000000.5}"#
        #expect(try ask(server, "/api/v1/events", event)["recorded"] == 1)
        let again = try ask(server, "/api/v1/events", "[\(event),\(event)]")
        #expect(again.status == 200)
        #expect((again["recorded"], again["duplicate"]) == (0, 2))
        let other = try ask(server, "/api/v1/events", event.replacing("\"a\"", with: "\"b\""))
        #expect(other.status == 422)
        #expect(other.items.first?["status"] as? Int == 422)
        #expect((other.items.first?["problem"] as? [String: Any])?["title"] as? String == "Unprocessable Content")
        // The fault is that of the item, not of a key that is new.
        let underKey = try ask(server, "/api/v1/events", event.replacing("\"a\"", with: "\"c\""), ["-H", "Idempotency-Key: new"])
        #expect(underKey.items.first?["status"] as? Int == 422, "\(underKey.body)")
        // More partitions are another content.
        let partitions = #"{"event_id":"0193aaaa-bbbb-7ccc-8ddd-eeeeffff0002","kind":"observation","asset_key":"p","partitions":["1","2"]}"#
        #expect(try ask(server, "/api/v1/events", partitions)["recorded"] == 2)
        #expect(try ask(server, "/api/v1/events", partitions)["duplicate"] == 2)
        let more = try ask(server, "/api/v1/events", partitions.replacing(#""2"]"#, with: #""2","3"]"#))
        #expect((more.status, more["recorded"], more.items.first?["status"] as? Int) == (422, 0, 422), "\(more.body)")
        #expect(try events(server, "asset_key=%5B%22p%22%5D").count == 2)
        // The same identity in another deployment is another event.
        #expect(try events(server).count == 3)
        #expect(try events(server).first?["timestamp"] as? String == "2025-11-24T16:00:00.500000Z")
    }

    @Test("answers a request that is sent again with the same Idempotency-Key as the first time")
    func keys() throws {
        let server = try ServerProcess()
        defer { server.stop() }
        let key = ["-H", "Idempotency-Key: \"nightly 2026-11-25\""]
        let report = "/report_asset_materialization/a"
        let first = try ask(server, report, #"{"partition":"p"}"#, key)
        let second = try ask(server, report, #"{"partition":"p"}"#, key)
        #expect((first.status, second.status, second.body) == (200, 200, "{}"))
        #expect(!first.head.contains("Idempotency-Replayed"))
        #expect(second.head.contains("Idempotency-Replayed: true"))
        let id = try #require(first.head.firstMatch(of: /Assetlog-Event-Id: (\S+)/)?.1)
        #expect(second.head.contains("Assetlog-Event-Id: \(id)"))
        let other = try ask(server, report, #"{"partition":"q"}"#, key)
        #expect(other.status == 422)
        #expect(other.body.contains(#"{"error":"#))
        #expect(try ask(server, report, "{}", ["-H", "Idempotency-Key: "]).status == 200)
        #expect(try ask(server, report, "{}", ["-H", "Idempotency-Key: a b"]).status == 400)
        // On the path of chunked requests too.
        let chunked = try ask(server, report, #"{"partition":"p"}"#, key + ["-H", "Transfer-Encoding: chunked"])
        #expect(chunked.head.contains("Idempotency-Replayed: true"))

        // One namespace: the identity of the key is the event's.
        let known = #"{"event_id":"\#(id)","kind":"materialization","asset_key":"a","partition":"p"}"#
        #expect(try ask(server, "/api/v1/events", known)["duplicate"] == 1)

        let batch = "[\(Self.event),\(Self.event)]"
        let batchKey = ["-H", "Idempotency-Key: 77"]
        let one = try ask(server, "/api/v1/events", batch, batchKey)
        let two = try ask(server, "/api/v1/events", batch, batchKey)
        #expect((one["recorded"], one.body) == (2, two.body))
        #expect(two.head.lowercased().contains("idempotency-replayed: true"))
        #expect(try ask(server, "/api/v1/events", "[\(Self.event),{\"kind\":\"observation\",\"asset_key\":\"z\"}]", batchKey).status == 422)
        // After a restart too.
        let directory = server.directory
        #expect(server.stop() == 0)
        let restarted = try ServerProcess(in: directory)
        defer { restarted.stop() }
        #expect(try ask(restarted, report, #"{"partition":"p"}"#, key).head.contains("Idempotency-Replayed: true"))
    }

    @Test("makes an event for each partition of a range, in one commit")
    func partitions() throws {
        let server = try ServerProcess()
        defer { server.stop() }
        let range = #"{"kind":"materialization","asset_key":"a","partitions":{"from":"2014-01-01","to":"2024-12-13","every":"day"}}"#
        let start = ContinuousClock.now
        let answer = try ask(server, "/api/v1/events", range)
        print("4,000 partitions in \(ContinuousClock.now - start)")
        #expect((answer["received"], answer["recorded"]) == (1, 4000), "\(answer.body)")
        #expect((answer["first_sequence"], answer["last_sequence"]) == (1, 4000))
        #expect(try events(server, "limit=1").first?["partition"] as? String == "2014-01-01")
    }

    /// Ten megabytes of events in one commit would hold up everybody's reports for a tenth of a second.
    @Test("makes the events of a large range in commits of half a megabyte, unless they have an identity or are wanted all or none")
    func largeRanges() throws {
        let server = try ServerProcess()
        defer { server.stop() }
        let item = { (asset: String, more: String) in
            #"{"kind":"observation","asset_key":"\#(asset)","description":"\#(String(repeating: "x", count: 1000))"\#(more),"#
                + #""partitions":{"from":"2024-01-01","to":"2031-12-31","every":"day"}}"#
        }
        let count = 2922
        let parts = try ask(server, "/api/v1/events?items=all", "[\(Self.event),\(item("parts", "")),\(Self.event)]")
        #expect((parts.status, parts["received"], parts["recorded"], parts["refused"]) == (200, 3, count + 2, 0))
        #expect((parts["first_sequence"], parts["last_sequence"]) == (1, count + 2))
        #expect(parts.items.map { $0["events"] as? Int } == [nil, count, nil])
        let commits = try commits(of: server)
        #expect(commits >= 6, "\(commits)")
        let first = try #require(try events(server, "asset=parts&limit=1").first)
        let last = try #require(try events(server, "asset=parts&limit=1&order=desc").first)
        #expect(parts.items[1]["event_id"] as? String == first["event_id"] as? String)
        #expect((first["partition"] as? String, last["partition"] as? String) == ("2024-01-01", "2031-12-31"))
        // One time for all of them.
        #expect(first["timestamp"] as? String == last["timestamp"] as? String)
        #expect(try Set(events(server, "asset=parts&limit=1000").compactMap { $0["event_id"] as? String }).count == 1000)

        let identity = #","event_id":"0193aaaa-bbbb-7ccc-8ddd-eeeeffff0003""#
        #expect(try ask(server, "/api/v1/events", item("whole", identity))["recorded"] == count)
        #expect(try ask(server, "/api/v1/events?atomic=true", item("atomic", ""))["recorded"] == count)
        #expect(try self.commits(of: server) == commits + 2)
    }

    private func commits(of server: ServerProcess) throws -> Int {
        let metrics = try run("curl", ["-s", "http://127.0.0.1:\(server.url.port ?? 0)/metrics"]).output
        let found = try #require(metrics.firstMatch(of: /assetlog_commits_total\{outcome="committed"\} ([0-9]+)/), "\(metrics)")
        return try #require(Int(found.1))
    }

    @Test("takes every kind of event, and gives it back")
    func kinds() throws {
        let server = try ServerProcess()
        defer { server.stop() }
        let lines = """
            {"kind":"materialization_started","asset_key":"a"}
            {"kind":"materialization_failed","asset_key":"a","failure":{"reason":"FAILED_TO_MATERIALIZE","message":"out of memory"}}
            {"kind":"check","asset_key":"a","check_name":"c","passed":false,"blocking":true,"description":"d","target":{"data_version":"1"}}
            {"kind":"observation","asset_key":"a","metadata":{"page":{"raw_value":"https://example.com","type":"url"}}}
            """
        let answer = try ask(server, "/api/v1/events", lines, type: "application/x-ndjson")
        #expect(answer["recorded"] == 4, "\(answer.body)")
        let read = try events(server)
        #expect(read.compactMap { $0["kind"] as? String } == ["materialization_started", "materialization_failed", "check", "observation"])
        #expect((read[1]["failure"] as? [String: Any])?["message"] as? String == "out of memory")
    }

    @Test("makes a dry run of every write, and records nothing")
    func dryRun() throws {
        let server = try ServerProcess()
        defer { server.stop() }
        #expect(try send(server, "/report_asset_materialization/Orders", []).status == 200)
        let report = try ask(
            server, "/report_asset_materialization/orders?dry_run=true&partiton=x", #"{"asset_key":"other","metadata":{"a":1}}"#)
        #expect(report.status == 200, "\(report.body)")
        #expect((report.json["sources"] as? [String: String])?["asset_key"] == "path")
        #expect((report.json["sources"] as? [String: String])?["metadata"] == "body")
        let warnings = (report.json["warnings"] as? [String] ?? []).joined(separator: "\n")
        for part in ["partiton", "is different and ignored", "differs only in case"] { #expect(warnings.contains(part), "\(warnings)") }
        let untyped = try send(
            server, "/report_asset_materialization/a?dry_run=true", ["-H", "Content-Type:", "--data-binary", "{}"])
        #expect(untyped.body.contains("Content-Type"), "\(untyped.body)")
        #expect(try ask(server, "/report_asset_materialization/a?dry_run=true", "{broken").status == 400)
        // A client that means a dry run must not report.
        for value in ["dry_run=1", "dry_run=True", "dry_run=", "dry_run", "dry_run=true&dry_run=no"] {
            let unclear = try send(server, "/report_asset_materialization/a?\(value)", [])
            #expect(unclear.status == 400, "\(value)")
            #expect(unclear.body.contains("dry_run must be true or false"), "\(value): \(unclear.body)")
        }
        // What a report would be refused for, its dry run is.
        let badKey = ["-H", "Idempotency-Key: a b"]
        for path in ["/report_asset_materialization/a?dry_run=true", "/api/v1/events?dry_run=true"] {
            #expect(try ask(server, path, Self.event, badKey).status == 400)
        }
        let compressed = server.directory.appending(path: "report.gz").path
        try run("bash", ["-c", "printf '%s' '{\"partition\":\"p\"}' | gzip > \(compressed)"])
        let gzip = ["-H", "Content-Type: application/json", "-H", "Content-Encoding: gzip", "--data-binary", "@\(compressed)"]
        let decoded = try send(server, "/report_asset_materialization/a?dry_run=true", gzip)
        #expect((decoded.json["event"] as? [String: Any])?["partition"] as? String == "p", "\(decoded.body)")
        let event = try ask(server, "/api/v1/events?dry_run=true", Self.event)
        #expect(event.status == 200)
        #expect((event.json["event"] as? [String: Any])?["kind"] as? String == "materialization")
        let list = try ask(server, "/api/v1/events?dry_run=true", "[\(Self.event),{}]")
        #expect((list.items.count, list.items.last?["status"] as? Int) == (2, 400))
        #expect(try events(server).count == 1)
    }

    @Test("needs the rights of the events it brings")
    func rights() throws {
        let server = try AccessTests.server()
        defer { server.stop() }
        let token = try AccessTests.createToken(
            "checks", ["--allow", "report:check", "--assets", "lake/*", "--deployment", "prod"], on: server)
        let bearer = ["-H", "Authorization: Bearer \(token)"]
        let check = #"{"kind":"check","asset_key":["lake","a"],"check_name":"c","passed":true}"#
        #expect(try AccessTests.becomes(200) { try ask(server, "/prod/api/v1/events", check, bearer).status })
        let mixed = try ask(
            server, "/prod/api/v1/events", "[\(check),\(Self.event),\(check.replacing("lake", with: "sea"))]", bearer)
        #expect((mixed["recorded"], mixed["refused"]) == (1, 2))
        #expect(mixed.items.allSatisfy { $0["status"] as? Int == 403 })
        #expect(try ask(server, "/api/v1/events", check, bearer).status == 403)
        #expect(try ask(server, "/prod/api/v1/events", check).status == 401)
        let page = try run(
            "curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:\(server.url.port ?? 0)/prod/api/v1/events"] + bearer)
        #expect(page.output == "403")
    }
}
