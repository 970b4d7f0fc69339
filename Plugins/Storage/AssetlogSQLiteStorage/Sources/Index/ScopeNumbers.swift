#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Gives numbers to pairs of asset key and deployment; the pairs of one step are remembered.
struct ScopeNumbers {
    private struct Scope: Hashable {
        var assetKey: [UInt8]
        var deployment: [UInt8]
    }

    private(set) var last: Int64
    private var known: [Scope: Int64] = [:]
    private let find: Statement
    private let insert: Statement

    init(_ database: Connection) throws {
        last = try database.integer("SELECT scopes FROM progress") ?? 0
        find = try database.statement("SELECT scope FROM scopes WHERE asset_key = ? AND deployment = ?")
        insert = try database.statement("INSERT INTO scopes (asset_key, deployment, scope) VALUES (?, ?, ?)")
    }

    /// The number of a pair; the empty asset key stands for all assets of the deployment.
    mutating func number(assetKey: [UInt8], deployment: [UInt8]) throws -> Int64 {
        let scope = Scope(assetKey: assetKey, deployment: deployment)
        if let number = known[scope] { return number }
        let number = try stored(scope)
        known[scope] = number
        return number
    }

    private mutating func stored(_ scope: Scope) throws -> Int64 {
        try scope.assetKey.withUnsafeBytes { assetKey in
            try scope.deployment.withUnsafeBytes { deployment in
                try find.bind(text: assetKey, at: 1)
                try find.bind(text: deployment, at: 2)
                if try find.step() {
                    defer { find.reset() }
                    return find.integer(0)
                }
                last &+= 1
                try insert.bind(text: assetKey, at: 1)
                try insert.bind(text: deployment, at: 2)
                try insert.bind(last, at: 3)
                try insert.run()
                return last
            }
        }
    }
}
#endif
