#if Catalog
import AssetlogCore
import AssetlogSQLite

extension Catalog {
    package func assetNames(after name: AssetName?, limit: Int) async throws -> [AssetName] {
        try await answer { snapshot, _ in try AssetNames.read(snapshot.connection, after: name, limit: limit) }.value
    }
}

/// Reads the names of assets from a catalog's file.
enum AssetNames {
    static func read(_ connection: Connection, after name: AssetName?, limit: Int) throws -> [AssetName] {
        let rows = try connection.statement(
            "SELECT key, deployment FROM assets WHERE (deployment, key) > (?, ?) ORDER BY deployment, key LIMIT ?")
        try rows.bind(name?.deployment.text ?? "", at: 1)
        try rows.bind(name?.key.text ?? "", at: 2)
        try rows.bind(limit, at: 3)
        return try rows.rows { AssetName(AssetKey(canonical: $0.text(0)), in: $0.text(1)) }
    }
}
#endif
