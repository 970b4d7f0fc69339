#if Postgres
import AssetlogPostgres
internal import AssetlogCore

/// The tokens, in the table `tokens`: every server of the log sees a change at its next look.
final class TokenTable: TokenStore {
    private let pool: ConnectionPool

    private static let columns =
        "id, hash, name, rights, assets, deployments, certificates, created_at, expires_at, revoked_at"

    init(_ pool: ConnectionPool) {
        self.pool = pool
    }

    func version() async throws -> Int64 {
        try await pool.run("SELECT version FROM {schema}.token_changes") { $0.integer(0, 0) }
    }

    func tokens() async throws -> [TokenRecord] {
        try await pool.run(
            """
            SELECT id, hash, name, rights, created_at, expires_at, revoked_at,
                array_to_json(assets)::text, array_to_json(deployments)::text, array_to_json(certificates)::text
            FROM {schema}.tokens ORDER BY number
            """
        ) { rows in try (0..<rows.count).map { try TokenRow.read(rows, $0) } }
    }

    func insert(_ token: TokenRecord) async throws {
        let isNew = try await pool.run(
            """
            WITH made AS (\(Self.insertion(startingAt: 1)) ON CONFLICT (id) DO NOTHING RETURNING 1), \(Self.change("made"))
            SELECT count(*) FROM made
            """, { TokenRow.append(token, to: &$0) }
        ) { $0.integer(0, 0) == 1 }
        guard isNew else {
            throw StorageError(.unavailable, "A token with the ID \(token.id) already exists. Create another one.")
        }
    }

    func revoke(_ id: String, at time: Timestamp) async throws -> Bool {
        try await pool.run(
            "WITH ended AS (\(Self.end("revoked_at"))), \(Self.change("ended")) SELECT count(*) FROM ended",
            { parameters in
                parameters.append(id)
                parameters.append(time)
            }
        ) { $0.integer(0, 0) == 1 }
    }

    func replace(_ id: String, expiringAt time: Timestamp, by token: TokenRecord) async throws -> Bool {
        try await pool.run(
            """
            WITH ended AS (\(Self.end("expires_at"))),
            made AS (\(Self.insertion(startingAt: 3, from: "ended"))), \(Self.change("ended"))
            SELECT count(*) FROM ended
            """,
            { parameters in
                parameters.append(id)
                parameters.append(time)
                TokenRow.append(token, to: &parameters)
            }
        ) { $0.integer(0, 0) == 1 }
    }

    func close() async {
        pool.close()
    }

    // MARK: Statements

    private static func insertion(startingAt first: Int, from source: String? = nil) -> String {
        let values = (0..<10).map { index in
            // Lists come as JSON, which every release of PostgreSQL turns into arrays in one way.
            [4, 5, 6].contains(index)
                ? "ARRAY(SELECT json_array_elements_text($\(first + index)::json))" : "$\(first + index)"
        }
        return """
            INSERT INTO {schema}.tokens (\(columns))
            SELECT \(values.joined(separator: ", ")) \(source.map { "FROM \($0)" } ?? "")
            """
    }

    /// An earlier end that was set before stays.
    private static func end(_ column: String) -> String {
        "UPDATE {schema}.tokens SET \(column) = least(coalesce(\(column), $2), $2) WHERE id = $1 RETURNING 1 AS one"
    }

    private static func change(_ source: String) -> String {
        """
        changed AS (
            UPDATE {schema}.token_changes SET version = version + 1 WHERE EXISTS (SELECT FROM \(source)) RETURNING 1)
        """
    }
}
#endif
