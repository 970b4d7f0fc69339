import Foundation
import Testing

/// A directory for a server that comes and goes at one address, and for a spool.
final class ReportFixture: @unchecked Sendable {
    let directory: URL
    let port: Int
    /// What every command gets from its environment.
    var environment: [String: String]
    private let arguments: [String]

    init(_ arguments: [String] = [], scheme: String = "http") throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // Below the range from which the system picks ports for others while the server is away.
        port = .random(in: 20_000..<30_000)
        self.arguments = arguments
        environment = [
            "ASSETLOG_URL": "\(scheme)://localhost:\(port)", "ASSETLOG_SPOOL": directory.appending(path: "spool").path, "no_proxy": "*",
        ]
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    var spool: URL { directory.appending(path: "spool") }

    /// Starts the server on what it had before.
    func start() throws -> ServerProcess {
        try ServerProcess(["--listen", "127.0.0.1:\(port)"] + arguments, in: directory)
    }

    /// Runs `assetlog report` to its end.
    @discardableResult
    func report(_ arguments: String..., environment more: [String: String] = [:]) throws -> CommandResult {
        try run(
            ServerProcess.binary.path, ["report"] + arguments, in: directory, environment: environment.merging(more) { $1 })
    }

    /// Starts `assetlog report`.
    func process(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = ServerProcess.binary
        process.arguments = ["report"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Everything that the server recorded, in order.
    func events(_ options: [String] = []) throws -> [[String: Any]] {
        var (events, after): ([[String: Any]], Int) = ([], 0)
        while true {
            let url = "\(environment["ASSETLOG_URL"] ?? "")/api/v1/events?limit=1000&after=\(after)"
            let page = try run("curl", ["-sfk", "--noproxy", "*", url] + options)
            let object = try #require(try JSONSerialization.jsonObject(with: Data(page.output.utf8)) as? [String: Any])
            let rows = try #require(object["events"] as? [[String: Any]])
            if rows.isEmpty { return events }
            events += rows
            after = try #require(object["next"] as? Int)
        }
    }

    /// The numbers that the events' descriptions hold, by the first part of their assets.
    func numbers() throws -> [String: [Int]] {
        try events().reduce(into: [:]) { numbers, event in
            let asset = try #require((event["asset_key"] as? [String])?.first)
            numbers[asset, default: []].append(try #require((event["description"] as? String).flatMap { Int($0) }))
        }
    }

    func files(_ kind: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: spool.appending(path: kind).path)) ?? []).filter { !$0.hasPrefix(".") }
    }
}
