#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// A token as a row of `tokens.sqlite`.
enum TokenRow {
    static let columns =
        "id, hash, name, rights, assets, deployments, certificates, created_at, expires_at, revoked_at"
    static let insertion = "INSERT INTO tokens (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

    static func bind(_ token: TokenRecord, to statement: Statement) throws {
        try statement.bind(token.id, at: 1)
        try statement.bind(token.hash, at: 2)
        try statement.bind(token.grant.name, at: 3)
        try statement.bind(Int64(token.grant.rights.rawValue), at: 4)
        try statement.bind(CanonicalJSON.array(of: token.grant.assets.map(\.description)), at: 5)
        try statement.bind(CanonicalJSON.array(of: token.grant.deployments.map(\.description)), at: 6)
        try statement.bind(CanonicalJSON.array(of: token.certificateNames), at: 7)
        try statement.bind(token.createdAt.microseconds, at: 8)
        try statement.bind(token.expiresAt?.microseconds, at: 9)
        try statement.bind(token.revokedAt?.microseconds, at: 10)
    }

    /// Reads the row that a statement stands on.
    ///
    /// - Throws: ``StorageError`` when it holds what no release wrote: a scope that is passed over would grant too much.
    static func read(_ row: Statement, file: String) throws -> TokenRecord {
        let id = row.text(0)
        func damaged(_ what: String) -> StorageError {
            StorageError(
                .damaged,
                "\(file) is damaged: the \(what) of the token \(id) can't be read. Move the file away and create new tokens.")
        }
        func texts(_ column: Int, _ what: String) throws -> [String] {
            guard let texts = CanonicalJSON.strings(inArray: Array(row.bytes(column))) else { throw damaged(what) }
            return texts
        }
        func patterns(_ column: Int, _ what: String) throws -> [PartPattern] {
            try texts(column, what).map { text in
                guard let pattern = PartPattern(text) else { throw damaged(what) }
                return pattern
            }
        }
        guard row.bytes(1).count == 32 else { throw damaged("hash") }
        guard let rights = UInt8(exactly: row.integer(3)) else { throw damaged("rights") }
        return TokenRecord(
            id: id, hash: Array(row.bytes(1)),
            grant: AccessGrant(
                name: row.text(2), rights: AccessRights(rawValue: rights), assets: try patterns(4, "assets"),
                deployments: try patterns(5, "deployments")),
            certificateNames: try texts(6, "certificates"), createdAt: Timestamp(microseconds: row.integer(7)),
            expiresAt: time(row, 8), revokedAt: time(row, 9))
    }

    private static func time(_ row: Statement, _ column: Int) -> Timestamp? {
        row.isNull(column) ? nil : Timestamp(microseconds: row.integer(column))
    }
}
#endif
