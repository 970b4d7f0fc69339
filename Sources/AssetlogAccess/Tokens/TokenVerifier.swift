public import AssetlogCore
internal import AssetlogCrypto

/// Looks tokens up for one event loop. Confined to it.
public final class TokenVerifier {
    private let registry: TokenRegistry
    private let hash: MessageDigest
    private var version: Int
    private var snapshot: TokenRegistry.Snapshot

    /// Makes a verifier.
    ///
    /// - Throws: `CryptoError` when OpenSSL has no SHA-256.
    public init(_ registry: TokenRegistry) throws {
        self.registry = registry
        hash = try MessageDigest(.sha256)
        version = registry.currentVersion
        snapshot = registry.current
    }

    private func refresh() {
        let current = registry.currentVersion
        guard current != version else { return }
        version = current
        snapshot = registry.current
    }

    /// The grant of a token that was sent; nil when it is none, or expired, or revoked.
    public func grant(ofToken token: UnsafeRawBufferPointer, at now: Timestamp) -> AccessGrant? {
        entry(ofToken: token, at: now)?.record.grant
    }

    /// The grant that a verified client certificate stands for, by the first of its names that a token has.
    public func grant(ofCertificate names: [String], at now: Timestamp) -> AccessGrant? {
        entry(ofCertificate: names, at: now)?.record.grant
    }

    /// The valid token that was sent; nil when it is none, or expired, or revoked.
    func entry(ofToken token: UnsafeRawBufferPointer, at now: Timestamp) -> TokenRegistry.Entry? {
        refresh()
        guard let identity = TokenText.identity(in: token),
            let entry = snapshot.entry(identity: UnsafeRawBufferPointer(rebasing: token[identity]))
        else { return nil }
        let isRight = hash.withDigest(of: token) { digest in
            entry.record.hash.withUnsafeBytes { SecretBytes.areEqual(digest, $0) }
        }
        return isRight == true && entry.record.isValid(at: now) ? entry : nil
    }

    /// The valid token with a public part, for who has shown it before.
    func entry(ofID id: String, at now: Timestamp) -> TokenRegistry.Entry? {
        refresh()
        var id = id
        let entry = id.withUTF8 { snapshot.entry(identity: UnsafeRawBufferPointer($0)) }
        return entry.flatMap { $0.record.isValid(at: now) ? $0 : nil }
    }

    /// The valid token that a verified client certificate stands for, by the first of its names that a token has.
    func entry(ofCertificate names: [String], at now: Timestamp) -> TokenRegistry.Entry? {
        refresh()
        return names.lazy.compactMap { self.snapshot.entry(certificateName: $0, validAt: now) }.first
    }
}

@available(*, unavailable)
extension TokenVerifier: Sendable {}
