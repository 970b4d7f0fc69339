#if Delivery
import AssetlogCore
import AssetlogDelivery
import Foundation
import Testing

/// Against the server of the openssl command, which tells on its page which certificate it saw.
@Suite("A client certificate")
struct ClientCertificateTests {
    private final class Server {
        let directory: URL
        let port: Int
        private let process = Process()

        init() throws {
            directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-certificates-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try Self.run(
                """
                new() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 2 "$@" 2> /dev/null; }
                new -nodes -subj /CN=server -addext subjectAltName=IP:127.0.0.1 -keyout server.key -out server.pem
                new -nodes -subj /CN=exporter -keyout client.key -out client.pem
                cat client.pem client.key > both.pem
                openssl ec -aes256 -passout pass:hunter2 -in client.key -out locked.key 2> /dev/null
                """, in: directory)
            process.executableURL = URL(filePath: "/bin/bash")
            process.currentDirectoryURL = directory
            process.arguments = [
                "-c", "exec openssl s_server -accept 127.0.0.1:0 -cert server.pem -key server.key -Verify 1 -CAfile client.pem -www",
            ]
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            process.standardInput = Pipe()
            try process.run()
            port = try Self.port(from: output.fileHandleForReading)
        }

        deinit {
            kill(process.processIdentifier, SIGKILL)
            try? FileManager.default.removeItem(at: directory)
        }

        func request(certificate: String?, key: String?) -> OutboundRequest {
            var request = OutboundRequest(
                method: "GET", url: "https://127.0.0.1:\(port)/", timeout: .seconds(120), caFile: directory.path + "/server.pem")
            request.clientCertificateFile = certificate.map { directory.path + "/" + $0 }
            request.clientKeyFile = key.map { directory.path + "/" + $0 }
            return request
        }

        private static func run(_ script: String, in directory: URL) throws {
            let process = Process()
            process.executableURL = URL(filePath: "/bin/bash")
            process.currentDirectoryURL = directory
            process.arguments = ["-euc", script]
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }

        // It says "ACCEPT 127.0.0.1:40123".
        private static func port(from output: FileHandle) throws -> Int {
            var text = ""
            while true {
                let piece = output.availableData
                guard !piece.isEmpty else { throw CocoaError(.fileReadUnknown) }
                text += String(decoding: piece, as: UTF8.self)
                guard let line = text.firstMatch(of: /ACCEPT .*:(\d+)\n/) else { continue }
                return try #require(Int(line.1))
            }
        }
    }

    @Test(
        "is shown to the server, with its key in a file of its own or in the same",
        arguments: [("client.pem", "client.key"), ("both.pem", nil)])
    func shown(_ certificate: String, _ key: String?) async throws {
        let server = try Server()
        let answer = try await OutboundConnection().send(server.request(certificate: certificate, key: key))
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self).contains(/Subject: CN ?= ?exporter/))
    }

    @Test("that can't be used is named", arguments: [("none.pem", nil), ("client.pem", "server.key"), ("client.pem", "locked.key")])
    func unusable(_ certificate: String, _ key: String?) async throws {
        let server = try Server()
        let request = server.request(certificate: certificate, key: key)
        let error = await #expect(throws: DeliveryError.self) { try await OutboundConnection().send(request) }
        #expect(error?.code == .untrusted, "\(error?.message ?? "")")
        #expect(error?.message.contains("the client certificate for https://127.0.0.1") == true)
    }
}
#endif
