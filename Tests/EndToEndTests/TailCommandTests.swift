import Foundation
import Testing

/// `assetlog tail` against a server, as a process.
@Suite("assetlog tail")
struct TailCommandTests {
    /// The command while it runs.
    private final class Tail {
        let process = Process()
        private let files: (output: URL, errors: URL)

        init(_ arguments: [String], on server: ServerProcess) throws {
            let name = UUID().uuidString
            files = (server.directory.appending(path: "tail-\(name)"), server.directory.appending(path: "tail-errors-\(name)"))
            for file in [files.output, files.errors] { try Data().write(to: file) }
            process.executableURL = ServerProcess.binary
            process.arguments = ["tail", "--server", "http://127.0.0.1:\(server.url.port ?? 0)"] + arguments
            process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("ASSETLOG_") }
            process.standardInput = FileHandle.nullDevice
            try process.run(writingTo: files.output, errorsTo: files.errors)
        }

        deinit {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }

        var lines: [Substring] { ((try? String(contentsOf: files.output, encoding: .utf8)) ?? "").split(separator: "\n") }
        var errors: String { (try? String(contentsOf: files.errors, encoding: .utf8)) ?? "" }

        func wait(_ condition: (Tail) -> Bool, sourceLocation: SourceLocation = #_sourceLocation) throws {
            let end = Date.now + 120
            while !condition(self) {
                try #require(Date.now < end, "\(lines.suffix(5))\n\(errors)", sourceLocation: sourceLocation)
                usleep(10_000)
            }
        }

        func ends(with signal: Int32) -> Int32 {
            kill(process.processIdentifier, signal)
            process.waitUntilExit(within: 300)
            return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        }
    }

    private static func submit(_ text: String, to server: ServerProcess) throws {
        let status = try AccessTests.status(
            "POST", "/api/v1/events", on: server, ["-H", "Content-Type: application/x-ndjson", "--data-binary", text])
        #expect(status == 200)
    }

    private static let events = """
        {"kind":"materialization","asset_key":["warehouse","orders"],"partition":"2026-11-22"}
        {"kind":"check","asset_key":["warehouse","orders"],"check_name":"no_nulls","passed":false}
        {"kind":"check","asset_key":["warehouse","orders"],"check_name":"rows","passed":true}
        {"kind":"materialization_failed","asset_key":"report","failure":{"reason":"FAILED_TO_MATERIALIZE","message":"out of \\u001b[31mmemory"}}
        """

    @Test("shows a line for each event, or its JSON, as far as it passes the filters, and ends with 0 when it is interrupted")
    func filters() throws {
        let server = try ServerProcess()
        defer {
            #expect(server.stop() == 0)
            try? FileManager.default.removeItem(at: server.directory)
        }
        try Self.submit(Self.events, to: server)
        let cases: [([String], [Int])] = [
            ([], [1, 2, 3, 4]), (["--kind", "check"], [2, 3]), (["--kind", "check,materialization"], [1, 2, 3]),
            (["--asset", "report"], [4]), (["--prefix", "warehouse"], [1, 2, 3]), (["--partition", "2026-11-22"], [1]),
            (["--check", "rows"], [3]), (["--passed"], [3]), (["--no-passed"], [2]), (["--kind", "check", "--check", "no_nulls"], [2]),
        ]
        for (arguments, expected) in cases {
            let tail = try Tail(["--after", "0", "--json"] + arguments, on: server)
            try tail.wait { $0.lines.count == expected.count }
            #expect(tail.lines.compactMap { $0.firstMatch(of: /^\{"sequence":(\d+),/).flatMap { Int($0.1) } } == expected, "\(arguments)")
            #expect(tail.ends(with: SIGINT) == 0 && tail.errors.isEmpty, "\(tail.errors)")
        }
        let tail = try Tail(["--after", "0"], on: server)
        try tail.wait { $0.lines.count == 4 }
        #expect(tail.lines[0].contains("  materialization          warehouse/orders  \"2026-11-22\""))
        #expect(tail.lines[1].hasSuffix("  warehouse/orders  no_nulls failed") && tail.lines[2].hasSuffix("  rows passed"))
        // What a terminal would obey is shown as text.
        #expect(tail.lines[3].hasSuffix(#"  materialization_failed   report  out of \u001b[31mmemory"#), "\(tail.lines[3])")
        #expect(tail.ends(with: SIGTERM) == 0)
    }

    @Test("begins at the end of the log, and ends after --count events")
    func end() throws {
        let server = try ServerProcess()
        defer {
            #expect(server.stop() == 0)
            try? FileManager.default.removeItem(at: server.directory)
        }
        try Self.submit(Self.events, to: server)
        let tail = try Tail(["--json", "--count", "2"], on: server)
        // Reports until it has begun: what came before is not shown.
        try tail.wait { tail in
            _ = try? Self.submit(#"{"kind":"observation","asset_key":"later"}"#, to: server)
            return !tail.process.isRunning
        }
        #expect(tail.process.terminationStatus == 0 && tail.lines.count == 2)
        #expect(tail.lines.allSatisfy { $0.contains(#""asset_key":["later"]"#) })
    }

    @Test("goes on after a server that was killed, without a gap or a double, and says so")
    func resuming() throws {
        let server = try ServerProcess()
        let (directory, port) = (server.directory, server.url.port ?? 0)
        try Self.submit(Self.events, to: server)
        let tail = try Tail(["--after", "0", "--json"], on: server)
        try tail.wait { $0.lines.count == 4 }
        server.kill()
        try tail.wait { $0.errors.contains("connecting again") }
        // The port of a server is taken by the last --listen.
        let again = try ServerProcess(["--listen", "127.0.0.1:\(port)"], in: directory)
        try Self.submit(Self.events, to: again)
        try tail.wait { $0.lines.count == 8 }
        #expect(tail.lines.compactMap { $0.firstMatch(of: /^\{"sequence":(\d+),/).flatMap { Int($0.1) } } == Array(1...8))
        #expect(tail.ends(with: SIGINT) == 0)
        #expect(again.stop() == 0)
        try FileManager.default.removeItem(at: directory)
    }

    @Test("ends with 0 and without a word when nobody reads its output any more")
    func brokenPipe() throws {
        let server = try ServerProcess()
        defer {
            #expect(server.stop() == 0)
            try? FileManager.default.removeItem(at: server.directory)
        }
        try Self.submit(Self.events, to: server)
        // Events go on, so that the command has something to write when nobody reads any more.
        let script = """
            ( while :; do curl -s -X POST "$1/report_asset_observation/a" > /dev/null; sleep 0.1; done ) & loop=$!
            { "$0" tail --server "$1" --after 0; echo "status $?" >&2; } | head -n 1
            kill -9 $loop
            """
        let result = try run("bash", ["-c", script, ServerProcess.binary.path, "http://127.0.0.1:\(server.url.port ?? 0)"])
        #expect(result.output.split(separator: "\n").count == 1)
        #expect(result.errors == "status 0\n")
    }

    @Test("ends with 1 when the server refuses or can't be reached, and with 64 for a wrong command line")
    func failures() throws {
        let server = try AccessTests.server()
        let url = "http://127.0.0.1:\(server.url.port ?? 0)"
        func tail(_ arguments: String...) throws -> CommandResult {
            try run(ServerProcess.binary.path, ["tail", "--server", url] + arguments)
        }
        let refused = try tail()
        #expect(refused.status == 1 && refused.errors.contains("refuses with 401: A valid token is required"), "\(refused.errors)")
        for (arguments, word) in [
            (["--after", "-1"], "--after must be at least 0"), (["--kind", "nothing"], "--kind must be materialization"),
            (["--count", "0"], "--count must be at least 1"), (["--timeout", "soon"], "--timeout must be a number"),
            (["--asset", ""], "empty"), (["--partition", ""], "--partition is empty"),
        ] {
            let result = try run(ServerProcess.binary.path, ["tail", "--server", url] + arguments)
            #expect(result.status == 64 && result.errors.contains(word), "\(arguments): \(result.status) \(result.errors)")
        }
        #expect(server.stop() == 0)
        let away = try tail("--timeout", "1s")
        #expect(away.status == 1 && away.errors.contains("can't be reached"), "\(away.errors)")
        try FileManager.default.removeItem(at: server.directory)
    }
}
