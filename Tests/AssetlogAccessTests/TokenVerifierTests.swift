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
        let verifier = try TokenVerifier(TokenDirectory([Self.record(token)]))
        #expect(name(token.text.revealed, verifier) == "spark")
        #expect(name(token.text.revealed + "a", verifier) == nil)
        #expect(name(String(token.text.revealed.dropLast()) + "!", verifier) == nil)
        #expect(name(try NewToken().text.revealed, verifier) == nil)
        #expect(name("", verifier) == nil)
    }

    @Test("follows the directory")
    func follows() throws {
        let token = try NewToken()
        let directory = TokenDirectory()
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
}
