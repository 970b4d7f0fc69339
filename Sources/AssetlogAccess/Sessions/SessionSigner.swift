package import AssetlogCore
internal import AssetlogCrypto

/// Makes the cookies of sessions and recognizes its own, by a key that all replicas of a server share.
///
/// Each purpose has a key of its own, so that what was signed for one is worth nothing for another.
package struct SessionSigner: Sendable, CustomStringConvertible, CustomReflectable {
    /// The fewest bytes of a key that can't be guessed.
    package static let minimumKeyBytes = 32
    /// The longest time that a session lasts, in seconds.
    package static let longestSeconds: Int64 = 12 * 3600
    /// The longest value of a cookie that is looked at.
    private static let longestCookie = 256
    private static let bindingBytes = 16

    private let cookieKey: [UInt8]
    private let bindingKey: [UInt8]
    let formKey: [UInt8]

    /// Makes a signer.
    ///
    /// - Parameter key: At least ``minimumKeyBytes`` bytes, which who opens the key checks.
    /// - Throws: `CryptoError` when OpenSSL can't compute a signature.
    package init(key: [UInt8]) throws {
        cookieKey = try SecretBytes.signature(of: Array("assetlog session cookie".utf8), key: key)
        bindingKey = try SecretBytes.signature(of: Array("assetlog session binding".utf8), key: key)
        formKey = try SecretBytes.signature(of: Array("assetlog form".utf8), key: key)
    }

    /// Makes a key that nobody else has.
    ///
    /// - Throws: `CryptoError` when OpenSSL has no random bytes.
    package static func randomKey() throws -> [UInt8] { try SecretBytes.random(minimumKeyBytes) }

    /// `<redacted>`.
    package var description: String { "<redacted>" }
    /// No children.
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    // MARK: Cookies

    /// Begins the session of a person who has shown a token; it ends with the token, and after twelve hours.
    ///
    /// - Throws: `CryptoError` when OpenSSL can't compute a signature.
    package func session(for token: TokenRegistry.Entry, at now: Timestamp) throws -> Session {
        let longest = now.microseconds / 1_000_000 + Self.longestSeconds
        let seconds = min(longest, token.record.expiresAt.map { $0.microseconds / 1_000_000 } ?? longest)
        let cookie = SessionCookie(tokenID: token.record.id, expirySeconds: seconds, binding: try binding(token.record))
        let signature = try HexadecimalText.of(sign(cookie.text))
        return Session(expiresAt: cookie.expiresAt, cookie: Secret("\(cookie.text).\(signature)"))
    }

    /// What the value of a cookie says; nil when it was not signed by this key, or has expired.
    func verify(_ value: String, at now: Timestamp) -> SessionCookie? {
        guard value.utf8.count <= Self.longestCookie, let dot = value.lastIndex(of: "."),
            let signature = try? sign(String(value[..<dot])),
            // As texts, so that there is one way to write a signature.
            SecretBytes.areEqual(Array(HexadecimalText.of(signature).utf8), Array(value[dot...].utf8.dropFirst())),
            let cookie = SessionCookie(String(value[..<dot])), now < cookie.expiresAt
        else { return nil }
        return cookie
    }

    /// Whether a session was begun with this very record of its token.
    func isBound(_ cookie: SessionCookie, to record: TokenRecord) -> Bool {
        guard cookie.tokenID == record.id, let binding = try? binding(record) else { return false }
        return SecretBytes.areEqual(Array(binding.utf8), Array(cookie.binding.utf8))
    }

    private func binding(_ record: TokenRecord) throws -> String {
        HexadecimalText.of(try SecretBytes.signature(of: record.hash, key: bindingKey).prefix(Self.bindingBytes))
    }

    private func sign(_ text: String) throws -> [UInt8] {
        try SecretBytes.signature(of: Array(text.utf8), key: cookieKey)
    }
}

/// Bytes as hexadecimal digits in lower case.
enum HexadecimalText {
    private static let digits = Array("0123456789abcdef".utf8)

    static func of(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xf)]] }, as: UTF8.self)
    }
}
