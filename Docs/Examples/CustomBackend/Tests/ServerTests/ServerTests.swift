import Foundation
import Testing

/// The program of this example with its sample configuration, from outside.
struct ServerTests {
    private static let example = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    // The tests' bundle lies in the build directory, as the program does.
    private static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "my-assetlog")

    /// Starts a program in a directory; what it prints goes to a file there.
    private func start(_ program: URL, _ arguments: [String], in directory: URL, output: String) throws -> Process {
        let file = directory.appending(path: output)
        try Data().write(to: file)
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.standardOutput = try FileHandle(forWritingTo: file)
        process.standardError = process.standardOutput
        try process.run()
        return process
    }

    private func text(_ file: String, in directory: URL) -> String {
        (try? String(contentsOf: directory.appending(path: file), encoding: .utf8)) ?? ""
    }

    private func wait(until isTrue: () -> Bool) async throws {
        for _ in 0..<600 where !isTrue() { try await Task.sleep(for: .milliseconds(50)) }
        try #require(isTrue())
    }

    @Test("takes reports into its storage, and writes them to its table")
    func run() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "my-assetlog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try FileManager.default.copyItem(
            at: Self.example.appending(path: "sample.yaml"), to: directory.appending(path: "sample.yaml"))
        let server = try start(
            Self.program, ["serve", "--config", "sample.yaml", "--listen", "127.0.0.1:0"], in: directory, output: "messages")
        defer { if server.isRunning { server.terminate() } }
        try await wait { text("messages", in: directory).contains("assetlog ready at ") || !server.isRunning }
        let ready = text("messages", in: directory).firstMatch(of: /assetlog ready at (\S+)/)
        let url = try #require(ready.map { String($0.1) }, "\(text("messages", in: directory))")

        let curl = try start(
            URL(filePath: "/usr/bin/env"),
            ["curl", "-sS", "-X", "POST", "\(url)/report_asset_materialization/warehouse/orders?partition=2026-11-22"],
            in: directory, output: "answer")
        curl.waitUntilExit()
        #expect(text("answer", in: directory) == "{}")
        try await wait { text("events.csv", in: directory).hasSuffix("\n") }
        let row = text("events.csv", in: directory)
        #expect(row.contains(#"materialization,"[""warehouse"",""orders""]","""2026-11-22""","#), "\(row)")
        #expect(FileManager.default.fileExists(atPath: directory.appending(path: "assetlog-flat/events.log").path))

        let lines = "asset,day,rows\norders,2026-11-22,1200\ncustomers,2026-11-22\n"
        let hook = try start(
            URL(filePath: "/usr/bin/env"),
            ["curl", "-sS", "-H", "Content-Type: text/csv", "--data-binary", lines, "\(url)/hooks/csv"], in: directory, output: "received")
        hook.waitUntilExit()
        #expect(text("received", in: directory).hasPrefix(#"{"received":3,"recorded":1,"duplicate":0,"failed":1,"#))
        try await wait { text("events.csv", in: directory).contains(#"[""reports"",""orders""]"#) }

        server.terminate()
        server.waitUntilExit()
        #expect(server.terminationStatus == 0)
    }
}
