import AssetlogCore

/// Copies the tokens of one storage into another.
enum CopiedTokens {
    /// Checks that both storages keep tokens.
    static func check(_ source: ConfiguredStorage, _ destination: ConfiguredStorage) throws {
        for storage in [source, destination] where storage.setup.openTokens == nil {
            throw CommandFailure(.failure, TokenSources.noStore(storage.name))
        }
    }

    /// Copies the tokens that are not there yet, and the ends of those that are; returns the line that tells it.
    static func copy(_ source: ConfiguredStorage, _ destination: ConfiguredStorage) async throws -> String {
        let tokens = try await TokenCommand.withStore(of: source) { try await $0.tokens() }
        return try await TokenCommand.withStore(of: destination) { store in
            let known = Dictionary(try await store.tokens().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            var (copied, ended) = (0, 0)
            for token in tokens {
                guard let other = known[token.id] else {
                    try await store.insert(token)
                    copied += 1
                    continue
                }
                guard other.hash == token.hash else {
                    throw CommandFailure(
                        .dataProblem, "the destination has another token with the ID \(token.id); revoke one of the two")
                }
                if let end = token.revokedAt, other.revokedAt == nil, try await store.revoke(token.id, at: end) { ended += 1 }
            }
            let rest = tokens.count - copied - ended
            return "tokens: \(copied) copied, \(ended) revoked there too, \(rest) already there\n"
        }
    }
}
