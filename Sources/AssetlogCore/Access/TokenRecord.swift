/// What is kept of a token: everything but the secret itself.
public struct TokenRecord: Hashable, Sendable {
    /// The public part, which the token is looked up by: 1 to 64 of `[0-9A-Za-z]`.
    public var id: String
    /// The SHA-256 of the whole token text; 32 bytes.
    public var hash: [UInt8]
    /// What the token allows, under its name.
    public var grant: AccessGrant
    /// The subject alternative names of client certificates that stand for the token: `DNS:worker.example.com`.
    public var certificateNames: [String]
    /// When it was made.
    public var createdAt: Timestamp
    /// From when on it is worth nothing; nil: never.
    public var expiresAt: Timestamp?
    /// When it was revoked; nil: it was not.
    public var revokedAt: Timestamp?

    /// Makes a record.
    public init(
        id: String, hash: [UInt8], grant: AccessGrant, certificateNames: [String] = [], createdAt: Timestamp,
        expiresAt: Timestamp? = nil, revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.hash = hash
        self.grant = grant
        self.certificateNames = certificateNames
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }

    /// Whether the token is valid at a time.
    public func isValid(at time: Timestamp) -> Bool {
        revokedAt == nil && (expiresAt.map { time < $0 } ?? true)
    }
}
