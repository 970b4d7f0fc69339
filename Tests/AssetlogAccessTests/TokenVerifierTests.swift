import AssetlogAccess
import AssetlogCore
import Testing

@Suite("Looking up a token")
struct TokenVerifierTests {
    private static func record(_ token: NewToken, expiresAt: Timestamp? = nil) -> TokenRecord {
        TokenRecord(
            id: token.id, hash: token.hash, grant: AccessGrant(name: "spark", rights: .read),
            certificateNames: ["DNS:worker.example.com"], createdAt: .now(), expiresAt: expiresAt)
    }

    private func name(_ text: String, _ verifier: TokenVerifier) -> String? {
        Array(text.utf8).withUnsafeBytes { verifier.grant(ofToken: $0, at: .now())?.name }
    }

    @Test("finds what was made, and nothing that only looks like it")
    func finds() throws {
        let token = try NewToken()
        let verifier = try TokenVerifier(TokenRegistry([Self.record(token)]))
        #expect(name(token.text.revealed, verifier) == "spark")
        #expect(name(token.text.revealed + "a", verifier) == nil)
        #expect(name(String(token.text.revealed.dropLast()) + "!", verifier) == nil)
        #expect(name(try NewToken().text.revealed, verifier) == nil)
        #expect(name("", verifier) == nil)
    }

    @Test("follows the directory")
    func follows() throws {
        let token = try NewToken()
        let directory = TokenRegistry()
        let verifier = try TokenVerifier(directory)
        #expect(name(token.text.revealed, verifier) == nil)
        directory.replace(with: [Self.record(token)])
        #expect(name(token.text.revealed, verifier) == "spark")
        #expect(verifier.grant(ofCertificate: ["DNS:other", "DNS:worker.example.com"], at: .now())?.name == "spark")
        var revoked = Self.record(token)
        revoked.revokedAt = .now()
        directory.replace(with: [revoked])
        #expect(name(token.text.revealed, verifier) == nil)
        directory.replace(with: [Self.record(token, expiresAt: Timestamp(microseconds: 0))])
        #expect(name(token.text.revealed, verifier) == nil)
    }

    @Test("compares the whole secret, and not only the identity")
    func wholeSecret() throws {
        let (token, other) = (try NewToken(), try NewToken())
        let verifier = try TokenVerifier(TokenRegistry([Self.record(token), Self.record(other)]))
        let mixed = "al_\(token.id)_\(other.text.revealed.suffix(43))"
        #expect(name(mixed, verifier) == nil)
        for index in token.text.revealed.indices {
            var changed = token.text.revealed
            changed.replaceSubrange(index...index, with: changed[index] == "a" ? "b" : "a")
            #expect(name(changed, verifier) == nil)
        }
    }

    @Test("takes for a certificate the token that is valid, when the one before it has expired or was revoked")
    func rotatedCertificate() throws {
        let now = Timestamp(microseconds: 1000)
        var old = Self.record(try NewToken(), expiresAt: Timestamp(microseconds: 500))
        old.grant.name = "old"
        let verifier = try TokenVerifier(TokenRegistry([old, Self.record(try NewToken())]))
        let certificate = ["DNS:worker.example.com"]
        #expect(verifier.grant(ofCertificate: certificate, at: now)?.name == "spark")
        #expect(verifier.grant(ofCertificate: certificate, at: Timestamp(microseconds: 499))?.name == "old")
        #expect(verifier.grant(ofCertificate: [], at: now) == nil)
        #expect(verifier.grant(ofCertificate: ["dns:worker.example.com"], at: now) == nil)
    }

    @Test("finds each of many tokens")
    func many() throws {
        let tokens = try (0..<500).map { _ in try NewToken() }
        let records = tokens.enumerated().map { index, token in
            TokenRecord(
                id: token.id, hash: token.hash, grant: AccessGrant(name: "token \(index)", rights: .read), createdAt: .now())
        }
        let verifier = try TokenVerifier(TokenRegistry(records))
        for (index, token) in tokens.enumerated() { #expect(name(token.text.revealed, verifier) == "token \(index)") }
    }
}
