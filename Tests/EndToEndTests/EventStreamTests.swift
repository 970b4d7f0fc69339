import Foundation
import Synchronization
import Testing

/// A client of a stream: curl, whose output goes to a file.
private final class StreamClient {
    private let process = Process()
    private let file: URL

    init(_ path: String, on server: ServerProcess, _ arguments: [String] = []) throws {
        file = server.directory.appending(path: "stream-\(UUID().uuidString)")
        try Data().write(to: file)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["curl", "-sS", "-N", "-g"] + arguments + ["http://127.0.0.1:\(server.url.port ?? 0)\(path)"]
        process.standardOutput = try FileHandle(forWritingTo: file)
        process.standardError = process.standardOutput
        try process.run()
    }

    deinit {
        if process.isRunning { process.terminate() }
    }

    var text: String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }
    var isRunning: Bool { process.isRunning }
    /// The sequences of the events, in order.
    var sequences: [Int] { text.matches(of: /id: (\d+)\nevent: event\ndata: .*\n\n/).compactMap { Int($0.1) } }
    /// The last `id`, which an EventSource sends when it connects again.
    var lastID: Int? { text.matches(of: /id: (\d+)\n(?:event: .*\ndata: .*\n)?\n/).last.flatMap { Int($0.1) } }

    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit(within: 300)
    }

    /// Waits until something is so; what came is shown when it never is.
    func wait(_ condition: (StreamClient) -> Bool, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let end = Date.now + 120
        while !condition(self) {
            try #require(Date.now < end, "\(text)", sourceLocation: sourceLocation)
            usleep(10_000)
        }
    }
}

@Suite("Event streams")
struct EventStreamTests {
    private static let path = "/api/v1/events/stream"

    private static func report(_ count: Int, on server: ServerProcess, asset: String = "orders", token: String? = nil) throws {
        let lines = (0..<count).map { #"{"kind":"observation","asset_key":"\#(asset)","description":"\#($0)"}"# + "\n" }.joined()
        let file = server.directory.appending(path: "events-\(UUID().uuidString)")
        try lines.write(to: file, atomically: true, encoding: .utf8)
        let status = try AccessTests.status(
            "POST", "/api/v1/events", on: server, token: token,
            ["-H", "Content-Type: application/x-ndjson", "--data-binary", "@\(file.path)"])
        #expect(status == 200)
    }

    private static func metric(_ name: String, of server: ServerProcess, token: String? = nil) throws -> Int {
        let authorization = token.map { ["-H", "Authorization: Bearer \($0)"] } ?? []
        let text = try run("curl", ["-s", "http://127.0.0.1:\(server.url.port ?? 0)/metrics"] + authorization).output
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + " ") }, "\(text)")
        return try #require(Int(line.dropFirst(name.count + 1)))
    }

    private static func metric(_ name: String, of server: ServerProcess, token: String? = nil, becomes value: Int) throws {
        let end = Date.now + 120
        while try metric(name, of: server, token: token) != value {
            try #require(Date.now < end, "\(name) does not become \(value)")
            usleep(50_000)
        }
    }

    @Test("give every event once over connections and servers that are killed")
    func resuming() throws {
        let server = try ServerProcess()
        let directory = server.directory
        var (running, all, position) = (server, [Int](), 0)
        for round in 1...4 {
            let client = try StreamClient(Self.path, on: running, ["-H", "Last-Event-ID: \(position)"])
            try Self.report(500, on: running)
            try client.wait { $0.sequences.count >= (round % 2 == 0 ? 500 : 100) }
            client.kill()
            all += client.sequences
            position = try #require(client.lastID)
            #expect(position == client.sequences.last)
            guard round == 2 else { continue }
            running.kill()
            running = try ServerProcess(in: directory)
        }
        let client = try StreamClient(Self.path, on: running, ["-H", "Last-Event-ID: \(position)"])
        try client.wait { $0.lastID == 2000 || $0.sequences.last == 2000 }
        #expect(all + client.sequences == Array(1...2000))
        #expect(running.stop() == 0)
        try FileManager.default.removeItem(at: directory)
    }

    @Test("end within two seconds when their token is revoked, and others go on")
    func revoking() throws {
        let server = try AccessTests.server(["log.access=access.log", "log.format=json"])
        defer {
            #expect(server.stop() == 0)
            try? FileManager.default.removeItem(at: server.directory)
        }
        let (first, second) = try (
            AccessTests.createToken("first", ["--allow", "read"], on: server),
            AccessTests.createToken("second", ["--allow", "all"], on: server)
        )
        for token in [first, second] {
            #expect(try AccessTests.becomes(200) { try AccessTests.status("GET", "/server_info", on: server, token: token) })
        }
        let clients = try [first, second].map { try StreamClient(Self.path, on: server, ["-H", "Authorization: Bearer \($0)"]) }
        for client in clients { try client.wait { $0.text.contains("id: 0\n\n") } }
        try Self.report(3, on: server, token: second)
        try clients[0].wait { $0.sequences == [1, 2, 3] }
        #expect(try assetlog("token", "revoke", "first", "--data", server.directory.appending(path: "data").path).status == 0)
        let start = Date.now
        try clients[0].wait { !$0.isRunning }
        // The end of curl is seen a moment later on a loaded machine; the server's own line says when it was.
        #expect(Date.now.timeIntervalSince(start) < 10)
        #expect(clients[0].text.contains("id: 3\nevent: end\ndata: {\"reason\":\"token\",\"after\":3,"))
        try Self.report(1, on: server, token: second)
        try clients[1].wait { $0.sequences == [1, 2, 3, 4] }
        #expect(clients[0].sequences == [1, 2, 3])
        // The line in the access log comes at the end of a stream.
        let log = try String(contentsOf: server.directory.appending(path: "access.log"), encoding: .utf8)
        let lines = log.split(separator: "\n").filter { $0.contains(#""path":"/api/v1/events/stream""#) }
        #expect(lines.count == 1 && lines[0].contains(#""reporter":"first""#) && lines[0].contains(#""status":200"#), "\(log)")
    }

    @Test("end at once when the server stops, with the time after which to connect again")
    func draining() throws {
        let server = try ServerProcess()
        let clients = try (0..<20).map { _ in try StreamClient(Self.path, on: server) }
        for client in clients { try client.wait { $0.text.contains("id: 0\n\n") } }
        try Self.report(2, on: server)
        for client in clients { try client.wait { $0.sequences == [1, 2] } }
        let start = Date.now
        #expect(server.stop() == 0)
        // Without their end the server would wait for the connections until its grace is over.
        #expect(Date.now.timeIntervalSince(start) < 9)
        for client in clients {
            try client.wait { !$0.isRunning }
            #expect(client.text.contains("retry: 2000\nid: 2\nevent: end\ndata: {\"reason\":\"stopping\",\"after\":2,"), "\(client.text)")
        }
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("that nobody reads cost the others nothing, and end with the sequence to go on from")
    func slowReaders() throws {
        let server = try ServerProcess(["--set", "server.limits.write_timeout=60s"])
        defer {
            #expect(server.stop() == 0)
            try? FileManager.default.removeItem(at: server.directory)
        }
        // It reads the head and the first block, waits until it is told, and reads the rest to its end.
        let script = """
            import os, socket, sys, time
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", int(sys.argv[1])))
            connection.sendall(b"GET /api/v1/events/stream HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n")
            text = connection.recv(300)
            print("open", flush=True)
            sys.stdin.readline()
            while piece := connection.recv(65536): text += piece
            sys.stdout.buffer.write(text)
            """
        let slow = Process()
        let (input, output) = (Pipe(), server.directory.appending(path: "slow.txt"))
        try Data().write(to: output)
        slow.executableURL = URL(filePath: "/usr/bin/env")
        slow.arguments = ["python3", "-c", script, "\(server.url.port ?? 0)"]
        (slow.standardInput, slow.standardOutput) = (input, try FileHandle(forWritingTo: output))
        try slow.run()
        while try !String(contentsOf: output, encoding: .utf8).hasPrefix("open") { usleep(10_000) }
        let fast = try StreamClient(Self.path, on: server)
        try fast.wait { $0.text.contains("id: 0\n\n") }
        // More than a stream may be behind, and than sockets hold.
        let text = String(repeating: "x", count: 4000)
        let line = #"{"kind":"observation","asset_key":"a","description":"\#(text)"}"# + "\n"
        let file = server.directory.appending(path: "large")
        try String(repeating: line, count: 1000).write(to: file, atomically: true, encoding: .utf8)
        for batch in 1...12 {
            #expect(
                try AccessTests.status(
                    "POST", "/api/v1/events", on: server,
                    ["-H", "Content-Type: application/x-ndjson", "--data-binary", "@\(file.path)"]) == 200)
            try fast.wait { $0.sequences.count == batch * 1000 }
        }
        #expect(fast.sequences == Array(1...12_000))
        try Self.metric(#"assetlog_streams_ended_total{reason="slow"}"#, of: server, becomes: 1)
        try input.fileHandleForWriting.write(contentsOf: Data("read\n".utf8))
        slow.waitUntilExit(within: 300)
        let read = try String(contentsOf: output, encoding: .utf8)
        let sequences = read.matches(of: /id: (\d+)\nevent: event/).compactMap { Int($0.1) }
        #expect(sequences == Array(1...(sequences.last ?? 0)) && sequences.count < 12_000)
        let last = try #require(sequences.last)
        #expect(read.contains("id: \(last)\nevent: end\ndata: {\"reason\":\"slow\",\"after\":\(last),"), "\(read.suffix(300))")
        // An EventSource goes on by itself.
        let again = try StreamClient(Self.path, on: server, ["-H", "Last-Event-ID: \(last)"])
        try again.wait { $0.sequences.last == 12_000 }
        #expect(again.sequences == Array(last + 1...12_000))
    }

    @Test("are bounded for each caller and for the server, and those whose client has left count no more")
    func bounds() throws {
        let server = try AccessTests.server(["server.limits.streams=3", "server.limits.streams_per_caller=2"])
        defer {
            #expect(server.stop() == 0)
            try? FileManager.default.removeItem(at: server.directory)
        }
        let tokens = try ["a", "b", "c"].map { try AccessTests.createToken($0, ["--allow", "all"], on: server) }
        for token in tokens {
            #expect(try AccessTests.becomes(200) { try AccessTests.status("GET", "/server_info", on: server, token: token) })
        }
        func client(_ token: String) throws -> StreamClient {
            let client = try StreamClient(Self.path, on: server, ["-H", "Authorization: Bearer \(token)"])
            try client.wait { $0.text.hasPrefix("retry: 2000\nid: ") }
            return client
        }
        func status(_ token: String) throws -> Int { try AccessTests.status("GET", Self.path, on: server, token: token) }
        let clients = try [client(tokens[0]), client(tokens[0])]
        #expect(try status(tokens[0]) == 429)
        let third = try client(tokens[1])
        #expect(try status(tokens[2]) == 503)
        for client in clients { client.kill() }
        // A client that has left is noticed when something is written to it.
        try Self.report(2, on: server, token: tokens[2])
        try Self.metric("assetlog_streams", of: server, token: tokens[2], becomes: 1)
        try third.wait { $0.sequences == [1, 2] }
        _ = try client(tokens[0])
    }
}
