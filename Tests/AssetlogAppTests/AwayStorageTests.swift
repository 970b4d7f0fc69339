import AssetlogAccess
import AssetlogCore
import AssetlogTesting
import Foundation
import Logging
import Synchronization
import Testing

@testable import AssetlogApp

/// A server whose storage is away at first, asked over its socket.
@Suite("A server without its storage")
struct AwayStorageTests {
    private let database = AwayDatabase(isAway: true)
    private let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-away-\(UUID().uuidString)").path

    private func configuration(_ flags: [String: String] = [:]) throws -> ServerConfiguration {
        let defaults = ["storage.type": "away", "server.listen": "127.0.0.1:0", "auth.required": "true", "server.data": directory]
        return try ConfigurationFixture.resolve(
            flags: defaults.merging(flags) { $1 }, plugins: PluginList(storages: [database.plugin])
        ).server
    }

    /// Runs a server while `body` asks it.
    private func serving(_ flags: [String: String] = [:], _ body: (String) async throws -> Void) async throws {
        let server = try await RunningServer.open(try configuration(flags)) {
            Logger(label: $0, factory: { _ in SwiftLogNoOpLogHandler() })
        }
        let (stop, stopping) = AsyncStream.makeStream(of: Void.self)
        let running = Task { await server.run { for await _ in stop {} } }
        do {
            try await body(server.url)
        } catch {
            stopping.finish()
            await running.value
            throw error
        }
        stopping.finish()
        await running.value
    }

    /// The status of an answer, its `Retry-After` and its body.
    private func ask(_ url: String, token: String? = nil, post: Bool = false) throws -> (status: Int, retry: String, body: String) {
        var arguments = ["curl", "-sS", "--noproxy", "*", "-w", "\n%header{retry-after}\n%{http_code}", url]
        if let token { arguments += ["-H", "Authorization: Bearer \(token)"] }
        if post { arguments += ["-H", "Content-Type: application/json", "-d", "{}"] }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let lines = output.components(separatedBy: "\n")
        let status = try #require(lines.last.flatMap { Int($0) }, "\(output)")
        return (status, lines[lines.count - 2], lines.dropLast(2).joined(separator: "\n"))
    }

    private func report(_ url: String, _ token: String?) throws -> (status: Int, retry: String, body: String) {
        try ask("\(url)/report_asset_materialization/orders", token: token, post: true)
    }

    private func eventually(_ condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(180)
        while ContinuousClock.now < end {
            if try condition() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("it did not happen within three minutes")
    }

    private func keep(_ token: NewToken) {
        let record = TokenRecord(
            id: token.id, hash: token.hash, grant: AccessGrant(name: "spark", rights: .all), createdAt: .now())
        database.content.withLock { content in
            content.tokens.append(record)
            content.version += 1
        }
    }

    @Test("is alive and not ready, answers reports 503 and no valid token 401, and continues by itself when the storage is there")
    func comesBack() async throws {
        let (good, bad) = (try NewToken(), try NewToken())
        keep(good)
        try await serving { url in
            #expect(try ask("\(url)/livez").status == 200)
            let probe = try ask("\(url)/readyz?verbose")
            #expect(probe.status == 503)
            #expect(probe.body.contains("[-] log: the storage can't be used"))
            #expect(probe.body.contains("[-] storage: can't be used"))
            #expect(probe.body.contains("[-] tokens: the tokens can't be read yet"))
            #expect(!probe.body.contains("10.0.0.1"))
            for token in [good.text.revealed, bad.text.revealed, "nonsense", nil] {
                let answers = [try report(url, token), try ask("\(url)/api/v1/events", token: token)]
                #expect(answers.map(\.status) == [503, 503])
                #expect(answers.allSatisfy { Int($0.retry) != nil })
            }

            database.setAway(false)
            try await eventually { try ask("\(url)/readyz").status == 200 }
            #expect(try report(url, good.text.revealed).status == 200)
            #expect(try report(url, bad.text.revealed).status == 401)
            #expect(try report(url, nil).status == 401)
            #expect(try ask("\(url)/readyz?verbose").body.contains("tokens") == false)
            #expect(try ask("\(url)/api/v1/events", token: good.text.revealed).body.contains(#""sequence":1"#))

            database.setAway(true)
            #expect(try ask("\(url)/readyz").status == 503)
            #expect(try report(url, good.text.revealed).status == 503)
            #expect(try report(url, bad.text.revealed).status == 401)
            #expect(try ask("\(url)/metrics", token: good.text.revealed).body.contains("\nassetlog_ready 0\n"))

            // Ready again without a report: who balances load sends none to a server that is not.
            database.setAway(false)
            try await eventually { try ask("\(url)/readyz").status == 200 }
            #expect(try report(url, good.text.revealed).status == 200)
            let second = try NewToken()
            keep(second)
            try await eventually { try report(url, second.text.revealed).status == 200 }
        }
    }

    @Test("takes reports without a token where none is needed, as soon as the storage is there")
    func needsNoToken() async throws {
        let good = try NewToken()
        keep(good)
        try await serving(["auth.required": "false"]) { url in
            #expect(try report(url, nil).status == 503)
            #expect(try report(url, good.text.revealed).status == 503)
            database.setAway(false)
            try await eventually { try report(url, nil).status == 200 }
            try await eventually { try report(url, good.text.revealed).status == 200 }
        }
    }

    @Test("lets `assetlog init` fail, and do the rest when it is run again")
    func initializes() async throws {
        let context = CommandContext(
            plugins: PluginList(storages: [database.plugin]), environment: [:], workingDirectory: "/")
        let arguments = ["init", "--set", "storage.type=away", "--data", directory, "--token-file", "\(directory)/token"]
        #expect(await Assetlog.run(arguments, in: context) == 1)
        #expect(!FileManager.default.fileExists(atPath: "\(directory)/token"))
        database.setAway(false)
        #expect(await Assetlog.run(arguments, in: context) == 0)
        #expect(database.content.withLock { $0.tokens.count } == 1)
        try FileManager.default.removeItem(atPath: directory)
    }
}
