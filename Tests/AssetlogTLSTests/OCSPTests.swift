#if TLS
@testable import AssetlogTLS
import Foundation
import Testing

/// OCSP stapling, with responses that `openssl ocsp` signs.
@Suite struct OCSPTests {
    let files: Certificates

    init() throws {
        files = try Certificates()
        try files.make("ca")
        try files.issue("site", by: "ca", names: "DNS:site.test")
        try files.issue("other", by: "ca", names: "DNS:other.test")
    }

    /// Makes FILE: the word of the authority's index about a certificate; a state of nil is none.
    private func respond(_ file: String, about name: String, state: String?, options: [String] = ["-ndays", "2"]) throws {
        let serial = try Command.run(["openssl", "x509", "-in", files.path("\(name).pem"), "-noout", "-serial"]).output
        let number = try #require(serial.split(whereSeparator: { "=\n".contains($0) }).last)
        let revoked = state == "R" ? "250101000000Z" : ""
        let line = state.map { "\($0)\t991231235959Z\t\(revoked)\t\(number)\tunknown\t/CN=\(name)\n" } ?? ""
        let index = try files.write("index", line)
        let authority = files.path("ca.pem")
        try files.openssl(
            [
                "ocsp", "-index", index, "-CA", authority, "-rsigner", authority, "-rkey", files.path("ca.key"), "-issuer",
                authority, "-cert", files.path("\(name).pem"), "-respout", files.path(file),
            ] + options)
    }

    private func configuration(_ response: String) -> TLSConfiguration {
        TLSConfiguration(
            certificateFile: files.path("site.pem"), keyFile: files.path("site.key"),
            furtherCertificates: [files.pair("other")], ocspResponseFile: files.path(response))
    }

    @Test("A good response is stapled for a caller that asks, to the certificate it is about", arguments: ["-tls1_2", "-tls1_3"])
    func stapled(_ version: String) async throws {
        try respond("good", about: "site", state: "V")
        #expect(try TLSContext(configuration("good")).warnings.isEmpty)
        let server = try await TestServer(configuration("good"))
        let clients = Clients(server, authority: files.path("ca.pem"))
        let output = try await clients.openssl([version, "-status"]).output
        #expect(output.contains("OCSP Response Status: successful"), "\(output)")
        #expect(output.contains("Cert Status: good"))
        #expect(output.contains("Verify return code: 0 (ok)"))
        let other = try await clients.openssl([version, "-status", "-servername", "other.test"]).output
        #expect(other.contains("subject=CN = other\n") && other.contains("OCSP response: no response sent"), "\(other)")
        let silent = try await clients.openssl([version]).output
        #expect(!silent.contains("OCSP"), "\(silent)")
        try await server.stop()
    }

    @Test("A response without an end is stapled as well")
    func endless() async throws {
        try respond("endless", about: "site", state: "V", options: [])
        #expect(try TLSContext(configuration("endless")).warnings.isEmpty)
    }

    @Test(
        "What clients would not believe is a warning, and not stapled",
        arguments: [
            ("garbage", "is not an OCSP response"), ("empty", "is not an OCSP response"), ("longer", "is not an OCSP response"),
            ("cut", "is not an OCSP response"), ("failure", "answer is an error"), ("other", "about another certificate"),
            ("revoked", "is revoked"), ("unknown", "does not know the certificate"), ("expired", "has expired"),
        ])
    func unusable(_ kind: String, _ part: String) async throws {
        try makeUnusable(kind)
        let warnings = try TLSContext(configuration("response")).warnings
        #expect(warnings.count == 1, "\(warnings)")
        #expect(warnings.first?.contains(part) == true, "\(warnings)")
        #expect(warnings.first?.hasPrefix(files.path("response") + " is not stapled: ") == true, "\(warnings)")
        let server = try await TestServer(configuration("response"))
        let output = try await Clients(server, authority: files.path("ca.pem")).openssl(["-status"]).output
        #expect(output.contains("OCSP response: no response sent"), "\(output)")
        #expect(output.contains("Verify return code: 0 (ok)"))
        try await server.stop()
    }

    private func makeUnusable(_ kind: String) throws {
        let path = files.path("response")
        func change(_ body: (inout Data) -> Void) throws {
            try respond("response", about: "site", state: "V")
            var data = try Data(contentsOf: URL(fileURLWithPath: path))
            body(&data)
            try data.write(to: URL(fileURLWithPath: path))
        }
        switch kind {
        case "garbage": _ = try files.write("response", "hello")
        case "empty": _ = try files.write("response", "")
        case "longer": try change { $0.append(0) }
        case "cut": try change { $0.removeLast(40) }
        case "failure": try Data([0x30, 3, 0x0A, 1, 6]).write(to: URL(fileURLWithPath: path))
        case "other": try respond("response", about: "other", state: "V")
        case "revoked": try respond("response", about: "site", state: "R")
        case "unknown": try respond("response", about: "site", state: nil)
        default: try change(Self.expire)
        }
    }

    /// Moves all dates to 2020. It breaks the signature, which is the clients' business.
    private static func expire(_ data: inout Data) {
        for index in data.indices.dropLast(17) where data[index] == 0x18 && data[index + 1] == 15 {
            data.replaceSubrange(index + 2..<index + 6, with: Data("2020".utf8))
        }
    }

    @Test("A file that cannot be read is an error")
    func missing() {
        #expect {
            try TLSContext(configuration("missing"))
        } throws: {
            let error = $0 as? TLSError
            return error?.code == .file && error?.message.contains("the OCSP response, does not exist") == true
        }
    }

    @Test("A response that grows old while the server runs is not stapled any more")
    func growsOld() throws {
        try respond("good", about: "site", state: "V", options: ["-nmin", "60"])
        let identity = try Identity(files.pair("site"))
        guard case .usable(let response) = try OCSPResponse.read(files.path("good"), for: identity.certificate) else {
            Issue.record("not usable")
            return
        }
        let now = Int64(Date().timeIntervalSince1970)
        #expect([0, 3_500, 3_600, 100_000].map { response.isCurrent(at: now + $0) } == [true, true, false, false])
    }
}
#endif
