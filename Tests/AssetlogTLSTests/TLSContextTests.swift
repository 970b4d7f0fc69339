#if TLS
import AssetlogTLS
import Foundation
import Testing

@Suite struct TLSContextTests {
    let files: Certificates

    init() throws { files = try Certificates() }

    @Test("A pair that belongs together makes a context without warnings, also from one file")
    func good() throws {
        let context = try TLSContext(certificateFile: files.certificate, keyFile: files.key)
        #expect(context.warnings.isEmpty)
        let both = try files.write("both.pem", files.text(files.key) + files.text(files.certificate))
        #expect(try TLSContext(certificateFile: both, keyFile: both).warnings.isEmpty)
        #expect(try #require(TLSContext.libraryVersion).hasPrefix("OpenSSL 3."))
    }

    private func expect(
        _ code: TLSError.Code, _ part: String, certificate: String? = nil, key: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        do {
            _ = try TLSContext(certificateFile: certificate ?? files.certificate, keyFile: key ?? files.key)
            Issue.record("accepted", sourceLocation: sourceLocation)
        } catch {
            #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
            #expect(error.message.contains(part), "\(error)", sourceLocation: sourceLocation)
            #expect(error.message.contains(certificate ?? key ?? ""), "\(error)", sourceLocation: sourceLocation)
        }
    }

    @Test("A file that cannot be read is named, with the reason")
    func unreadable() throws {
        for part in ["certificate", "private key"] {
            func expectFile(_ text: String, _ path: String) {
                expect(
                    .file, text, certificate: part == "certificate" ? path : nil,
                    key: part == "certificate" ? nil : path)
                expect(
                    .file, "the TLS \(part)", certificate: part == "certificate" ? path : nil,
                    key: part == "certificate" ? nil : path)
            }
            expectFile("does not exist", files.path("missing.pem"))
            expectFile("does not exist", files.certificate + "/below.pem")
            expectFile("is a directory", files.directory)
            expectFile("is not a PEM file", "/dev/zero")
            let large = try files.write("large.pem", String(repeating: "x", count: 1 << 20 + 1))
            expectFile("larger than 1 MiB", large)
        }
    }

    @Test("A file without permission is distinguished from a missing one")
    func forbidden() throws {
        let path = try files.write("secret.key", files.text(files.key))
        #expect(chmod(path, 0) == 0)
        // Root may read everything, so this thread, and no other, looks at files as nobody in the meantime.
        typealias SetFileUser = @convention(c) (UInt32) -> Int32
        let setFileUser = unsafeBitCast(try #require(dlsym(nil, "setfsuid")), to: SetFileUser.self)
        if getuid() == 0 { _ = setFileUser(65_534) }
        defer { if getuid() == 0 { _ = setFileUser(0) } }
        expect(.file, "can't be read by this user", key: path)
    }

    @Test("A file that holds something else is named, with what it should hold")
    func notPEM() throws {
        let garbage = try files.write("garbage.pem", "hello\n")
        let empty = try files.write("empty.pem", "")
        for path in [garbage, empty, files.key] { expect(.certificate, "holds no certificate", certificate: path) }
        for path in [garbage, empty, files.certificate] { expect(.privateKey, "holds no private key", key: path) }
        try files.openssl(["x509", "-in", files.certificate, "-outform", "der", "-out", files.path("cert.der")])
        expect(.certificate, "openssl x509 -inform der", certificate: files.path("cert.der"))
    }

    @Test("Damaged PEM text is distinguished from missing")
    func damaged() throws {
        let certificate = try files.text(files.certificate)
        let cut = try files.write("cut.pem", String(certificate.prefix(certificate.count / 2)))
        expect(.certificate, "number 1", certificate: cut)
        let second = try files.write(
            "second.pem", certificate + certificate.replacingOccurrences(of: "MII", with: "AAA"))
        expect(.certificate, "number 2", certificate: second)
        let key = try files.write("cut.key", files.text(files.key).replacingOccurrences(of: "MIG", with: "AAA"))
        expect(.privateKey, "damaged", key: key)
    }

    @Test(
        "An encrypted key is refused without asking for a passphrase",
        arguments: [["pkcs8", "-topk8"], ["ec", "-aes256"]])
    func encrypted(_ command: [String]) throws {
        let path = files.path("encrypted.key")
        try files.openssl(command + ["-in", files.key, "-out", path, "-passout", "pass:secret"])
        expect(.privateKey, "is encrypted", key: path)
    }

    @Test("A key of another certificate is refused; one of a later certificate in the chain, too")
    func mismatch() throws {
        try files.make("other")
        expect(.mismatch, "does not belong to the certificate", key: files.path("other.key"))
        let chain = try files.write("chain.pem", files.text(files.certificate) + files.text(files.path("other.pem")))
        expect(.mismatch, "certificate number 2", certificate: chain, key: files.path("other.key"))
        #expect(throws: Never.self) { try TLSContext(certificateFile: chain, keyFile: files.key) }
    }

    @Test("A key that is too small is refused with OpenSSL's reason")
    func small() throws {
        try files.openssl([
            "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", files.path("small.key"), "-out",
            files.path("small.pem"),
            "-subj", "/CN=localhost", "-days", "2",
        ])
        let path = files.path("small.pem")
        #expect {
            try TLSContext(certificateFile: path, keyFile: files.path("small.key"))
        } throws: { ($0 as? TLSError)?.message.contains("too small") == true }
    }

    private func make(_ name: String, _ key: [String], _ extensions: [String] = ["subjectAltName=DNS:localhost"]) throws
        -> TLSCertificateFiles
    {
        try files.openssl(
            [
                "req", "-x509", "-nodes", "-keyout", files.path("\(name).key"), "-out", files.path("\(name).pem"), "-subj", "/CN=localhost",
                "-days", "2",
            ]
                + key + extensions.flatMap { ["-addext", $0] })
        return files.pair(name)
    }

    private static func onCurve(_ curve: String) -> [String] { ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:\(curve)"] }

    @Test("A certificate that no client can use is refused, and named", arguments: ["secp256k1", "secp224r1"])
    func unusable(_ curve: String) throws {
        let pair = try make("odd", Self.onCurve(curve))
        expect(.certificate, "No client can use the certificate in", certificate: pair.certificateFile, key: pair.keyFile)
        // Also where it is one of several, which are chosen by name.
        var configuration = TLSConfiguration(certificateFile: files.certificate, keyFile: files.key, furtherCertificates: [pair])
        #expect { try TLSContext(configuration) } throws: { "\($0)".contains(pair.certificateFile) }
        configuration.furtherCertificates = []
        #expect(throws: Never.self) { try TLSContext(configuration) }
    }

    @Test(
        "A certificate that clients can use is taken without a word",
        arguments: [
            onCurve("P-256"), onCurve("P-384"), onCurve("P-521"), ["-newkey", "rsa:2048"], ["-newkey", "rsa:3072"], ["-newkey", "ed25519"],
            ["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
        ])
    func usable(_ key: [String]) throws {
        let pair = try make("usual", key)
        let context = try TLSContext(certificateFile: pair.certificateFile, keyFile: pair.keyFile)
        #expect(context.warnings == [])
        // Whether clients must show a certificate is no matter here.
        let strict = TLSConfiguration(
            certificateFile: pair.certificateFile, keyFile: pair.keyFile, clientAuthentication: .required(caFile: files.certificate),
            minimumVersion: .v1_3)
        #expect(try TLSContext(strict).warnings == [])
    }

    @Test("Settings that leave the clients of one version nothing are a warning")
    func oneVersion() throws {
        let pair = try make("rsa", ["-newkey", "rsa:2048"])
        let configuration = TLSConfiguration(
            certificateFile: pair.certificateFile, keyFile: pair.keyFile, ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256")
        let warnings = try TLSContext(configuration).warnings
        #expect(
            warnings.count == 1 && warnings[0].hasPrefix("Clients of TLS 1.2 can't use the certificate in \(pair.certificateFile)"),
            "\(warnings)")
    }

    @Test(
        "What makes clients refuse a certificate is a warning",
        arguments: [
            (["subjectAltName=DNS:localhost", "extendedKeyUsage=clientAuth"], "is not meant for servers"),
            ([], "has no subject alternative name"),
        ])
    func refusedByClients(_ extensions: [String], _ words: String) throws {
        let pair = try make("other", Self.onCurve("P-256"), extensions)
        let warnings = try TLSContext(certificateFile: pair.certificateFile, keyFile: pair.keyFile).warnings
        #expect(warnings.count == 1 && warnings[0].contains(words), "\(warnings)")
    }

    @Test("An expired certificate is a warning, not an error")
    func expired() throws {
        try files.make("expired")
        try files.expire("expired")
        let context = try TLSContext(certificateFile: files.path("expired.pem"), keyFile: files.path("expired.key"))
        #expect(context.warnings.count == 1)
        #expect(context.warnings.first?.contains("expired.pem expired on 2020-01-02") == true)
    }
}
#endif
