import AssetlogAccess
import AssetlogCore

/// Where the tokens of a configuration come from, the first of them winning.
struct TokenSources: Sendable {
    /// Why a storage has no `assetlog token`, and what to do.
    static func noStore(_ storage: String) -> String {
        "the storage \(storage) keeps no tokens; list them in a file and name it in auth.tokens_file, or in the variable"
            + " ASSETLOG_AUTH_TOKENS"
    }

    /// The sources.
    let list: [any TokenSource]
    /// The storage's tokens; nil: it keeps none.
    let store: (any TokenStore)?

    /// Opens the sources of a configuration.
    static func open(_ configuration: ServerConfiguration) async throws -> TokenSources {
        var list: [any TokenSource] = []
        if let tokens = configuration.auth.tokens { list.append(FixedTokens(tokens, name: AuthKeys.tokens.path)) }
        if let path = configuration.auth.tokensFile { list.append(TokensFile(path)) }
        let store = try await configuration.storage.setup.openTokens?()
        if let store { list.append(StoredTokens(store)) }
        return TokenSources(list: list, store: store)
    }

    /// Every token with the name of its source.
    func tokens() async throws -> [(source: String, record: TokenRecord)] {
        var tokens: [(source: String, record: TokenRecord)] = []
        for source in list { tokens += try await source.tokens().map { (source.name, $0) } }
        return tokens
    }

    /// Closes the store.
    func close() async {
        await store?.close()
    }
}
