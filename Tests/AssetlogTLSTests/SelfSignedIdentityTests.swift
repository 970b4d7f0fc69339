#if TLS
import AssetlogTLS
import Foundation
import Testing

@Suite struct SelfSignedIdentityTests {
    private let files: Certificates

    init() throws { files = try Certificates() }

    private func write(_ names: [String]) throws -> (certificate: String, key: String) {
        let identity = try SelfSignedIdentity(names: names)
        return (
            try files.write("own.pem", String(decoding: identity.certificate, as: UTF8.self)),
            try files.write("own.key", String(decoding: identity.privateKey, as: UTF8.self))
        )
    }

    @Test("A pair that was made is one that a server takes without a warning")
    func usable() throws {
        let pair = try write(["localhost", "127.0.0.1"])
        #expect(try TLSContext(certificateFile: pair.certificate, keyFile: pair.key).warnings.isEmpty)
        #expect(try files.text(pair.key).hasPrefix("-----BEGIN PRIVATE KEY-----"))
    }

    @Test("The certificate is for the names that were asked for, and may sign no other")
    func content() throws {
        let names = ["localhost", "127.0.0.1", "::1", "a-b.example.com", "*.example.com"]
        let text = try files.openssl(["x509", "-in", try write(names).certificate, "-noout", "-text", "-checkend", "0"])
        for part in [
            "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:a-b.example.com, DNS:*.example.com",
            "CA:FALSE", "Digital Signature", "TLS Web Server Authentication", "prime256v1", "ecdsa-with-SHA256",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        // 397 days are what browsers accept; a day later it is over.
        #expect(throws: (any Error).self) {
            try files.openssl(["x509", "-in", files.path("own.pem"), "-noout", "-checkend", "\(397 * 86_400)"])
        }
        try files.openssl(["x509", "-in", files.path("own.pem"), "-noout", "-checkend", "\(396 * 86_400)"])
        try files.openssl(["verify", "-CAfile", files.path("own.pem"), files.path("own.pem")])
    }

    @Test("No two pairs have a key or a number in common")
    func fresh() throws {
        let pairs = try (0..<3).map { _ in try SelfSignedIdentity(names: ["localhost"]) }
        #expect(Set(pairs.map(\.privateKey)).count == 3)
        #expect(Set(pairs.map(\.certificate)).count == 3)
    }

    @Test(
        "What is neither a name nor an address is refused",
        arguments: ["", "a b", "a,DNS:b", "a\n", "é", "a:1", "DNS:a", String(repeating: "a", count: 254)])
    func refused(_ name: String) {
        let error = #expect(throws: TLSError.self) { try SelfSignedIdentity(names: ["localhost", name]) }
        #expect(error?.code == .certificate)
    }
}
#endif
