#if TLS
@testable import AssetlogTLS
import NIOConcurrencyHelpers
import Testing

/// Which certificate a client gets by the name it asks for, as a table and over a socket.
@Suite struct ServerNamesTests {
    private static let names = [
        ["localhost", "main.example.com"], ["a.example.com", "*.wild.example.com", "x*.example.org"],
        ["b.wild.example.com", "*.example.com"],
    ]

    static let cases: [(name: String, certificate: Int?)] = [
        ("a.example.com", 1), ("A.Example.COM", 1), ("a.example.com.", 1), ("main.example.com", 0),
        ("x.wild.example.com", 1), ("b.wild.example.com", 2), ("B.WILD.example.com", 2), ("other.example.com", 2),
        ("OTHER.example.com", 2), ("x.y.example.com", nil), ("example.com", nil), ("wild.example.com", 2),
        ("xy.example.org", nil), ("unknown.test", nil), ("localhost", 0),
    ]

    @Test("An exact name wins over a wildcard, which stands for one label", arguments: cases)
    func table(_ name: String, _ certificate: Int?) {
        #expect(ServerNames(Self.names).certificate(for: name) == certificate)
    }

    @Test(
        "No text of a client is out of place",
        arguments: ["", ".", "..", ".example.com", "*.example.com", "*", "a..example.com", "\u{FFFD}.example.com."])
    func odd(_ name: String) {
        // The wildcard itself is no name, yet it matches itself as a label; everything else is unknown.
        let expected = ["*.example.com", "\u{FFFD}.example.com."].contains(name) ? 2 : nil
        #expect(ServerNames(Self.names).certificate(for: name) == expected)
    }

    @Test("Of two with the same names the first answers, and the second is logged")
    func shadowed() {
        let names = ServerNames([["a.test"], ["a.test"], ["a.test", "b.test"], ["b.test", "*.test"]])
        #expect(names.certificate(for: "a.test") == 0)
        #expect(names.certificate(for: "b.test") == 2)
        #expect(names.shadowed == [1])
    }

    @Test("A client gets the certificate of the name it asks for, else the main one", arguments: ["-tls1_2", "-tls1_3"])
    func socket(_ version: String) async throws {
        let files = try Certificates()
        for (index, names) in Self.names.enumerated() {
            try files.make("c\(index)", names: names.map { "DNS:" + $0 }.joined(separator: ","))
        }
        let server = try await TestServer(
            TLSConfiguration(
                certificateFile: files.path("c0.pem"), keyFile: files.path("c0.key"),
                furtherCertificates: [files.pair("c1"), files.pair("c2")]))
        let clients = Clients(server, authority: files.certificate)
        for (name, certificate) in Self.cases {
            let output = try await clients.openssl([version, "-servername", name]).output
            #expect(output.contains("subject=CN = c\(certificate ?? 0)\n"), "\(name): \(output)")
        }
        #expect(try await clients.openssl([version, "-noservername"]).output.contains("subject=CN = c0\n"))
        #expect(server.errors.withLockedValue { $0 }.isEmpty)
        try await server.stop()
    }

    @Test("A further certificate needs a name, and one that nobody gets is a warning")
    func files() throws {
        let files = try Certificates()
        var configuration = TLSConfiguration(certificateFile: files.certificate, keyFile: files.key)
        try files.make("again")
        configuration.furtherCertificates = [files.pair("again")]
        let context = try TLSContext(configuration)
        #expect(context.warnings.count == 1)
        #expect(context.warnings.first?.contains("again.pem is never used") == true)
        #expect(context.certificates.map(\.names) == [["localhost"], ["localhost"]])
        #expect(context.certificates.allSatisfy { ($0.expiry ?? 0) > 1_700_000_000 })
        try files.make("nameless", names: "")
        configuration.furtherCertificates = [files.pair("nameless")]
        #expect {
            try TLSContext(configuration)
        } throws: { ($0 as? TLSError)?.message.contains("nameless.pem has no DNS name") == true }
    }

    @Test("The rules of the listener hold whatever name is asked for")
    func rules() async throws {
        let files = try Certificates()
        try files.make("other", names: "DNS:other.test")
        try files.make("ca")
        try files.issue("client", by: "ca", names: "DNS:client.test")
        let server = try await TestServer(
            TLSConfiguration(
                certificateFile: files.certificate, keyFile: files.key, furtherCertificates: [files.pair("other")],
                clientAuthentication: .required(caFile: files.path("ca.pem")), minimumVersion: .v1_3,
                cipherSuites: "TLS_CHACHA20_POLY1305_SHA256", groups: "P-384"))
        let clients = Clients(server, authority: files.path("other.pem"))
        let name = ["-servername", "other.test"]
        let identity = ["-cert", files.path("client.pem"), "-key", files.path("client.key")]
        let good = try await clients.openssl(name + identity).output
        #expect(good.contains("Verify return code: 0 (ok)"), "\(good)")
        #expect(good.contains("TLS_CHACHA20_POLY1305_SHA256") && good.contains("secp384r1"), "\(good)")
        #expect(good.contains("Acceptable client certificate CA names\nCN = ca\n"), "\(good)")
        #expect(server.handshakes.withLockedValue { $0.map(\.peerNames) } == [["DNS:client.test"]])
        _ = try await clients.openssl(name + identity + ["-tls1_2"])
        _ = try await clients.openssl(name)
        _ = try await clients.openssl(name + identity + ["-alpn", "h2"])
        _ = try await clients.openssl(name + identity + ["-groups", "X25519"])
        #expect(try await server.failures(4) == [.protocol, .certificate, .protocol, .protocol])
        #expect(server.handshakes.withLockedValue { $0.count } == 1)
        try await server.stop()
    }
}
#endif
