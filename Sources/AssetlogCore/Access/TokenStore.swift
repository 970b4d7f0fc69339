/// Keeps the tokens of a server: the part of a storage that can also be opened by itself.
///
/// `assetlog token` works on it while a server runs on the same data; see ``StorageSetup/openTokens``. The running
/// server asks for ``version()`` several times a second and reads ``tokens()`` again when it has changed.
public protocol TokenStore: Sendable {
    /// A number that changes with every change of the tokens, no matter who made it. Cheap: it is asked for all the time.
    func version() async throws -> Int64

    /// Every token, the revoked and expired ones too, oldest first.
    func tokens() async throws -> [TokenRecord]

    /// Keeps a new token; durable when it returns.
    ///
    /// - Throws: ``StorageError``, when it can't be kept or its identity is taken.
    func insert(_ token: TokenRecord) async throws

    /// Sets when a token ends; durable when it returns. An earlier end that was set before stays.
    ///
    /// - Returns: Whether there is a token of this identity.
    func revoke(_ id: String, at time: Timestamp) async throws -> Bool

    /// Keeps a new token and lets an old one expire at a time, both or neither; durable when it returns. An earlier
    /// expiry of the old one stays.
    ///
    /// - Returns: Whether there is an old token of this identity; when there is none, nothing is kept.
    func replace(_ id: String, expiringAt time: Timestamp, by token: TokenRecord) async throws -> Bool

    /// Frees what the store holds. A second call does nothing; every other call after it throws.
    func close() async
}
