#if Postgres
import AssetlogCore
import AssetlogPostgresStorage
import Foundation
import Logging
import Synchronization
import Testing

/// A throw-away PostgreSQL that all tests of this process share; it ends with the process, however that ends.
final class Cluster: Sendable {
    /// Why there is none; nil: there is one.
    static let absence: String? = {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        return versions.isEmpty ? "there is no PostgreSQL on this machine" : nil
    }()

    /// The one for tests that leave it running. All of them run at once, with some connections each.
    static let shared = Result { try Cluster("max_connections=1000") }

    let port: Int
    private let process = Process()
    private let input = Pipe()
    private let output: FileHandle
    private let schemas = Atomic<Int>(0)
    private let turn = Mutex<Void>(())

    /// Makes a cluster and starts it.
    init(_ settings: String...) throws {
        let directory = NSTemporaryDirectory() + "assetlog-pg-\(UUID().uuidString.prefix(8))"
        let pipe = Pipe()
        output = pipe.fileHandleForReading
        process.executableURL = URL(fileURLWithPath: Self.script)
        process.arguments = [directory] + settings
        process.standardInput = input
        process.standardOutput = pipe
        try process.run()
        port = Int(Self.line(of: output)) ?? 0
        guard port > 0, Self.line(of: output) == "ready" else {
            throw StorageError(.unavailable, "Scripts/cluster did not start a PostgreSQL in \(directory)")
        }
    }

    deinit {
        try? input.fileHandleForWriting.close()
    }

    // …/Plugins/Storage/AssetlogPostgresStorage/Tests/Cluster.swift
    private static let script = (0..<5).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        .appendingPathComponent("Scripts/cluster").path

    private static func line(of handle: FileHandle) -> String {
        var bytes: [UInt8] = []
        while let byte = handle.readData(ofLength: 1).first, byte != UInt8(ascii: "\n") { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Does `kill`, `stop`, `start`, `freeze` or `thaw`, and returns when it is done.
    func tell(_ command: String) throws {
        try turn.withLock { _ in
            try input.fileHandleForWriting.write(contentsOf: Data((command + "\n").utf8))
            let answer = Self.line(of: output)
            guard answer == "done" else { throw StorageError(.unavailable, "\(command) was answered with \"\(answer)\"") }
        }
    }

    /// A connection string for a role.
    func url(user: String = "postgres", password: String = "secret", database: String = "postgres") -> String {
        "postgresql://\(user):\(password)@127.0.0.1:\(port)/\(database)?sslmode=require"
    }

    /// The name of a schema that nobody has used.
    func freshSchema() -> String {
        "t\(schemas.add(1, ordering: .relaxed).newValue)"
    }

    /// Makes a role with the password `pw` that may make schemas.
    ///
    /// Two grants on one database at once would fail with "tuple concurrently updated", so that each waits for the one before.
    func makeOwner(_ role: String, _ options: String = "") async throws {
        try await sql(
            """
            SELECT pg_advisory_xact_lock(hashtext('a grant on the database'));
            CREATE ROLE \(role) LOGIN PASSWORD 'pw' \(options);
            GRANT CREATE ON DATABASE postgres TO \(role);
            """)
    }

    /// Runs SQL, as the superuser unless it is said otherwise, and returns what it printed, a row on a line.
    @discardableResult
    func sql(_ statements: String, as url: String? = nil) async throws -> String {
        try await psql(url, ["-c", statements])
    }

    /// Runs a file of SQL with variables of psql.
    func run(file: String, _ variables: [String: String], as url: String) async throws {
        try await psql(url, variables.flatMap { ["-v", "\($0)=\($1)"] } + ["-f", file])
    }

    @discardableResult
    private func psql(_ url: String?, _ arguments: [String]) async throws -> String {
        let psql = Process()
        psql.executableURL = URL(fileURLWithPath: "/usr/bin/psql")
        psql.arguments = [url ?? self.url(), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"] + arguments
        let (output, errors) = (Pipe(), Pipe())
        psql.standardOutput = output
        psql.standardError = errors
        try psql.run()
        return try await onThread {
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            psql.waitUntilExit()
            guard psql.terminationStatus == 0 else { throw StorageError(.unavailable, complaint) }
            return text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    /// The directory of this plugin.
    static let plugin = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
}

/// The setup of a configuration, as `serve` makes it.
func setup(_ values: [String: String]) throws -> StorageSetup {
    let configuration = try PluginConfiguration(
        section: "storage.postgres", keys: StoragePlugin.postgres.keys, values: values.mapValues { [$0] }, directory: "/",
        dataDirectory: "/nowhere")
    return try StoragePlugin.postgres.configure(configuration)
}

/// Opens a storage in a schema of a cluster, with more time for each statement than a loaded machine takes.
func open(
    _ schema: String, on cluster: Cluster, _ more: [String: String] = [:], logger: Logger = Logger(label: "test")
) async throws -> any Storage {
    let values = ["url": cluster.url(), "schema": schema, "timeout": "2m"].merging(more) { $1 }
    return try await setup(values).open(PluginContext(name: "postgres", logger: logger))
}
#endif
