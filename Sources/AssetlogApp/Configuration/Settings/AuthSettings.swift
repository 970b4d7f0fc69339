import AssetlogCore

/// Who may report and read.
struct AuthSettings: Hashable, Sendable {
    /// Whether every request but the probes needs a token.
    var isRequired: Bool
    /// A file of further tokens; an absolute path.
    var tokensFile: String?
    /// Further tokens of the configuration itself; nil: it has none.
    var tokens: [TokenRecord]?
}

extension AuthSettings {
    /// Reads the keys under `auth`. What is wrong is noted.
    init(_ auth: SectionValues, isLoopback: Bool) {
        self.init(
            isRequired: auth[AuthKeys.required] ?? !isLoopback, tokensFile: auth[AuthKeys.tokensFile],
            tokens: Self.tokens(auth))
    }

    private static func tokens(_ auth: SectionValues) -> [TokenRecord]? {
        guard let text = auth[AuthKeys.tokens] else { return nil }
        let list = TokenListReader.check(text.revealed, file: AuthKeys.tokens.path)
        for error in list.problems { auth.note(error) }
        return list.records
    }
}
