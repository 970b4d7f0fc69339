import Foundation
import Testing

/// Idempotency keys of the built server, on each storage.
@Suite("An Idempotency-Key")
struct IdempotencyTests {
    /// A storage, with the settings of a log that nobody has used.
    enum Storage: String, CaseIterable, CustomTestStringConvertible {
        case sqlite, memory, postgres

        var testDescription: String { rawValue }

        static let all = allCases.filter { $0 != .postgres || Database.absence == nil }
        static let lasting = all.filter { $0 != .memory }

        func settings() throws -> [String] {
            switch self {
            case .sqlite: []
            case .memory: ["--set", "storage.type=memory"]
            case .postgres: try Database.shared.get().freshLog()
            }
        }
    }

    private struct Answer {
        var status: Int
        var text: String

        var body: [String: Any] {
            let body = text.components(separatedBy: "\r\n\r\n").last ?? ""
            return (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) ?? [:]
        }
        subscript(name: String) -> Int? { body[name] as? Int }
        var detail: String { (body["detail"] ?? body["error"]) as? String ?? "" }
        var isReplayed: Bool { text.lowercased().contains("idempotency-replayed: true") }
    }

    private func send(
        _ server: ServerProcess, _ body: String, _ path: String = "/api/v1/events", key: String? = nil,
        type: String = "application/json", _ arguments: [String] = []
    ) throws -> Answer {
        let file = server.directory.appending(path: "body-\(UUID().uuidString)")
        try Data(body.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let output = try run(
            "curl",
            [
                "-s", "-g", "-i", "--noproxy", "*", "-X", "POST", "http://127.0.0.1:\(server.url.port ?? 0)\(path)", "-H", "Expect:",
                "-H", "Content-Type: \(type)", "--data-binary", "@\(file.path)",
            ] + (key.map { ["-H", "Idempotency-Key: \($0)"] } ?? []) + arguments
        ).output
        return Answer(status: Int(output.split(separator: " ").dropFirst().first ?? "") ?? -1, text: output)
    }

    private func partitions(_ server: ServerProcess, _ path: String = "/api/v1/events") throws -> [String] {
        var (all, next) = ([String](), 0)
        while true {
            let url = "http://127.0.0.1:\(server.url.port ?? 0)\(path)?limit=1000&after=\(next)"
            let text = try run("curl", ["-s", "--noproxy", "*", url]).output
            let page = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let events = page["events"] as? [[String: Any]] ?? []
            guard !events.isEmpty, let last = page["next"] as? Int else { return all }
            all += events.map { $0["partition"] as? String ?? "-" }
            next = last
        }
    }

    private func item(_ partition: String, _ more: String = "") -> String {
        #"{"kind":"materialization","asset_key":["k"],"partition":"\#(partition)"\#(more)}"#
    }

    private func array(_ partitions: String...) -> String { "[\(partitions.map { item($0) }.joined(separator: ","))]" }

    private func lines(_ numbers: some Sequence<Int>) -> String { numbers.map { item("\($0)") + "\n" }.joined() }

    private func end(_ server: ServerProcess) {
        #expect(server.stop() == 0, "\(server.said)")
        try? FileManager.default.removeItem(at: server.directory)
    }

    @Test("remembers its first body: another one records nothing, and says what differs", arguments: Storage.all)
    func bodies(_ storage: Storage) throws {
        let server = try ServerProcess(storage.settings())
        #expect(try send(server, array("a", "b"), key: "k")["recorded"] == 2)
        let others = [
            (array("a", "c", "d"), "index 1"), (array("a"), "it had more events"), (array("b"), "index 0"), (array("b", "a"), "index 0"),
            (array("a", "b", "c"), "index 1"), (array("a", "c"), "index 1"), (array("c", "b"), "index 0"), (item("a"), "it had more"),
        ]
        for (body, difference) in others {
            for query in ["", "?atomic=true", "?items=all"] {
                let answer = try send(server, body, "/api/v1/events\(query)", key: "k")
                #expect(answer.status == 422, "\(body)\(query): \(answer.text)")
                #expect(answer.detail.contains("used before with a different body"), "\(answer.text)")
                #expect(answer.detail.contains(difference), "\(body): \(answer.detail)")
                #expect(answer.detail.contains("Nothing was recorded."), "\(answer.detail)")
            }
        }
        #expect(try send(server, array("x1", "x2"), "/api/v1/events?atomic=true", key: "atomic")["recorded"] == 2)
        for query in ["", "?atomic=true"] {
            #expect(try send(server, array("x1", "x2", "x3"), "/api/v1/events\(query)", key: "atomic").status == 422)
            #expect(try send(server, array("x1"), "/api/v1/events\(query)", key: "atomic").status == 422)
            let same = try send(server, array("x1", "x2"), "/api/v1/events\(query)", key: "atomic")
            #expect(same.isReplayed && same["recorded"] == 2, "\(same.text)")
        }
        // One item more or less, where all are equal.
        #expect(try send(server, array("e", "e"), key: "equal")["recorded"] == 2)
        for body in [array("e"), array("e", "e", "e")] { #expect(try send(server, body, key: "equal").status == 422) }
        #expect(try send(server, item("s"), key: "single").status == 200)
        for body in [array("s", "s"), array("s", "t"), array("t")] { #expect(try send(server, body, key: "single").status == 422) }
        // The partitions of an item are its content.
        func expanded(_ list: String) -> String { #"{"kind":"observation","asset_key":"k","partitions":[\#(list)]}"# }
        for (key, rest) in [("alone", ""), ("with", ",\(item("z"))")] {
            func body(_ list: String) -> String { "[\(expanded(list))\(rest)]" }
            #expect(try send(server, body(#""p","q","r""#), key: key).status == 200)
            for list in [#""p","q""#, #""p""#, #""p","q","r","s""#, #""q","p","r""#] {
                #expect(try send(server, body(list), key: key).status == 422, "\(key) \(list)")
            }
            #expect(try send(server, body(#""p","q","r""#), key: key).isReplayed)
        }
        let known = ["a", "b", "x1", "x2", "e", "e", "s", "p", "q", "r", "p", "q", "r", "z"]
        #expect(try partitions(server) == known)
        #expect(try send(server, array("a", "b"), key: "k").isReplayed)
        end(server)
    }

    @Test("takes an object, an array of it, a line and a report for the same", arguments: Storage.all)
    func forms(_ storage: Storage) throws {
        let server = try ServerProcess(storage.settings())
        let report = "/report_asset_materialization/k"
        let forms: [(String, () throws -> Answer)] = [
            ("object", { try send(server, item("a"), key: "k") }), ("array", { try send(server, array("a"), key: "k") }),
            ("line", { try send(server, item("a") + "\n", key: "k", type: "application/x-ndjson") }),
            ("report", { try send(server, #"{"partition":"a"}"#, report, key: "k") }),
            ("chunked", { try send(server, #"{"partition":"a"}"#, report, key: "\"k\"", ["-H", "Transfer-Encoding: chunked"]) }),
        ]
        #expect(try send(server, item("a"), key: "k")["recorded"] == 1)
        for (name, form) in forms { #expect(try form().isReplayed, "\(name)") }
        #expect(try send(server, #"{"partition":"b"}"#, report, key: "k").status == 422)
        // The other way round, and a report where the first body had more events.
        #expect(try send(server, #"{"partition":"c"}"#, report, key: "r").status == 200)
        #expect(try send(server, array("c"), key: "r").isReplayed)
        #expect(try send(server, array("c", "d"), key: "r").status == 422)
        #expect(try send(server, array("e", "f"), key: "two")["recorded"] == 2)
        for arguments in [[], ["-H", "Transfer-Encoding: chunked"]] {
            let refused = try send(server, #"{"partition":"e"}"#, report, key: "two", arguments)
            #expect(refused.status == 422, "\(refused.text)")
            #expect(refused.detail.contains("Nothing was recorded"), "\(refused.text)")
        }
        #expect(try partitions(server) == ["a", "c", "e", "f"])
        end(server)
    }

    @Test("is refused when there are two, and is one when they are equal")
    func twoFields() throws {
        let server = try ServerProcess()
        for path in [
            "/api/v1/events", "/report_asset_materialization/k", "/api/v1/events?dry_run=true",
            "/report_asset_materialization/k?dry_run=true",
        ] {
            let two = try send(server, item("a"), path, key: "a", ["-H", "Idempotency-Key: b"])
            #expect(two.status == 400, "\(path): \(two.text)")
            #expect(two.detail.contains("several Idempotency-Key fields"), "\(two.text)")
            let key = path.filter(\.isLetter)
            let same = try send(server, item("a"), path, key: key, ["-H", "Idempotency-Key: \"\(key)\""])
            #expect(same.status == 200, "\(path): \(same.text)")
        }
        #expect(try partitions(server).count == 2)
        end(server)
    }

    @Test("is the caller's own, also where it is a UUID")
    func callers() throws {
        let server = try AccessTests.server()
        let tokens = try ["a", "b"].map { try AccessTests.createToken($0, ["--allow", "report:materialization,read"], on: server) }
        let bearers = tokens.map { ["-H", "Authorization: Bearer \($0)"] }
        for bearer in bearers {
            #expect(try AccessTests.becomes(200) { try send(server, item("x"), "/api/v1/events?dry_run=true", bearer).status })
        }
        for key in ["k", "0193b0a0-1111-7222-8333-444444444444"] {
            for (number, bearer) in bearers.enumerated() {
                #expect(try send(server, item("\(number)"), key: key, bearer)["recorded"] == 1)
                #expect(try send(server, item("\(number)"), key: key, bearer).isReplayed)
                #expect(try send(server, #"{"partition":"\#(number)"}"#, "/report_asset_materialization/k", key: key, bearer).isReplayed)
                #expect(try send(server, item("other"), key: key, bearer).status == 422)
            }
        }
        let events = try run(
            "curl", ["-s", "--noproxy", "*", "http://127.0.0.1:\(server.url.port ?? 0)/api/v1/events"] + bearers[0]
        ).output
        #expect(events.components(separatedBy: #""sequence":"#).count == 5, "\(events)")
        end(server)
    }

    @Test("lets a body continue that broke off, and no other one", arguments: Storage.all)
    func brokenOff(_ storage: Storage) throws {
        let server = try ServerProcess(storage.settings())
        let type = "application/x-ndjson"
        for (key, count) in [("short", 3), ("long", 1800)] {
            let before = try partitions(server).count
            let cut = "[\((0..<count).map { item("\($0)") }.joined(separator: ",")),{\"kind\":"
            let broken = try send(server, cut, key: key)
            #expect((broken.status, broken["received"], broken["index"]) == (400, count, broken["recorded"]), "\(broken.text)")
            #expect(try broken["recorded"] == partitions(server).count - before)
            if count > 512 {
                // Not the beginning of another body, nor a shorter one.
                for other in [lines(0..<600) + item("x") + lines(601..<2500), lines(0..<700), item("0"), lines(0..<1024), lines(1..<3000)] {
                    let recorded = try partitions(server).count
                    #expect(try send(server, other, key: key, type: type).status == 422)
                    #expect(try partitions(server).count == recorded)
                }
            }
            let whole = try send(server, lines(0..<2500), key: key, type: type)
            #expect((whole.status, whole["received"], whole["recorded"]) == (200, 2500, 2500), "\(whole.text)")
            #expect(try Array(partitions(server)[before...]) == (0..<2500).map { "\($0)" })
            #expect(try send(server, lines(0..<2500), key: key, type: type).isReplayed)
            for other in [lines(0..<2501), lines(0..<2499), lines(0..<512), lines(0..<4000), lines(0..<2499) + item("x")] {
                let refused = try send(server, other, key: key, type: type)
                #expect(refused.status == 422, "\(refused.text)")
                #expect(refused.detail.contains("used before"), "\(refused.text)")
            }
            #expect(try partitions(server).count == before + 2500)
        }
        end(server)
    }

    @Test("remembers over a restart, and lets a body continue that a crash cut", arguments: Storage.lasting)
    func restarts(_ storage: Storage) throws {
        let settings = try storage.settings()
        let server = try ServerProcess(settings)
        let directory = server.directory
        #expect(try send(server, array("a", "b"), key: "k")["recorded"] == 2)
        let text = lines(0..<3000)
        let half = directory.appending(path: "half")
        try Data(lines(0..<2000).utf8).write(to: half)
        // The body stops in the middle, and then the server is killed.
        let script = """
            import os, signal, socket, sys, time, urllib.request
            port, pid, path, length = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
            s = socket.create_connection(("127.0.0.1", port))
            s.sendall(f"POST /api/v1/events HTTP/1.1\\r\\nHost: localhost\\r\\nIdempotency-Key: cut\\r\\nContent-Type: application/x-ndjson\\r\\nContent-Length: {length}\\r\\n\\r\\n".encode())
            s.sendall(open(path, "rb").read())
            end = time.time() + 180
            while time.time() < end:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/events?limit=1000").read()
                if page.count(b'"sequence"') > 500: break
                time.sleep(0.02)
            os.kill(pid, signal.SIGKILL)
            """
        let cut = try run("python3", ["-c", script, "\(server.url.port ?? 0)", "\(server.pid)", half.path, "\(text.utf8.count)"])
        #expect(cut.status == 0, "\(cut.errors)")
        _ = server.waitUntilExit()
        let second = try ServerProcess(settings, in: directory)
        #expect(try partitions(second).count > 500)
        #expect(try send(second, array("a", "c", "d"), key: "k").status == 422)
        #expect(try send(second, array("a", "b"), key: "k").isReplayed)
        #expect(try send(second, text, key: "cut", type: "application/x-ndjson")["recorded"] == 3000)
        #expect(try partitions(second) == ["a", "b"] + (0..<3000).map { "\($0)" })
        #expect(second.stop() == 0)
        let third = try ServerProcess(settings, in: directory)
        #expect(try send(third, text, key: "cut", type: "application/x-ndjson").isReplayed)
        #expect(try send(third, text + item("x"), key: "cut", type: "application/x-ndjson").status == 422)
        #expect(try partitions(third).count == 3002)
        end(third)
    }

    @Test("records equal bodies once that come at the same time, through several servers too", arguments: Storage.all)
    func concurrent(_ storage: Storage) throws {
        let settings = try storage.settings()
        let servers = try (0..<(storage == .postgres ? 2 : 1)).map { _ in try ServerProcess(settings) }
        for (key, body) in [("small", array("a", "b", "c")), ("large", lines(0..<2000)), ("single", item("s"))] {
            let file = servers[0].directory.appending(path: key)
            try Data(body.utf8).write(to: file)
            let urls = servers.map { "http://127.0.0.1:\($0.url.port ?? 0)/api/v1/events" }
            let script = """
                for n in 1 2 3; do for url in \(urls.joined(separator: " ")); do
                  curl -s --noproxy '*' -o /dev/null -w '%{http_code}\\n' -X POST "$url" -H 'Expect:' -H 'Idempotency-Key: \(key)' \
                    -H 'Content-Type: application/json' --data-binary @\(file.path) &
                done; done; wait
                """
            let statuses = try run("bash", ["-c", script]).output.split(separator: "\n")
            #expect(statuses.count == 3 * servers.count && statuses.allSatisfy { $0 == "200" }, "\(key): \(statuses)")
        }
        #expect(try partitions(servers[0]).sorted() == (["a", "b", "c", "s"] + (0..<2000).map { "\($0)" }).sorted())
        for server in servers { end(server) }
    }

    @Test("does not look at times that the client did not give, or that may be wrong")
    func times() throws {
        let server = try ServerProcess()
        func at(_ second: Int) -> String { item("a", #","timestamp":"2026-01-01T00:00:0\#(second)Z""#) }
        let approximate = ["-H", "Assetlog-Timestamp: approximate"]
        #expect(try send(server, "[\(at(1)),\(item("b"))]", key: "k", approximate)["recorded"] == 2)
        #expect(try send(server, "[\(at(2)),\(item("b"))]", key: "k", approximate).isReplayed)
        #expect(try send(server, "[\(at(3)),\(item("b"))]", key: "k").status == 422)
        #expect(try send(server, "[\(at(4)),\(item("b"))]", key: "given")["recorded"] == 2)
        #expect(try send(server, "[\(at(4)),\(item("b"))]", key: "given").isReplayed)
        #expect(try send(server, "[\(at(5)),\(item("b"))]", key: "given").status == 422)
        #expect(try partitions(server).count == 4)
        end(server)
    }

    @Test("remembers the items that became events, and not those that were refused")
    func refused() throws {
        let server = try ServerProcess()
        let bad = #"{"kind":"nonsense","asset_key":"k"}"#
        let first = try send(server, "[\(item("a")),\(bad),\(item("b"))]", key: "k")
        #expect((first.status, first["recorded"], first["refused"]) == (200, 2, 1))
        let again = try send(server, "[\(item("a")),\(bad),\(item("b"))]", key: "k")
        #expect(again.isReplayed && again["refused"] == 1, "\(again.text)")
        #expect(try send(server, array("a", "b"), key: "k").isReplayed)
        #expect(try send(server, array("a", "fixed", "b"), key: "k").status == 422)
        // A key under which nothing was recorded is new.
        #expect(try send(server, "[\(bad)]", key: "new").status == 422)
        #expect(try send(server, item("c"), key: "new")["recorded"] == 1)
        // Identities of the client's own, in all or in none.
        func own(_ name: String) -> String { item(name, #","event_id":"0193aaaa-bbbb-7ccc-8ddd-eeeeffff000\#(name)""#) }
        #expect(try send(server, "[\(own("1")),\(own("2"))]", key: "own")["recorded"] == 2)
        #expect(try send(server, "[\(own("1")),\(own("2"))]", key: "own").isReplayed)
        for (key, body) in [("first", "[\(own("3")),\(item("d"))]"), ("second", "[\(item("d")),\(own("3"))]")] {
            let mixed = try send(server, body, key: key)
            #expect((mixed["recorded"], mixed["refused"]) == (1, 1), "\(mixed.text)")
            #expect(mixed.text.contains("give it in all events or in none"), "\(mixed.text)")
        }
        #expect(try partitions(server) == ["a", "b", "c", "1", "2", "3", "d"])
        end(server)
    }

    @Test("or none: a submission that fills the log is answered with what of it is recorded")
    func full() throws {
        let server = try ServerProcess(["--set", "storage.type=memory", "--set", "storage.memory.maximum_events=1000"])
        let answer = try send(server, lines(0..<3000), type: "application/x-ndjson")
        #expect(answer.status == 503, "\(answer.text)")
        let recorded = try partitions(server).count
        #expect(answer["recorded"] == recorded && answer["index"] == recorded && recorded > 0, "\(answer.text)")
        #expect(answer.detail.contains("\(recorded) events of it are recorded; those from the item at index \(recorded) on are not."))
        #expect(answer.detail.contains("A retry records those again that have no event_id"), "\(answer.detail)")
        let next = try send(server, lines(0..<3000), type: "application/x-ndjson")
        #expect(next.detail.contains("recorded"), "\(next.text)")
        #expect(next["recorded"] == (try partitions(server).count) - recorded)
        end(server)
    }
}
