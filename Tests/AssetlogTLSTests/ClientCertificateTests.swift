#if TLS
import AssetlogTLS
import Foundation
import NIOConcurrencyHelpers
import Testing

/// Mutual TLS: who is let in, and by which names.
@Suite struct ClientCertificateTests {
    let files: Certificates

    init() throws {
        files = try Certificates()
        try files.make("ca")
    }

    private func configuration(_ authentication: TLSClientAuthentication) -> TLSConfiguration {
        TLSConfiguration(
            certificateFile: files.certificate, keyFile: files.key, clientAuthentication: authentication)
    }

    private func identity(_ name: String) -> [String] {
        ["-cert", files.path("\(name).pem"), "-key", files.path("\(name).key")]
    }

    private static let names =
        "DNS:Worker.Example.com,URI:spiffe://example.com/worker,email:ops@example.com,IP:10.0.0.1,IP:2001:db8::1"
    private static let goodNames = [
        "DNS:worker.example.com", "URI:spiffe://example.com/worker", "email:ops@example.com", "IP:10.0.0.1",
        "IP:2001:db8::1",
    ]

    @Test(
        "Who is let in depends on the mode and on the certificate, and only a verified one gives names",
        arguments: ["none", "optional", "required"], ["-tls1_2", "-tls1_3"])
    func table(_ mode: String, _ version: String) async throws {
        try files.issue("good", by: "ca", names: Self.names, purpose: "clientAuth")
        try files.issue("unrestricted", by: "ca", names: "DNS:any.test")
        try files.issue("expired", by: "ca", names: Self.names, purpose: "clientAuth", days: -1)
        try files.issue("server-only", by: "ca", names: Self.names, purpose: "serverAuth")
        try files.make("other-ca")
        try files.issue("other", by: "other-ca", names: Self.names, purpose: "clientAuth")
        try files.make("self-signed", names: Self.names)
        let file = files.path("ca.pem")
        let authentication: TLSClientAuthentication =
            mode == "none" ? .none : mode == "optional" ? .optional(caFile: file) : .required(caFile: file)
        let refused = mode == "none" ? [] : nil as [String]?
        let cases: [(client: String, names: [String]?, reason: String)] = [
            ("", mode == "required" ? nil : [], "did not return a certificate"),
            ("good", mode == "none" ? [] : Self.goodNames, ""),
            ("unrestricted", mode == "none" ? [] : ["DNS:any.test"], ""),
            ("expired", refused, "certificate has expired"),
            ("server-only", refused, "unsuitable certificate purpose"),
            ("other", refused, "unable to get local issuer certificate"),
            ("self-signed", refused, "self-signed certificate"),
        ]
        for (client, names, reason) in cases {
            let server = try await TestServer(configuration(authentication))
            _ = try await Clients(server, authority: files.certificate)
                .openssl([version] + (client.isEmpty ? [] : identity(client)))
            if let names {
                #expect(server.handshakes.withLockedValue { $0.map(\.peerNames) } == [names], "\(client)")
            } else {
                #expect(try await server.failures(1) == [.certificate], "\(client)")
                #expect(server.errors.withLockedValue { $0[0].message.contains(reason) }, "\(server.errors)")
                #expect(server.handshakes.withLockedValue { $0.isEmpty }, "\(client)")
            }
            try await server.stop()
        }
    }

    @Test("A resumed session yields the names of the first handshake", arguments: ["-tls1_2", "-tls1_3"])
    func resumption(_ version: String) async throws {
        try files.issue("good", by: "ca", names: "DNS:worker.test")
        let server = try await TestServer(configuration(.required(caFile: files.path("ca.pem"))))
        let clients = Clients(server, authority: files.certificate)
        _ = try await clients.openssl([version, "-sess_out", files.path("session")] + identity("good"))
        // This time it has no certificate to show.
        let output = try await clients.openssl([version, "-sess_in", files.path("session")]).output
        #expect(output.contains("Reused, TLSv1."), "\(output)")
        #expect(server.handshakes.withLockedValue { $0.map(\.isResumed) } == [false, true])
        #expect(server.handshakes.withLockedValue { $0.map(\.peerNames) } == [["DNS:worker.test"], ["DNS:worker.test"]])
        try await server.stop()
    }

    @Test("An intermediate authority in the file is enough")
    func intermediate() async throws {
        let options = try files.write("options", "basicConstraints=critical,CA:TRUE\n")
        try files.openssl([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", files.path("middle.key"),
            "-out", files.path("middle.csr"), "-subj", "/CN=middle",
        ])
        try files.openssl([
            "x509", "-req", "-in", files.path("middle.csr"), "-CA", files.path("ca.pem"), "-CAkey", files.path("ca.key"),
            "-set_serial", "7", "-extfile", options, "-out", files.path("middle.pem"),
        ])
        try files.issue("good", by: "middle", names: "DNS:worker.test")
        let server = try await TestServer(configuration(.required(caFile: files.path("middle.pem"))))
        _ = try await Clients(server, authority: files.certificate).openssl(identity("good"))
        #expect(server.handshakes.withLockedValue { $0.map(\.peerNames) } == [["DNS:worker.test"]])
        try await server.stop()
    }

    @Test("Names that could be taken for others are left out")
    func oddNames() async throws {
        func name(_ tag: UInt8, _ bytes: [UInt8]) -> [UInt8] { [tag, UInt8(bytes.count)] + bytes }
        let list =
            name(0x82, Array("a.test\0.evil".utf8)) + name(0x82, Array("ok.test".utf8)) + name(0x86, Array("x:\ny".utf8))
            + name(0x81, [0x61, 0xFF]) + name(0x87, [1, 2, 3, 4, 5]) + name(0x82, []) + name(0x82, Array("a b".utf8))
            + name(0x87, [127, 0, 0, 1]) + name(0x86, Array("urn:x\u{7F}".utf8)) + name(0x88, [0x2A, 3])
        let extensionBytes = [0x30, UInt8(list.count)] + list
        let hex = extensionBytes.map { String(format: "%02X", $0) }.joined(separator: ":")
        try files.issue("odd", by: "ca", names: "DER:" + hex)
        let server = try await TestServer(configuration(.optional(caFile: files.path("ca.pem"))))
        let output = try await Clients(server, authority: files.certificate).openssl(identity("odd")).output
        #expect(server.handshakes.withLockedValue { $0.map(\.peerNames) } == [["DNS:ok.test", "IP:127.0.0.1"]], "\(output)")
        try await server.stop()
    }

    @Test("The file of authorities is checked like the others")
    func authorityFile() throws {
        func expect(_ path: String, _ code: TLSError.Code, _ part: String) {
            #expect {
                try TLSContext(configuration(.required(caFile: path)))
            } throws: {
                let error = $0 as? TLSError
                return error?.code == code && error?.message.contains(part) == true
                    && error?.message.contains(path) == true
            }
        }
        expect(files.path("missing.pem"), .file, "does not exist")
        expect(files.path("ca.key"), .certificate, "blocks of the authorities that sign client certificates")
        try files.make("old")
        try files.expire("old")
        let context = try TLSContext(configuration(.optional(caFile: files.path("old.pem"))))
        #expect(context.warnings.count == 1)
        #expect(context.warnings.first?.contains("old.pem expired on 2020-01-02") == true, "\(context.warnings)")
    }
}
#endif
