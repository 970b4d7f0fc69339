import Foundation
import Testing

/// The recorded cases of Dagster's wire, byte for byte, against the three servers they speak of.
@Suite("The wire of Dagster", .serialized)
struct WireTests {
    @Test("is answered and recorded as every case expects", arguments: ["http", "https"])
    func cases(scheme: String) throws {
        let tls = scheme == "https" ? TestCertificate.arguments : []
        let servers = [
            try ServerProcess(tls), try ServerProcess(["--read-only"] + tls), try ServerProcess(["--path-prefix", "/dagster"] + tls),
        ]
        defer {
            for server in servers {
                #expect(server.stop() == 0)
                try? FileManager.default.removeItem(at: server.directory)
            }
        }
        func origin(_ server: ServerProcess) -> String { "\(scheme)://127.0.0.1:\(server.url.port ?? 0)" }
        let wire = ServerProcess.root.appending(path: "Tests/Wire")
        let result = try run(
            "python3",
            [
                wire.appending(path: "conform.py").path, "--url", origin(servers[0]), "--read-only-url", origin(servers[1]),
                "--prefix-url", origin(servers[2]),
            ])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        let closing = result.output.split(separator: "\n").last ?? ""
        #expect(closing.hasSuffix(" 0 failed, 0 skipped"), "\(closing)")
        print("wire over \(scheme): \(closing)")
    }
}
