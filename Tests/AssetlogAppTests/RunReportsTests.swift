import AssetlogClient
import AssetlogCore
import Foundation
import Testing

@testable import AssetlogApp

@Suite("The end of what a command writes to its standard error")
struct ErrorTailTests {
    private func text(_ pieces: [String], lines: Int = 20) -> String? {
        var tail = ErrorTail()
        for piece in pieces { tail.append(Array(piece.utf8)) }
        return tail.text(lines: lines)
    }

    @Test("is its last lines, however it came")
    func lines() {
        #expect(text([]) == nil)
        #expect(text(["\n\n \n"]) == nil)
        #expect(text(["a\nb\nc\n"], lines: 2) == "b\nc")
        #expect(text(["a\nb", "1\r\nc"], lines: 2) == "b1\nc")
        #expect(text(["a\n\n\nb\n"]) == "a\nb")
        #expect(text(["x"], lines: 0) == nil)
    }

    @Test("shows what a terminal would show in the end: no colours, and of a progress bar its last state")
    func shown() {
        #expect(text(["\u{1b}[31merror\u{1b}[0m: \u{1b}[1;33mno\u{1b}[K\n"]) == "error: no")
        #expect(text(["10%\r20%\r100%\r\n", "done\u{7}\u{8}\n"]) == "100%\ndone")
        #expect(text(["cut\u{1b}[3"]) == "cut")
        var tail = ErrorTail()
        tail.append([0x61, 0xff, 0x0a])
        #expect(tail.text(lines: 1) == "a\u{fffd}")
    }

    @Test("is bounded, whatever is written")
    func bounds() throws {
        let many = try #require(text(Array(repeating: String(repeating: "x", count: 100_000), count: 20)))
        #expect(many.utf8.count == ErrorTail.mostBytes)
        let small = try #require(text((0..<100_000).map { "\($0)\n" }, lines: 3))
        #expect(small == "99997\n99998\n99999")
    }
}

@Suite("The end of a command")
struct CommandEndingTests {
    @Test(
        "has the exit code that shells give it",
        arguments: [
            (CommandEnding(status: 0), 0), (CommandEnding(status: 3 << 8), 3), (CommandEnding(status: 255 << 8), 255),
            (CommandEnding(status: SIGTERM), 143), (CommandEnding(status: SIGSEGV | 0x80), 139), (.notStarted(errno: ENOENT), 127),
            (.notStarted(errno: ENOTDIR), 127), (.notStarted(errno: EACCES), 126), (.notStarted(errno: E2BIG), 126),
        ] as [(CommandEnding, Int32)])
    func codes(_ ending: CommandEnding, _ code: Int32) {
        #expect(ending.exitCode == code)
        #expect(ending.isSuccess == (code == 0))
    }
}

@Suite("The reports about a run")
struct RunReportsTests {
    private let reports: RunReports

    init() {
        var template = Report(
            .materialization, of: ["a"], partition: "p", metadata: ["host": "h", "exit_code": 99], description: "d", dataVersion: "v")
        template.tags = ["team": "core"]
        template.upstream = [["raw", "orders"]]
        reports = RunReports(template, of: Array("/opt/jobs/load.py".utf8), errorLines: 2)
    }

    @Test("say that it was started, without what belongs to its end")
    func started() {
        let report = reports.started
        #expect(report.kind == .started && report.partition == "p" && report.tags == ["team": "core"])
        #expect(report.upstream == [["raw", "orders"]])
        #expect(report.metadata == [:] && report.dataVersion == nil && report.description == "d")
    }

    @Test("say what was written, and how long it took")
    func success() {
        let report = reports.ended(.init(ending: .exited(0)), after: .milliseconds(1234))
        #expect(report.kind == .materialization && report.dataVersion == "v" && report.upstream == [["raw", "orders"]])
        #expect(report.metadata == ["host": "h", "exit_code": 99, "duration_seconds": 1.234])
    }

    @Test("say why nothing was written; what the operator named counts more")
    func failure() {
        var errors = ErrorTail()
        errors.append("one\ntwo\nthree\n".utf8)
        let report = reports.ended(.init(ending: .exited(3), errors: errors), after: .seconds(2))
        #expect(report.kind == .failed(reason: .failedToMaterialize, message: "load.py ended with exit code 3"))
        #expect(report.metadata == ["host": "h", "exit_code": 99, "duration_seconds": 2.0, "stderr": "two\nthree"])
        #expect(report.dataVersion == nil && report.partition == "p")
    }

    @Test("tell what was ended from what failed")
    func terminated() {
        func kind(_ ending: CommandEnding, wasTerminated: Bool = false) -> Report.Kind {
            reports.ended(.init(ending: ending, wasTerminated: wasTerminated), after: .zero).kind
        }
        #expect(kind(.killed(signal: SIGTERM)) == .failed(reason: .runTerminated, message: "load.py was ended by SIGTERM"))
        #expect(kind(.killed(signal: SIGSEGV)) == .failed(reason: .failedToMaterialize, message: "load.py was ended by SIGSEGV"))
        #expect(kind(.exited(1), wasTerminated: true) == .failed(reason: .runTerminated, message: "load.py ended with exit code 1"))
        // A job that cleans up and ends well when it is told to has done its work.
        #expect(kind(.exited(0), wasTerminated: true) == .materialization)
        let missing = reports.ended(.init(ending: .notStarted(errno: ENOENT)), after: .zero)
        #expect(missing.kind == .failed(reason: .failedToMaterialize, message: "load.py can't be started: there is no such program"))
        #expect(missing.metadata["duration_seconds"] == nil)
    }
}
