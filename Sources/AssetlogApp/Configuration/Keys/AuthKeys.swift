import AssetlogCore

/// The keys under `auth`.
enum AuthKeys {
    static let group = KeyGroup(section: "auth")

    static let required = group.optional(
        "required", .boolean, "Requires a token for every request except the probes. Default: true, but false on loopback.")
    static let tokensFile = group.optional("tokens_file", .path, "A file of tokens, YAML, that is reread when it changes.")
    static let tokens = group.optional(
        "tokens", .secret, "Tokens, as the text of such a file; meant for ASSETLOG_AUTH_TOKENS.")

    static let all: [any DeclaredKey] = [required, tokensFile, tokens]
}
