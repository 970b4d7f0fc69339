#if DagsterDatabase
import AssetlogCore
import Foundation
import Synchronization

/// A throw-away PostgreSQL that all tests of this process share; it ends with the process, however that ends.
final class Cluster: Sendable {
    /// Why there is none; nil: there is one.
    static let absence: String? = {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        return versions.isEmpty ? "there is no PostgreSQL on this machine" : nil
    }()

    static let shared = Result { try Cluster() }

    let port: Int
    private let process = Process()
    private let input = Pipe()
    private let schemas = Atomic<Int>(0)

    private init() throws {
        let output = Pipe()
        process.executableURL = Self.script
        process.arguments = [NSTemporaryDirectory() + "assetlog-dagster-\(UUID().uuidString.prefix(8))", "max_connections=500"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        port = Int(Self.line(of: output.fileHandleForReading)) ?? 0
        guard port > 0, Self.line(of: output.fileHandleForReading) == "ready" else {
            throw ExportError("Scripts/cluster did not start a PostgreSQL")
        }
    }

    deinit {
        try? input.fileHandleForWriting.close()
    }

    // …/Plugins/Exporters/AssetlogDagsterDatabaseExporter/Tests/Cluster.swift
    private static let script = (0..<5).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        .appending(path: "Scripts/cluster")

    private static func line(of handle: FileHandle) -> String {
        var bytes: [UInt8] = []
        while let byte = handle.readData(ofLength: 1).first, byte != UInt8(ascii: "\n") { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A connection string of the superuser.
    var url: String { "postgresql://postgres:secret@127.0.0.1:\(port)/postgres" }

    /// The name of a schema that nobody has used.
    func freshSchema() -> String { "dagster\(schemas.add(1, ordering: .relaxed).newValue)" }
}

/// Runs a call that blocks on a thread of its own.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "blocking").async { continuation.resume(with: Swift.Result(catching: body)) }
    }
}
#endif
