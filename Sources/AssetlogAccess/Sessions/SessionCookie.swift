import AssetlogCore

/// What the cookie of a session says: which token it stands for, and how long. Never the token.
///
/// As text: `1.ID.SECONDS.BINDING`, behind which ``SessionSigner`` puts a dot and its signature.
package struct SessionCookie: Hashable, Sendable {
    /// The name of the cookie.
    package static let name = "assetlog_session"
    /// What the value begins with; another form of it will begin otherwise.
    private static let version = "1"

    /// The public part of the token.
    let tokenID: String
    /// When the session ends, in seconds since the Unix epoch.
    let expirySeconds: Int64
    /// Binds the session to the token's very record, as hexadecimal digits: a new secret under the same ID ends it.
    let binding: String

    init(tokenID: String, expirySeconds: Int64, binding: String) {
        (self.tokenID, self.expirySeconds, self.binding) = (tokenID, expirySeconds, binding)
    }

    /// Reads the text; nil when it has not its form.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, parts[0] == Self.version, TokenText.isIdentity(parts[1]), let seconds = Int64(parts[2]),
            Self.representable.contains(seconds)
        else { return nil }
        self.init(tokenID: parts[1], expirySeconds: seconds, binding: parts[3])
    }

    private static let representable = 0...Int64.max / 1_000_000

    /// The text, without a signature.
    var text: String { "\(Self.version).\(tokenID).\(expirySeconds).\(binding)" }

    /// When the session ends.
    var expiresAt: Timestamp { Timestamp(microseconds: expirySeconds * 1_000_000) }
}
