#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres

/// A token as a row of the table `tokens`.
enum TokenRow {
    static func append(_ token: TokenRecord, to parameters: inout Parameters) {
        parameters.append(token.id)
        parameters.append(token.hash)
        parameters.append(token.grant.name)
        parameters.append(Int64(token.grant.rights.rawValue))
        parameters.append(CanonicalJSON.array(of: token.grant.assets.map(\.description)))
        parameters.append(CanonicalJSON.array(of: token.grant.deployments.map(\.description)))
        parameters.append(CanonicalJSON.array(of: token.certificateNames))
        parameters.append(token.createdAt)
        parameters.append(token.expiresAt)
        parameters.append(token.revokedAt)
    }

    /// Reads a row.
    ///
    /// - Throws: ``StorageError`` when it holds what no release wrote: a scope that is passed over would grant too much.
    static func read(_ rows: Rows, _ row: Int) throws -> TokenRecord {
        let id = rows.text(row, 0)
        func damaged(_ what: String) -> StorageError {
            StorageError(.damaged, "The \(what) of the token \(id) in PostgreSQL can't be read. Revoke it and create another.")
        }
        func texts(_ column: Int, _ what: String) throws -> [String] {
            guard let texts = CanonicalJSON.strings(inArray: Array(rows.bytes(row, column))) else { throw damaged(what) }
            return texts
        }
        func patterns(_ column: Int, _ what: String) throws -> [PartPattern] {
            try texts(column, what).map { text in
                guard let pattern = PartPattern(text) else { throw damaged(what) }
                return pattern
            }
        }
        guard let rights = UInt8(exactly: rows.integer(row, 3)) else { throw damaged("rights") }
        return TokenRecord(
            id: id, hash: Array(rows.bytes(row, 1)),
            grant: AccessGrant(
                name: rows.text(row, 2), rights: AccessRights(rawValue: rights), assets: try patterns(7, "assets"),
                deployments: try patterns(8, "deployments")),
            certificateNames: try texts(9, "certificates"), createdAt: rows.time(row, 4),
            expiresAt: rows.optionalTime(row, 5), revokedAt: rows.optionalTime(row, 6))
    }
}
#endif
