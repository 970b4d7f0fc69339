#if TLS
import AssetlogTLS
import NIOConcurrencyHelpers
import Testing

/// Versions, ciphers and groups: what a client sees of them, and what a wrong one says.
@Suite struct TLSSettingsTests {
    let files: Certificates

    init() throws { files = try Certificates() }

    private func configuration(_ change: (inout TLSConfiguration) -> Void = { _ in }) -> TLSConfiguration {
        var configuration = TLSConfiguration(certificateFile: files.certificate, keyFile: files.key)
        change(&configuration)
        return configuration
    }

    /// What `openssl s_client` prints.
    private func output(_ configuration: TLSConfiguration, _ arguments: [String]) async throws -> String {
        let server = try await TestServer(configuration)
        let output = try await Clients(server, authority: files.certificate).openssl(arguments).output
        try await server.stop()
        return output
    }

    @Test(
        "Versions below the minimum are refused, and those before 1.2 always",
        arguments: [
            ("1.2", "-tls1", false), ("1.2", "-tls1_1", false), ("1.2", "-tls1_2", true), ("1.2", "-tls1_3", true),
            ("1.3", "-tls1", false), ("1.3", "-tls1_1", false), ("1.3", "-tls1_2", false), ("1.3", "-tls1_3", true),
        ])
    func minimum(_ minimum: String, _ version: String, _ isSpoken: Bool) async throws {
        let version = [version, "-cipher", "ALL:@SECLEVEL=0"]
        let minimum = try TLSVersion(minimum)
        let output = try await output(configuration { $0.minimumVersion = minimum }, version)
        #expect(output.contains(isSpoken ? "Verify return code: 0 (ok)" : "alert protocol version"), "\(output)")
    }

    @Test("Another minimum is refused in words", arguments: ["1.1", "1.0", "TLSv1.2", "", "1.4", "SSLv3"])
    func wrongMinimum(_ text: String) {
        #expect {
            try TLSVersion(text)
        } throws: {
            let error = $0 as? TLSError
            return error?.code == .setting && error?.message.hasPrefix("`\(text)` cannot be") == true
        }
    }

    @Test("Without settings X25519 comes first, P-256 and P-384 are served, and others are not")
    func defaultGroups() async throws {
        for (offered, expected) in [
            ("P-384:X25519:P-256", "secp384r1"), ("X25519", "X25519"), ("P-256", "prime256v1"), ("P-384", "secp384r1"),
            ("P-521", "alert handshake failure"), ("X448", "alert handshake failure"),
        ] {
            let output = try await output(configuration(), ["-tls1_3", "-groups", offered])
            #expect(output.contains(expected), "\(offered): \(output)")
        }
    }

    @Test("Without settings TLS 1.2 has forward secrecy and authenticated encryption only")
    func defaultCiphers() async throws {
        let (_, list) = try await Command.runDetached(["openssl", "ciphers", "-tls1_2", "-s", "ALL:@SECLEVEL=0"])
        var accepted: [String] = []
        let server = try await TestServer(configuration())
        for cipher in list.split(whereSeparator: { ":\n".contains($0) }) where cipher.contains("ECDSA") {
            let output = try await Clients(server, authority: files.certificate)
                .openssl(["-tls1_2", "-cipher", "\(cipher):@SECLEVEL=0"]).output
            if output.contains("Cipher is \(cipher)\n") { accepted.append(String(cipher)) }
        }
        try await server.stop()
        #expect(
            accepted.sorted() == [
                "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305",
            ])
    }

    @Test("Ciphers, suites and groups of the operator's are the ones that are agreed on")
    func chosen() async throws {
        let ciphers = configuration { $0.ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305:!aNULL:!RC4" }
        #expect(try await output(ciphers, ["-tls1_2"]).contains("Cipher is ECDHE-ECDSA-CHACHA20-POLY1305"))
        let suites = configuration { $0.cipherSuites = "TLS_AES_128_GCM_SHA256" }
        #expect(try await output(suites, ["-tls1_3"]).contains("Cipher is TLS_AES_128_GCM_SHA256"))
        let groups = configuration { $0.groups = "P-521:P-256" }
        #expect(try await output(groups, ["-tls1_3", "-groups", "X25519:P-521"]).contains("secp521r1"))
        for context in [ciphers, suites, groups] { #expect(try TLSContext(context).warnings.isEmpty) }
    }

    @Test("The order is the server's, unless the client has no hardware for AES")
    func order() async throws {
        let both = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305"
        for (offered, expected) in [
            ("ECDHE-ECDSA-AES256-GCM-SHA384:\(both)", "ECDHE-ECDSA-AES128-GCM-SHA256"),
            ("ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"),
        ] {
            let configuration = configuration { $0.ciphers = "\(both):ECDHE-ECDSA-AES256-GCM-SHA384" }
            let output = try await output(configuration, ["-tls1_2", "-cipher", offered])
            #expect(output.contains("Cipher is \(expected)\n"), "\(output)")
        }
        // In TLS 1.2 the client sends a list of groups, in TLS 1.3 the share of one.
        let groups = try await output(configuration(), ["-tls1_2", "-groups", "P-384:P-256:X25519"])
        #expect(groups.contains("Server Temp Key: X25519"), "\(groups)")
    }

    @Test("An old cipher is a warning, and works", arguments: ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA"])
    func old(_ cipher: String) async throws {
        let configuration = configuration { $0.ciphers = "ECDHE+AESGCM:\(cipher)" }
        let warnings = try TLSContext(configuration).warnings
        #expect(warnings.count == 1 && warnings[0].contains("include 1 without forward secrecy"), "\(warnings)")
        #expect(warnings[0].contains("as \(cipher)."), "\(warnings)")
        if cipher.contains("ECDSA") {
            #expect(try await output(configuration, ["-tls1_2", "-cipher", cipher]).contains("Cipher is \(cipher)\n"))
        }
    }

    private typealias Setting = WritableKeyPath<TLSConfiguration, String?>

    @Test("A wrong setting is refused in a sentence that names it and what is wrong in it")
    func wrong() throws {
        let cases: [(setting: Setting, text: String, part: String)] = [
            (\.ciphers, "ECDHE+AESGCM:ECDHE-RSA-AES128-GMC-SHA256", "`ECDHE-RSA-AES128-GMC-SHA256` in"),
            (\.ciphers, "", "select none"),
            (\.ciphers, "ECDHE+AESGCM:!ECDHE", "select none"),
            (\.ciphers, "TLS_AES_128_GCM_SHA256", "their own setting"),
            (\.ciphers, "ECDHE+AESGCM:NULL-SHA256", "include NULL-SHA256, which protects nothing"),
            (\.ciphers, "ECDHE+AESGCM:ADH-AES128-SHA", "include ADH-AES128-SHA, which protects nothing"),
            (\.ciphers, "ECDHE+AESGCM@SECLEVEL=0", "security level to 0"),
            (\.ciphers, "ECDHE+AESGCM:@SECLEVEL=0", "security level to 0"),
            (\.ciphers, "ECDHE+AESGCM:@NONSENSE", "select none"),
            (\.cipherSuites, "TLS_AES_128_GCM_SHA256:TLS_AES_128_GMC_SHA256", "`TLS_AES_128_GMC_SHA256` in"),
            (\.cipherSuites, "ECDHE-RSA-AES128-GCM-SHA256", "is unknown to OpenSSL"),
            (\.cipherSuites, "", "are empty"),
            (\.cipherSuites, ":", "are empty"),
            (\.groups, "X25519:P-257", "`P-257` in the TLS groups"),
            (\.groups, "", "in the TLS groups ``"),
            (\.groups, "X25519,P-256", "`X25519,P-256` in"),
        ]
        for (setting, text, part) in cases {
            let configuration = configuration { $0[keyPath: setting] = text }
            #expect("\(text)") {
                try TLSContext(configuration)
            } throws: {
                let error = $0 as? TLSError
                let isGood = error?.code == .setting && error?.message.contains(part) == true
                if !isGood { print(error as Any) }
                return isGood && error?.message.contains("`\(text)`") == true
            }
        }
    }
}
#endif
