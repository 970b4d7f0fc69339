import Foundation
import Synchronization
import Testing

/// A throw-away PostgreSQL for servers that share a log; it ends with this process, however that ends.
final class Database: Sendable {
    /// Why there is none; nil: there is one.
    static let absence: String? =
        ((try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []).isEmpty
        ? "there is no PostgreSQL on this machine" : nil

    /// The one for tests that leave it running.
    static let shared = Result { try Database() }

    private let port: String
    private let process = Process()
    private let input = Pipe()
    private let output: FileHandle
    private let schemas = Atomic<Int>(0)

    init() throws {
        let pipe = Pipe()
        output = pipe.fileHandleForReading
        process.executableURL = ServerProcess.root.appending(path: "Scripts/cluster")
        process.arguments = [FileManager.default.temporaryDirectory.appending(path: "assetlog-pg-\(UUID().uuidString.prefix(8))").path]
        process.standardInput = input
        process.standardOutput = pipe
        try process.run()
        port = Self.line(of: output)
        guard Self.line(of: output) == "ready" else { throw ServerProcess.StartFailure(status: -1, said: "no PostgreSQL: \(port)") }
    }

    deinit {
        try? input.fileHandleForWriting.close()
    }

    /// Does `kill`, `stop`, `start`, `freeze` or `thaw`, and returns when it is done.
    func tell(_ command: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((command + "\n").utf8))
        let answer = Self.line(of: output)
        guard answer == "done" else { throw ServerProcess.StartFailure(status: -1, said: "\(command): \(answer)") }
    }

    /// A connection string.
    func url(user: String = "postgres", password: String = "secret", database: String = "postgres") -> String {
        "postgresql://\(user):\(password)@127.0.0.1:\(port)/\(database)"
    }

    /// The settings of servers that share a log which nobody has used before.
    func freshLog() -> [String] {
        [
            "--set", "storage.type=postgres", "--set", "storage.postgres.url=\(url())", "--set",
            "storage.postgres.schema=e\(schemas.add(1, ordering: .relaxed).newValue)",
        ]
    }

    private static func line(of handle: FileHandle) -> String {
        var bytes: [UInt8] = []
        while let byte = handle.readData(ofLength: 1).first, byte != UInt8(ascii: "\n") { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
