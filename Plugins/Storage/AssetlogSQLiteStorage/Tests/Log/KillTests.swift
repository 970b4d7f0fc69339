#if SQLite
import AssetlogCore
import AssetlogSQLiteStorage
import AssetlogTesting
import Foundation
import Testing

/// A process that appends, is killed with SIGKILL, and appends again what it has no answer for.
@Suite("Kills under the SQLite storage")
struct KillTests {
    private static let variable = "ASSETLOG_TEST_KILLED_FOLDER"
    private static let count = 4000

    /// Whether a process kills itself between a commit and its answer, or is killed at any moment.
    enum Kill: String, CaseIterable {
        case itself
        case fromOutside
    }

    @Test("Every event is recorded once when a client repeats what the killed server did not answer", arguments: Kill.allCases)
    func repeated(_ kill: Kill) async throws {
        let directory = try TemporaryDirectory()
        var kills = 0
        var rounds = 0
        while rounds < 60 {
            rounds += 1
            let child = try start(directory, kills < 8 ? kill : nil)
            if kills < 8, kill == .fromOutside {
                try await eventually {
                    FileManager.default.fileExists(atPath: directory.file("begun")) || child.ending != nil
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...150)))
                child.kill()
            }
            let ending = await child.ended()
            try? FileManager.default.removeItem(atPath: directory.file("begun"))
            guard ending == .exited(0) else {
                #expect(ending == .killed(SIGKILL))
                kills += 1
                continue
            }
            if kills >= 8 { break }
        }
        #expect(kills >= 8)
        let storage = try await open(directory)
        let found = try await storage.allEvents()
        #expect(found.count == Self.count)
        #expect(Set(found.map(\.id)) == Set(Self.events().map(\.id)))
        await storage.close()
        #expect(try await setup(directory.path).verify?() == VerificationReport(events: Int64(Self.count), problems: []))
    }

    /// Runs the test below in a process of its own.
    private func start(_ directory: TemporaryDirectory, _ kill: Kill?) throws -> ChildProcess {
        try ChildProcess(
            [CommandLine.arguments[0], "--testing-library", "swift-testing", "--filter", "KillTests.*/appends"],
            environment: ProcessInfo.processInfo.environment.merging(
                [Self.variable: directory.path, "ASSETLOG_TEST_KILL": kill?.rawValue ?? ""]) { $1 })
    }

    @Test("appends all events from the first one on", .enabled(if: ProcessInfo.processInfo.environment[variable] != nil))
    func appends() async throws {
        let environment = ProcessInfo.processInfo.environment
        let path = try #require(environment[Self.variable])
        let killsItself = environment["ASSETLOG_TEST_KILL"] == Kill.itself.rawValue
        let storage = try await setup(path).open(PluginContext(name: "sqlite", logger: quiet))
        let background = Task { try await storage.run() }
        let acknowledged = Acknowledgements("\(path)/acknowledged")
        _ = FileManager.default.createFile(atPath: "\(path)/begun", contents: nil)
        let known = try acknowledged.read()
        let all = Self.events()
        var rest = all[...]
        while !rest.isEmpty {
            var batch = EventBatch()
            let events = rest.prefix(Int.random(in: 1...40))
            for event in events { batch.append(event, clientChoice: .identity) }
            let outcome = try storage.append(batch)
            if killsItself, outcome.sequences != nil, Int.random(in: 0..<10) == 0 { raise(SIGKILL) }
            for (index, event) in events.enumerated() {
                guard let reason = outcome.skippedEvent(at: index) else {
                    // What was answered is never new again.
                    try #require(!known.contains(event.id.description))
                    continue
                }
                guard case .duplicate = reason else { throw StorageError(.damaged, "\(reason)") }
            }
            try acknowledged.add(events.map(\.id.description))
            rest = rest.dropFirst(events.count)
        }
        background.cancel()
        _ = await background.result
        await storage.close()
    }

    /// The same events in every process, with identities as clients make them.
    private static func events() -> [Event] {
        var state: UInt64 = 1
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
        return (0..<count).map { index in
            Event(
                id: EventID(high: next(), low: next()), kind: .observation, assetKey: AssetKey(["asset \(index % 50)"]),
                timestamp: Timestamp(microseconds: 1_800_000_000_000_000), receivedAt: Timestamp(microseconds: 1_800_000_000_000_000),
                details: Array(#"{"description":"number \#(index)"}"#.utf8))
        }
    }
}

/// The identities that were answered, a line each; a killed process loses none that it wrote.
private struct Acknowledgements {
    private let path: String

    init(_ path: String) {
        self.path = path
        if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    }

    func read() throws -> Set<String> {
        Set(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init))
    }

    func add(_ lines: [String]) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
        try handle.close()
    }
}
#endif
