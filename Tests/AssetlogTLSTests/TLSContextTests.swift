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
            expectFile("is a directory", files.folder)
            expectFile("is not a PEM file", "/dev/zero")
            let large = try files.write("large.pem", String(repeating: "x", count: 1 << 20 + 1))
            expectFile("larger than 1 MiB", large)
        }
    }

    @Test("A file without permission is told from a missing one")
    func forbidden() throws {
        let path = try files.write("secret.key", files.text(files.key))
        #expect(chmod(path, 0) == 0)
        // Root may read everything, so this thread, and no other, looks at files as nobody meanwhile.
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

    @Test("Damaged PEM text is told from missing")
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
