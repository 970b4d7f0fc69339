import Foundation
import Testing

/// A token that may read few of many events, asked of the built server over the wire.
@Suite("Reads that few events pass")
struct BoundedReadTests {
    private static let events = 100_000
    private static let planted = [1, 40_000, 99_999]

    /// A server with so many events of 5,000 assets, three of them of `lake/a`, and tokens that may read these.
    private static func server() throws -> ServerProcess {
        let server = try AccessTests.server()
        let writer = try AccessTests.createToken("writer", ["--allow", "all"], on: server)
        #expect(try AccessTests.becomes(200) { try AccessTests.status("GET", "/metrics", on: server, token: writer) })
        let lake = planted.map { "i==\($0)" }.joined(separator: "||")
        // Dated as they are recorded, a second apart.
        let script = """
            awk 'BEGIN { for (i = 1; i <= \(events); i++) {
                key = (\(lake)) ? "[\\"lake\\",\\"a\\"]" : "[\\"raw\\",\\"" (i % 5000) "\\"]"
                printf "{\\"kind\\":\\"observation\\",\\"asset_key\\":%s,\\"timestamp\\":%d}\\n", key, 1764000000 + i } }' > events
            curl -s -f -H 'Authorization: Bearer \(writer)' -H 'Content-Type: application/x-ndjson' \\
                --data-binary @events http://127.0.0.1:\(server.url.port ?? 0)/prod/api/v1/events
            """
        let result = try run("bash", ["-euc", script], in: server.directory)
        #expect(result.output.contains("\"recorded\":\(events)"), "\(result.output)\(result.errors)")
        try writer.write(to: server.directory.appending(path: "writer"), atomically: true, encoding: .utf8)
        return server
    }

    private static func writer(of server: ServerProcess) throws -> String {
        try String(contentsOf: server.directory.appending(path: "writer"), encoding: .utf8)
    }

    private static func ask(_ path: String, on server: ServerProcess, token: String) throws -> String {
        try run(
            "curl", ["-s", "-g", "-H", "Authorization: Bearer \(token)", "http://127.0.0.1:\(server.url.port ?? 0)\(path)"]
        ).output
    }

    /// A number of the server.
    private static func number(_ name: String, of server: ServerProcess) throws -> Int {
        let metrics = try ask("/metrics", on: server, token: writer(of: server))
        let line = try #require(metrics.split(separator: "\n").first { $0.hasPrefix(name + " ") }, "\(metrics)")
        return try #require(Int(line.dropFirst(name.count + 1)))
    }

    private static let skipped = #"assetlog_read_events_total{result="skipped"}"#

    private struct Page: Decodable {
        struct Event: Decodable {
            var sequence: Int
        }
        var events: [Event]
        var next: Int
    }

    @Test("looks at a bounded number of events for each request, and finds each that the token covers once")
    func walks() throws {
        let server = try Self.server()
        defer {
            #expect(server.stop() == 0)
            try? FileManager.default.removeItem(at: server.directory)
        }
        // Which assets the first one covers has to be looked up in more than the index looks at.
        for (name, pattern, found) in [("wide", "**/a", Self.planted), ("narrow", "lake/*", Self.planted), ("none", "none/of/these", [])] {
            let token = try AccessTests.createToken(name, ["--allow", "read", "--assets", pattern], on: server)
            #expect(try AccessTests.becomes(200) { try AccessTests.status("GET", "/server_info", on: server, token: token) })
            for order in ["asc", "desc", "latest"] {
                var (after, sequences, requests) = (0, [Int](), 0)
                while true {
                    let before = try Self.number(Self.skipped, of: server)
                    let text = try Self.ask("/prod/api/v1/events?limit=1&order=\(order)&after=\(after)", on: server, token: token)
                    let page = try JSONDecoder().decode(Page.self, from: Data(text.utf8))
                    #expect(try Self.number(Self.skipped, of: server) - before <= 10_000, "\(name), \(order)")
                    sequences += page.events.map(\.sequence)
                    requests += 1
                    if page.next == after { break }
                    after = page.next
                    try #require(requests <= 20, "the pages do not end")
                }
                #expect(sequences == (order == "asc" ? found : found.reversed()), "\(name), \(order)")
            }
            // The recipes of the documentation take one request.
            let latest = try Self.ask("/prod/api/v1/events?asset=lake/a&order=latest&limit=1", on: server, token: token)
            #expect(latest.contains(#""asset_key":["lake","a"]"#) == !found.isEmpty, "\(latest)")
        }
    }

    @Test("gives slots back whose client has left, and serves others while one client asks for all it can get")
    func slots() throws {
        let server = try Self.server()
        defer {
            #expect(server.stop() == 0)
            try? FileManager.default.removeItem(at: server.directory)
        }
        let tokens = try ["greedy", "modest"].map { try AccessTests.createToken($0, ["--allow", "read"], on: server) }
        for token in tokens {
            #expect(try AccessTests.becomes(200) { try AccessTests.status("GET", "/server_info", on: server, token: token) })
        }
        // Some leave at once, and some read all that they get.
        let script = """
            import socket, sys, threading, urllib.request
            port, greedy, modest = int(sys.argv[1]), sys.argv[2], sys.argv[3]
            def leave():
                for _ in range(20):
                    connection = socket.create_connection(("127.0.0.1", port))
                    connection.sendall(f"GET /prod/api/v1/events?limit=1000&kind=check HTTP/1.1\\r\\nHost: localhost\\r\\n"
                        f"Authorization: Bearer {greedy}\\r\\n\\r\\n".encode())
                    connection.close()
            def get(token):
                request = urllib.request.Request(f"http://127.0.0.1:{port}/prod/api/v1/events?limit=1000",
                    headers={"Authorization": f"Bearer {token}"})
                try:
                    with urllib.request.urlopen(request, timeout=300) as answer: answer.read(); return answer.status
                except urllib.error.HTTPError as error: return error.code
            done = threading.Event()
            def read():
                while not done.is_set(): get(greedy)
            threads = [threading.Thread(target=leave) for _ in range(10)] + [threading.Thread(target=read) for _ in range(10)]
            for thread in threads: thread.start()
            statuses = [get(modest) for _ in range(20)]
            done.set()
            for thread in threads: thread.join()
            print(*statuses)
            """
        let result = try run("python3", ["-c", script, "\(server.url.port ?? 0)"] + tokens)
        let statuses = result.output.trimmingCharacters(in: .newlines)
        #expect(statuses == Array(repeating: "200", count: 20).joined(separator: " "), "\(result.output)\(result.errors)")
        let end = Date.now + 180
        func reads() throws -> Int {
            try ["running", "waiting"].reduce(0) { $0 + (try Self.number(#"assetlog_reads{size="large",state="\#($1)"}"#, of: server)) }
        }
        while try reads() > 0 {
            try #require(Date.now < end, "slots are not given back")
            usleep(50_000)
        }
        #expect(try Self.ask("/prod/api/v1/events?limit=1000", on: server, token: tokens[0]).contains(#""sequence":1000"#))
    }
}
