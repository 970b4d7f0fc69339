internal import AssetlogCrypto

// The tokens of forms, by which a form of this server is told from one that another site makes a browser send (CSRF): a signed
// text, bound to a cookie that the other site can't read.
extension SessionSigner {
    private static let nonceCharacters = 16

    /// A random text for the cookie of a browser without a session.
    ///
    /// - Throws: `CryptoError` when OpenSSL has no random bytes.
    package static func browserID() throws -> String { try RandomText.characters(32) }

    /// Makes the token of a form for the browser that has a cookie.
    ///
    /// It looks different each time: in a compressed page, what stays the same can be guessed from its length.
    /// - Throws: `CryptoError` when OpenSSL can't compute a signature.
    package func formToken(for cookie: String) throws -> String {
        try formToken(for: cookie, nonce: RandomText.characters(Self.nonceCharacters))
    }

    /// Whether a text is the token of a form for the browser that has a cookie.
    package func isFormToken(_ text: String, for cookie: String) -> Bool {
        let nonce = String(text.prefix(Self.nonceCharacters))
        guard text.utf8.count <= 256, let expected = try? formToken(for: cookie, nonce: nonce) else { return false }
        return SecretBytes.areEqual(Array(expected.utf8), Array(text.utf8))
    }

    private func formToken(for cookie: String, nonce: String) throws -> String {
        let signature = try SecretBytes.signature(of: Array("\(nonce).\(cookie)".utf8), key: formKey)
        return "\(nonce).\(HexadecimalText.of(signature))"
    }
}
