import Foundation
import Testing

/// A real `assetlog serve` on a port of its own, and what it said.
final class ServerProcess: @unchecked Sendable {
    /// The repository's root.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The executable that was built next to these tests.
    static var binary: URL {
        // The tests' own bundle lies in the build directory, as the executable does.
        let argument = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let beside = argument.appending(path: "assetlog")
        if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
        return root.appending(path: ".build/debug/assetlog")
    }

    let url: URL
    let directory: URL
    private let process: Process
    private let errors: URL

    /// Starts a server in a temporary directory and waits until it is ready.
    ///
    /// - Parameters:
    ///   - arguments: What follows `serve`; `--listen` and `--data` are added.
    ///   - directory: A directory to continue with; nil makes a fresh one.
    ///   - variables: What the environment has in addition.
    ///   - descriptors: How many descriptors it may have at most; nil: as many as this process.
    ///   - wrapper: A command that runs the server, given before it.
    init(
        _ arguments: [String] = [], in directory: URL? = nil, variables: [String: String] = [:], limitedTo descriptors: Int? = nil,
        through wrapper: [String] = []
    ) throws {
        let directory = directory ?? FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        self.directory = directory
        errors = directory.appending(path: "errors-\(UUID().uuidString).log")
        try Data().write(to: errors)
        process = Process()
        process.executableURL = Self.binary
        process.currentDirectoryURL = directory
        process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
        process.arguments = ["serve", "--listen", "127.0.0.1:0", "--data", directory.appending(path: "data").path] + arguments
        if let descriptors {
            process.executableURL = URL(filePath: "/usr/bin/env")
            let limited = ["sh", "-c", "ulimit -n \(descriptors); exec \"$0\" \"$@\"", Self.binary.path]
            process.arguments = limited + (process.arguments ?? [])
        } else if !wrapper.isEmpty {
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = wrapper + [Self.binary.path] + (process.arguments ?? [])
        }
        process.standardOutput = FileHandle.nullDevice
        try process.run(errorsTo: errors)
        let end = Date.now + 180
        while Date.now < end {
            let said = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
            if let line = said.split(separator: "\n").first(where: { $0.hasPrefix("assetlog ready at ") }),
                let url = URL(string: String(line.dropFirst("assetlog ready at ".count)))
            {
                self.url = url
                return
            }
            guard process.isRunning else { throw StartFailure(status: process.terminationStatus, said: said) }
            usleep(20_000)
        }
        process.terminate()
        throw StartFailure(status: -1, said: "not ready after three minutes")
    }

    struct StartFailure: Error {
        var status: Int32
        var said: String
    }

    /// What the server wrote to standard error so far.
    var said: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }
    var pid: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    /// Asks the server to end and returns its exit status.
    @discardableResult
    func stop() -> Int32 {
        if process.isRunning { process.terminate() }
        return waitUntilExit()
    }

    /// Waits for the end of a server that was told to stop; a second signal would end it at once.
    func waitUntilExit() -> Int32 {
        process.waitUntilExit(within: 300)
        return process.terminationStatus
    }

    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit(within: 300)
    }

    deinit {
        if process.isRunning { kill() }
    }
}

/// What a command printed, and its exit status.
struct CommandResult {
    var status: Int32
    var output: String
    var errors: String
}

/// Runs a command to its end.
@discardableResult
func run(_ executable: String, _ arguments: [String], in directory: URL? = nil, environment: [String: String] = [:]) throws -> CommandResult
{
    let process = Process()
    process.executableURL = URL(filePath: executable.contains("/") ? executable : "/usr/bin/env")
    process.arguments = executable.contains("/") ? arguments : [executable] + arguments
    process.currentDirectoryURL = directory
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let files = try (0..<2).map { _ in
        let file = FileManager.default.temporaryDirectory.appending(path: "out-\(UUID().uuidString)")
        try Data().write(to: file)
        return file
    }
    process.standardInput = FileHandle.nullDevice
    try process.run(writingTo: files[0], errorsTo: files[1])
    process.waitUntilExit(within: 900)
    let texts = files.map { String(decoding: (try? Data(contentsOf: $0)) ?? Data(), as: UTF8.self) }
    for file in files { try? FileManager.default.removeItem(at: file) }
    return CommandResult(status: process.terminationStatus, output: texts[0], errors: texts[1])
}

/// Runs the executable with arguments to its end.
func assetlog(_ arguments: String..., in directory: URL? = nil) throws -> CommandResult {
    try run(ServerProcess.binary.path, arguments, in: directory)
}

/// A self-signed certificate and its key, made once for all tests of this process.
enum TestCertificate {
    static let files: (certificate: String, key: String) = {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-cert-\(getpid())")
        try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let (certificate, key) = (directory.appending(path: "chain.pem").path, directory.appending(path: "key.pem").path)
        _ = try? run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate,
            ])
        return (certificate, key)
    }()

    static var arguments: [String] { ["--tls-certificate", files.certificate, "--tls-key", files.key] }
}
