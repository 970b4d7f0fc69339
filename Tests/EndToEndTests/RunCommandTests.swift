import Foundation
import Synchronization
import Testing

/// `assetlog run`, with real commands and the built server.
@Suite("assetlog run")
struct RunCommandTests {
    /// A running `assetlog run`, and what it wrote.
    private final class Run {
        let process = Process()
        private let files: [URL]

        init(_ fixture: ReportFixture, _ arguments: [String], input: String = "", executable: [String] = []) throws {
            // Tests of the server in this process may have made it ignore SIGPIPE, which is inherited.
            let first = executable.isEmpty ? ["env", "--default-signal=PIPE"] : executable
            let all = first + [ServerProcess.binary.path, "run"] + arguments
            process.executableURL = URL(filePath: all[0].contains("/") ? all[0] : "/usr/bin/env")
            process.arguments = all[0].contains("/") ? Array(all.dropFirst()) : all
            process.currentDirectoryURL = fixture.directory
            process.environment = ProcessInfo.processInfo.environment.merging(fixture.environment) { $1 }
            files = ["in", "out", "err"].map { fixture.directory.appending(path: "\($0)-\(UUID().uuidString)") }
            try Data(input.utf8).write(to: files[0])
            for file in files.dropFirst() { try Data().write(to: file) }
            process.standardInput = try FileHandle(forReadingFrom: files[0])
            try process.run(writingTo: files[1], errorsTo: files[2])
        }

        var output: String { String(decoding: (try? Data(contentsOf: files[1])) ?? Data(), as: UTF8.self) }
        var errors: String { String(decoding: (try? Data(contentsOf: files[2])) ?? Data(), as: UTF8.self) }

        func wait() -> Int32 {
            process.waitUntilExit(within: 300)
            return process.terminationStatus
        }

        /// Waits until the command has written a word.
        func waitFor(_ word: String) throws {
            for _ in 0..<1000 where !output.contains(word) { usleep(10_000) }
            try #require(output.contains(word), "\(errors)")
        }
    }

    private func run(_ fixture: ReportFixture, _ arguments: String..., input: String = "") throws -> (
        status: Int32, output: String, errors: String
    ) {
        let run = try Run(fixture, arguments, input: input)
        let status = run.wait()
        return (status, run.output, run.errors)
    }

    private func failure(_ event: [String: Any]) -> [String]? {
        (event["failure"] as? [String: String]).map { [$0["reason"] ?? "", $0["message"] ?? ""] }
    }

    private func value(_ label: String, _ event: [String: Any]) -> Any? {
        ((event["metadata"] as? [String: [String: Any]])?[label])?["value"]
    }

    @Test("reports the start and the materialization, and leaves the command's input and output alone")
    func success() throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let result = try run(
            fixture, "warehouse/orders", "--partition", "-5", "--metadata", "rows=10", "--tag", "team=core", "--data-version", "7", "--",
            "sh", "-c", "cat; echo to-errors >&2; sleep 0.2", input: "through\nand through")
        #expect(result.status == 0)
        #expect(result.output == "through\nand through")
        #expect(result.errors == "to-errors\n")
        let events = try fixture.events()
        #expect(events.map { $0["kind"] as? String } == ["materialization_started", "materialization"])
        for event in events {
            #expect(event["asset_key"] as? [String] == ["warehouse", "orders"])
            #expect(event["partition"] as? String == "-5")
            #expect((event["tags"] as? [String: String])?["team"] == "core")
        }
        #expect(events[1]["data_version"] as? String == "7")
        #expect(value("rows", events[1]) as? Int == 10)
        let duration = try #require(value("duration_seconds", events[1]) as? Double)
        #expect(duration >= 0.2 && duration < 20)
        #expect(value("stderr", events[1]) == nil && value("exit_code", events[1]) == nil)
        let times = events.compactMap { $0["timestamp"] as? String }
        #expect(times.count == 2 && times[0] < times[1])
    }

    @Test(
        "returns the command's own exit code, and reports a failure with it",
        arguments: [
            (["sh", "-c", "echo one >&2; echo two >&2; exit 3"], 3, "FAILED_TO_MATERIALIZE", "sh ended with exit code 3", "one\ntwo"),
            (["sh", "-c", "exit 255"], 255, "FAILED_TO_MATERIALIZE", "sh ended with exit code 255", nil),
            (["sh", "-c", "kill -TERM $$"], 143, "RUN_TERMINATED", "sh was ended by SIGTERM", nil),
            (["sh", "-c", "kill -SEGV $$"], 139, "FAILED_TO_MATERIALIZE", "sh was ended by SIGSEGV", nil),
            (["sh", "-c", "kill -PIPE $$"], 141, "RUN_TERMINATED", "sh was ended by SIGPIPE", nil),
        ] as [([String], Int32, String, String, String?)])
    func failures(_ command: [String], _ code: Int32, _ reason: String, _ message: String, _ errors: String?) throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let started = try Run(fixture, ["a", "--"] + command)
        #expect(started.wait() == code)
        #expect(started.errors == (errors.map { $0 + "\n" } ?? ""))
        let events = try fixture.events()
        #expect(events.map { $0["kind"] as? String } == ["materialization_started", "materialization_failed"])
        let event = try #require(events.last)
        #expect(failure(event) == [reason, message])
        #expect(value("exit_code", event) as? Int == Int(code))
        #expect(value("stderr", event) as? String == errors)
        #expect((value("signal", event) == nil) == (code < 128 || code == 255))
    }

    @Test("says that a command is not there with 127, that it can't be executed with 126, and reports both")
    func notStarted() throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let file = fixture.directory.appending(path: "plain.txt")
        try Data("echo hello".utf8).write(to: file)
        for (command, code) in [
            ("no-such-program-anywhere", 127), ("/no/such/program", 127), (file.path, 126), (fixture.directory.path, 126),
            ("./plain.txt/x", 127),
        ] as [(String, Int32)] {
            let result = try run(fixture, "a", "--", command)
            #expect(result.status == code, "\(command): \(result.errors)")
            #expect(result.errors.hasPrefix("assetlog: ") && result.errors.contains("can't be started"), "\(result.errors)")
        }
        let events = try fixture.events()
        #expect(events.map { $0["kind"] as? String } == Array(repeating: "materialization_failed", count: 5))
        #expect(failure(events[0])?[1] == "no-such-program-anywhere can't be started: there is no such program")
    }

    @Test("finds programs as shells do: by PATH, by a path, and texts without #! by the shell")
    func search() throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let script = fixture.directory.appending(path: "job")
        try Data("echo \"$0 $1\"; exit 5".utf8).write(to: script)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        fixture.environment["PATH"] = "/no/such/folder:\(fixture.directory.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        for command in ["job", "./job"] {
            let result = try run(fixture, "a", "--", command, "--flag")
            #expect(result.status == 5, "\(result.errors)")
            #expect(result.output.hasSuffix("job --flag\n"), "\(result.output)")
        }
    }

    @Test("gives the command its arguments byte for byte, also those that are not UTF-8, and an -- of its own")
    func bytes() throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let script = #"exec "$0" run a -- printf '%s|' "$(printf 'caf\351')" -- --partition -5 '' | od -An -tx1 | tr -d ' \n'"#
        let result = try EndToEndTests.run(
            "bash", ["-c", script, ServerProcess.binary.path], in: fixture.directory, environment: fixture.environment)
        #expect(result.output == "636166e97c" + "2d2d7c" + "2d2d706172746974696f6e7c" + "2d357c" + "7c", "\(result.errors)")
        #expect(try fixture.events().count == 2)
    }

    @Test("runs the job and keeps the reports when the server is away, in time and in order")
    func away() throws {
        let fixture = try ReportFixture()
        let begin = ContinuousClock.now
        let first = try run(fixture, "a", "--timeout", "1s", "--", "sh", "-c", "echo done; exit 4")
        // The time of both reports together, and some for a machine that is busy.
        #expect(ContinuousClock.now - begin < .seconds(10))
        #expect(first.status == 4 && first.output == "done\n")
        #expect(first.errors.contains("the report waits in"), "\(first.errors)")
        #expect(try run(fixture, "a", "--timeout", "100ms", "--", "true").status == 0)
        #expect(fixture.files("waiting").count == 4)
        // Without a spool, and with one that can't be used: the job still decides.
        #expect(try run(fixture, "a", "--timeout", "100ms", "--no-spool", "--", "sh", "-c", "exit 6").status == 6)
        let lost = try run(fixture, "a", "--timeout", "100ms", "--spool", "/dev/null/spool", "--", "sh", "-c", "exit 7")
        #expect(lost.status == 7)
        #expect(lost.errors.contains("A report of this run is lost"), "\(lost.errors)")
        fixture.environment["ASSETLOG_URL"] = "nonsense"
        let misled = try run(fixture, "a", "--", "sh", "-c", "echo ran; exit 8")
        fixture.environment["ASSETLOG_URL"] = "http://localhost:\(fixture.port)"
        #expect(misled.status == 8 && misled.output == "ran\n")
        #expect(misled.errors.contains("A report of this run is lost"), "\(misled.errors)")

        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        #expect(try fixture.report("flush").status == 0)
        let events = try fixture.events()
        #expect(
            events.map { $0["kind"] as? String }
                == ["materialization_started", "materialization_failed", "materialization_started", "materialization"])
        let times = events.compactMap { $0["timestamp"] as? String }
        #expect(times == times.sorted())
    }

    @Test("does not wait for the server before it starts the job")
    func concurrent() throws {
        let fixture = try ReportFixture()
        let started = try Run(fixture, ["a", "--timeout", "20s", "--", "sh", "-c", "echo started; sleep 100"])
        let begin = ContinuousClock.now
        try started.waitFor("started")
        #expect(ContinuousClock.now - begin < .seconds(10))
        started.process.terminate()
        // The server comes while the reports are on their way.
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        #expect(started.wait() == 143)
        #expect(try fixture.events().map { $0["kind"] as? String } == ["materialization_started", "materialization_failed"])
    }

    @Test("forwards signals, and lets the command decide what they mean", arguments: [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2])
    func signals(_ signal: Int32) throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let script = "trap 'echo caught; exit 9' \(signal); echo ready; while :; do sleep 0.05; done"
        let started = try Run(fixture, ["a", "--", "bash", "-c", script])
        try started.waitFor("ready")
        kill(started.process.processIdentifier, signal)
        #expect(started.wait() == 9)
        #expect(started.output == "ready\ncaught\n")
        let event = try #require(try fixture.events().last)
        let ends = [SIGTERM, SIGINT, SIGHUP, SIGQUIT].contains(signal)
        #expect(failure(event) == [ends ? "RUN_TERMINATED" : "FAILED_TO_MATERIALIZE", "bash ended with exit code 9"])
    }

    @Test("is ended by a signal as the command is, and ignores what nohup ignores")
    func untrapped() throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let ended = try Run(fixture, ["a", "--", "sh", "-c", "echo ready; exec sleep 100"])
        try ended.waitFor("ready")
        ended.process.terminate()
        #expect(ended.wait() == 143)
        let ignoring = try Run(fixture, ["a", "--", "sh", "-c", "echo ready; sleep 1; exit 2"], executable: ["nohup"])
        try ignoring.waitFor("ready")
        kill(ignoring.process.processIdentifier, SIGHUP)
        #expect(ignoring.wait() == 2)
    }

    @Test("passes a terminal's Ctrl-C to the command once")
    func terminal() throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        // The job counts the signals that it gets.
        let script = """
            import os, pty, subprocess, sys, time
            job = "import signal, sys, time\\nn = 0\\ndef f(*a):\\n  global n\\n  n += 1\\nsignal.signal(signal.SIGINT, f)\\nprint('ready', flush=True)\\ntime.sleep(1.5)\\nprint('count', n, flush=True)\\nsys.exit(n)"
            pid, terminal = pty.fork()
            if pid == 0:
                os.execv(sys.argv[1], [sys.argv[1], "run", "a", "--", sys.executable, "-c", job])
            seen = b""
            while b"ready" not in seen: seen += os.read(terminal, 1000)
            os.write(terminal, b"\\x03")
            while b"count" not in seen: seen += os.read(terminal, 1000)
            _, status = os.waitpid(pid, 0)
            print(os.WEXITSTATUS(status))
            """
        let result = try EndToEndTests.run(
            "python3", ["-c", script, ServerProcess.binary.path], in: fixture.directory, environment: fixture.environment)
        #expect(result.output == "1\n", "\(result.output)\(result.errors)")
    }

    @Test("passes megabytes of errors on unchanged, and keeps the end of them")
    func manyErrors() throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let started = try Run(fixture, ["a", "--error-lines", "2", "--", "sh", "-c", "seq 1 400000 >&2; exit 1"])
        #expect(started.wait() == 1)
        #expect(started.errors == (1...400_000).map { "\($0)\n" }.joined())
        #expect(value("stderr", try #require(try fixture.events().last)) as? String == "399999\n400000")
    }

    @Test("does not wait for what the command leaves behind, and can leave its standard error alone")
    func daemons() throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let begin = ContinuousClock.now
        // It keeps its standard error open, but not the socket by which Foundation's Process learns of an exit: that is
        // inherited too, and would let the test wait for what the command under test does not wait for.
        let daemon = "python3 -c 'import os, time; os.closerange(3, 1 << 20); time.sleep(30)' & sleep 1; exit 1"
        #expect(try run(fixture, "a", "--", "sh", "-c", daemon).status == 1)
        #expect(ContinuousClock.now - begin < .seconds(15))
        let direct = try run(fixture, "a", "--error-lines", "0", "--", "sh", "-c", "echo mine >&2; exit 1")
        #expect(direct.errors == "mine\n")
        #expect(value("stderr", try #require(try fixture.events().last)) == nil)
    }

    @Test(
        "refuses a wrong command line with 64, and runs nothing",
        arguments: [
            ["a"], ["a", "--"], ["a", "--", ""], ["--", "touch", "ran"], ["a", "--partiton", "x", "--", "touch", "ran"],
            ["a", "--metadata", "x", "--", "touch", "ran"], ["a", "--error-lines", "-1", "--", "touch", "ran"],
            ["a", "--error-lines", "99999", "--", "touch", "ran"], ["a", "--timeout", "soon", "--", "touch", "ran"],
            ["a", "--tag", "x", "--", "touch", "ran"], ["a", "--to", "nonsense", "--", "touch", "ran"], ["", "--", "touch", "ran"],
        ])
    func commandLine(_ arguments: [String]) throws {
        let fixture = try ReportFixture()
        let started = try Run(fixture, arguments)
        #expect(started.wait() == 64, "\(started.errors)")
        #expect(started.errors.hasPrefix("assetlog: ") && started.errors.contains("Usage: assetlog run "), "\(started.errors)")
        #expect(!FileManager.default.fileExists(atPath: fixture.directory.appending(path: "ran").path))
    }
}
