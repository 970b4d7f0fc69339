#if TLS
import AssetlogTLS
import Foundation

/// Files that the tests make through the openssl command, in a directory of their own that goes away with the value.
final class Certificates: Sendable {
    let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "assetlog-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try make("server")
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var certificate: String { path("server.pem") }
    var key: String { path("server.key") }

    func path(_ name: String) -> String { directory + "/" + name }

    func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    /// Makes NAME.pem and NAME.key: a self-signed EC P-256 certificate whose common name is NAME.
    func make(_ name: String, names: String = "DNS:localhost,IP:127.0.0.1") throws {
        try openssl(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                path("\(name).key"), "-out", path("\(name).pem"), "-subj", "/CN=\(name)", "-days", "2",
            ] + (names.isEmpty ? [] : ["-addext", "subjectAltName=" + names]))
    }

    /// Makes NAME.pem and NAME.key, signed by another that was made before.
    func issue(_ name: String, by authority: String, names: String, purpose: String? = nil, days: Int = 2) throws {
        let extensions = try write(
            "\(name).ext", "subjectAltName=\(names)\n" + (purpose.map { "extendedKeyUsage=\($0)\n" } ?? ""))
        try openssl([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path("\(name).key"), "-out",
            path("\(name).csr"), "-subj", "/CN=\(name)",
        ])
        try openssl([
            "x509", "-req", "-in", path("\(name).csr"), "-CA", path("\(authority).pem"), "-CAkey",
            path("\(authority).key"), "-set_serial", "\(UInt32.random(in: 1 ... .max))", "-days", "\(days)", "-extfile",
            extensions, "-out", path("\(name).pem"),
        ])
    }

    /// The pair that `make` and `issue` make.
    func pair(_ name: String) -> TLSCertificateFiles {
        TLSCertificateFiles(certificateFile: path("\(name).pem"), keyFile: path("\(name).key"))
    }

    /// Signs the certificate of NAME.key again, for a time that is over.
    func expire(_ name: String) throws {
        _ = try write("index.txt", "")
        let configuration = try write(
            "ca.conf",
            """
            [ca]
            default_ca = this
            [this]
            database = \(path("index.txt"))
            new_certs_dir = \(directory)
            default_md = sha256
            rand_serial = yes
            policy = any
            copy_extensions = copy
            [any]
            commonName = supplied
            """)
        try openssl([
            "req", "-new", "-key", path("\(name).key"), "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out",
            path("\(name).csr"),
        ])
        try openssl([
            "ca", "-batch", "-config", configuration, "-selfsign", "-keyfile", path("\(name).key"), "-in",
            path("\(name).csr"),
            "-out", path("\(name).pem"), "-startdate", "20200101000000Z", "-enddate", "20200102000000Z", "-notext",
        ])
    }

    @discardableResult
    func openssl(_ arguments: [String]) throws -> String {
        let result = try Command.run(["openssl"] + arguments)
        guard result.status == 0 else { throw Command.Failure(output: result.output) }
        return result.output
    }
}

/// A program that a test runs.
enum Command {
    struct Failure: Error { var output: String }

    /// Runs it with the given input, and returns what it prints on both outputs. It is ended after some seconds.
    static func run(_ arguments: [String], input: String = "", seconds: Int = 180) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["timeout", "\(seconds)"] + arguments
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stdout
        try process.run()
        // A program that was refused may have ended before; then what it has printed says why.
        try? stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    /// Runs it on a thread of its own, since a test that waits would hold one of the few threads of the tests.
    static func runDetached(
        _ arguments: [String], input: String = "", seconds: Int = 180
    ) async throws -> (status: Int32, output: String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try run(arguments, input: input, seconds: seconds) })
            }
        }
    }
}
#endif
