import AssetlogCore
import Testing

@testable import AssetlogAccess

@Suite("A new token")
struct NewTokenTests {
    @Test("is al_ID_SECRET of letters and digits, and never the same")
    func form() throws {
        let tokens = try (0..<300).map { _ in try NewToken() }
        for token in tokens {
            #expect(token.text.revealed.wholeMatch(of: /al_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}/) != nil)
            #expect(token.text.revealed.hasPrefix("al_\(token.id)_"))
            #expect(TokenText.identity(of: token.text) == token.id)
            #expect(TokenText.isIdentity(token.id))
            #expect(try token.hash == TokenText.hash(of: token.text))
        }
        #expect(Set(tokens.map(\.id)).count == tokens.count)
        #expect(Set(tokens.map(\.text)).count == tokens.count)
        // Each of the 62 characters is about as frequent as any other.
        let counts = Dictionary(grouping: tokens.flatMap { $0.text.revealed.dropFirst(16) }) { $0 }.mapValues(\.count)
        #expect(counts.count == 62)
        #expect((counts.values.max() ?? 0) < 2 * 300 * 43 / 62)
    }

    @Test("is kept as the SHA-256 of its text")
    func hash() throws {
        let hash = try TokenText.hash(of: Secret("abc")).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        #expect(hash.joined() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("is never printed")
    func redacted() throws {
        let token = try NewToken()
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", String(reflecting: token), dumped, "\(token.text)"] {
            #expect(!text.contains(token.text.revealed))
            #expect(!text.contains(token.text.revealed.suffix(43)))
        }
    }

    @Test(
        "is read only in its form",
        arguments: [
            ("al_a_\(String(repeating: "x", count: 43))", "a"),
            ("al_\(String(repeating: "Z", count: 64))_\(String(repeating: "0", count: 256))", String(repeating: "Z", count: 64)),
            ("al__\(String(repeating: "x", count: 43))", nil),
            ("al_\(String(repeating: "Z", count: 65))_\(String(repeating: "0", count: 43))", nil),
            ("al_a_\(String(repeating: "x", count: 42))", nil),
            ("al_a_\(String(repeating: "x", count: 257))", nil),
            ("AL_a_\(String(repeating: "x", count: 43))", nil),
            ("al_a_\(String(repeating: "x", count: 43))\n", nil),
            ("al_a_\(String(repeating: "é", count: 43))", nil),
            ("al_a-b_\(String(repeating: "x", count: 43))", nil),
            ("al_a_b_\(String(repeating: "x", count: 43))", nil),
            ("al_", nil), ("", nil), ("al_a", nil),
        ])
    func identity(_ text: String, _ id: String?) {
        #expect(TokenText.identity(of: Secret(text)) == id)
    }

    @Test("has a name of 1 to 128 characters without control characters")
    func names() {
        for name in ["a", "spark job (eu)", "ü", String(repeating: "💥", count: 128), "-", "a/b"] {
            #expect(TokenName.problem(name) == nil, "\(name)")
        }
        for name in ["", String(repeating: "a", count: 129), "a\nb", "\u{0}", "\u{7f}", "\u{85}", "\u{2028}", "\u{1b}[1m"] {
            #expect(TokenName.problem(name) != nil, "\(name.debugDescription)")
        }
    }
}
