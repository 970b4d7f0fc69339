public import AssetlogCore
import AssetlogCrypto

/// The form of a token: `al_ID_SECRET`, both of `[0-9A-Za-z]`, the secret at least 43 characters (256 bits).
public enum TokenText {
    /// What every token begins with, so that scanners of repositories can find one that was committed.
    public static let prefix = "al_"
    static let identityLengths = 1...64
    static let secretLengths = 43...256

    /// The range of the identity in the bytes of a token; nil when they have not its form.
    static func identity(in token: UnsafeRawBufferPointer) -> Range<Int>? {
        guard token.count <= 3 + identityLengths.upperBound + 1 + secretLengths.upperBound,
            token.starts(with: prefix.utf8),
            let separator = token[3...].firstIndex(of: UInt8(ascii: "_")),
            identityLengths.contains(separator - 3), secretLengths.contains(token.count - separator - 1),
            token[3..<separator].allSatisfy(isPlain), token[(separator + 1)...].allSatisfy(isPlain)
        else { return nil }
        return 3..<separator
    }

    /// The identity of a token; nil when the text has not its form.
    public static func identity(of token: Secret) -> String? {
        var text = token.revealed
        return text.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            return identity(in: bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
        }
    }

    /// Whether a text can be the public part of a token.
    public static func isIdentity(_ text: String) -> Bool {
        identityLengths.contains(text.utf8.count) && text.utf8.allSatisfy(isPlain)
    }

    /// The SHA-256 of a token's whole text.
    ///
    /// - Throws: `CryptoError` when OpenSSL has no SHA-256.
    public static func hash(of token: Secret) throws -> [UInt8] {
        try MessageDigest(.sha256).digest(of: Array(token.revealed.utf8))
    }

    /// A text in which every token is replaced, for messages about what was written.
    public static func redacting(_ text: String) -> String {
        text.replacing(/al_[0-9A-Za-z]+(_[0-9A-Za-z]*)?/) { match in
            match.output.0.utf8.count < 20 ? String(match.output.0) : "<redacted>"
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}

/// A token that was just made: the one moment in which its text exists in this process.
public struct NewToken: Sendable {
    /// The public part.
    public let id: String
    /// The whole text, to be shown once.
    public let text: Secret
    /// The SHA-256 of the text.
    public let hash: [UInt8]

    /// Makes a token from the random bytes of OpenSSL.
    ///
    /// - Throws: `CryptoError` when there are none.
    public init() throws {
        let id = try RandomText.characters(12)
        let secret = try RandomText.characters(43)
        let text = Secret(TokenText.prefix + id + "_" + secret)
        (self.id, self.text, self.hash) = (id, text, try TokenText.hash(of: text))
    }
}
