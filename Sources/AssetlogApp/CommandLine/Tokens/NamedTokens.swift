import AssetlogCore

/// The tokens of a store, to be found by what an operator types: an ID, or a name.
struct NamedTokens {
    /// What was found.
    enum Finding {
        /// These may still be ended, the newest last.
        case open([TokenRecord])
        /// All of them were revoked before; the last of them.
        case revoked(TokenRecord)
    }

    private let records: [TokenRecord]
    private let now: Timestamp

    init(_ records: [TokenRecord], at now: Timestamp) {
        self.records = records
        self.now = now
    }

    /// Finds tokens that are not revoked, expired or not.
    ///
    /// - Throws: ``CommandFailure`` with the nearest name when there is none.
    func find(_ text: String) throws -> Finding {
        let byID = records.filter { $0.id == text }
        let found = byID.isEmpty ? records.filter { $0.grant.name == text } : byID
        guard let last = found.last else { throw unknown(text) }
        let open = found.filter { $0.revokedAt == nil }
        return open.isEmpty ? .revoked(last) : .open(open)
    }

    /// Finds the token that is rotated, and those of the same name that are valid at the same time.
    ///
    /// - Throws: ``CommandFailure`` when there is no valid one.
    func valid(_ text: String) throws -> (token: TokenRecord, others: [TokenRecord]) {
        guard case .open(let open) = try find(text), let token = open.last(where: { $0.isValid(at: now) }) else {
            throw CommandFailure(
                .failure, "the token \"\(text)\" is no longer valid; `assetlog token create` creates a new one")
        }
        let others = records.filter { $0.id != token.id && $0.grant.name == token.grant.name && $0.isValid(at: now) }
        return (token, others)
    }

    private func unknown(_ text: String) -> CommandFailure {
        let open = records.filter { $0.revokedAt == nil }
        let hint =
            ConfigurationError.nearest(to: text, among: open.map(\.grant.name)).map { "; did you mean \($0)?" }
            ?? "; `assetlog token list` lists all"
        return CommandFailure(.failure, "there is no token with the name or ID \"\(text)\"\(hint)")
    }
}
