import AssetlogCrypto
import Testing

@Suite("Hashes and secrets")
struct CryptoTests {
    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    @Test(
        "hash as FIPS 180-4 says, with one hasher used again",
        arguments: [
            (
                MessageDigest.Algorithm.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            ),
            (.sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ])
    func hashes(_ function: MessageDigest.Algorithm, ofNothing: String, ofABC: String) throws {
        let digest = try MessageDigest(function)
        for _ in 0..<2 {
            #expect(hexadecimal(try digest.digest(of: [])) == ofNothing)
            #expect(hexadecimal(try digest.digest(of: Array("abc".utf8))) == ofABC)
        }
    }

    @Test(
        "sign as RFC 4231 says",
        arguments: [
            ("Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            ("", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
        ])
    func signature(_ key: String, _ message: String, text: String) throws {
        let signature = try SecretBytes.signature(of: Array(message.utf8), key: Array(key.utf8))
        #expect(hexadecimal(signature) == text)
    }

    @Test(
        "derive the UUID of a name as RFC 9562 says",
        arguments: [
            (NameUUID.Namespace.dns, "www.example.com", "2ed6657de927568b95e12665a8aea6a2"),
            (NameUUID.Namespace.url, "http://www.example.com/", "fcde3c852270590f9e7cee003d65e0e2"),
        ])
    func uuid(_ namespace: [UInt8], _ name: String, text: String) throws {
        #expect(hexadecimal(try NameUUID.version5(Array(name.utf8), in: namespace)) == text)
    }

    @Test("make random bytes, as many as asked for, and not the same twice")
    func random() throws {
        #expect(try SecretBytes.random(0).isEmpty)
        let (first, second) = (try SecretBytes.random(32), try SecretBytes.random(32))
        #expect(first.count == 32)
        #expect(first != second)
    }

    @Test(
        "compare by content",
        arguments: [([], [], true), ([1, 2], [1, 2], true), ([1, 2], [1, 3], false), ([1], [1, 2], false)] as [([UInt8], [UInt8], Bool)])
    func comparison(_ left: [UInt8], _ right: [UInt8], isEqual: Bool) {
        #expect(SecretBytes.areEqual(left, right) == isEqual)
    }
}
