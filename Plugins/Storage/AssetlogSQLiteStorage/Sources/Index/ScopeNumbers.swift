#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Gives numbers to pairs of asset key and deployment; the pairs of one step are remembered.
struct ScopeNumbers {
    private struct Scope {
        var assetKey: [UInt8]
        var deployment: [UInt8]
        var number: Int64
    }

    private(set) var last: Int64
    /// By the hash of both texts, so that nothing is copied to find one.
    private var known: [Int: [Scope]] = [:]
    private let finder: ScopeFinder
    private let insert: Statement

    init(_ database: Connection) throws {
        last = try database.integer("SELECT scopes FROM progress") ?? 0
        finder = try ScopeFinder { try database.statement($0) }
        insert = try database.statement("INSERT INTO scopes (asset_key, deployment, scope) VALUES (?, ?, ?)")
    }

    /// The number of a pair; the empty asset key stands for all assets of the deployment.
    mutating func number(assetKey: UnsafeRawBufferPointer, deployment: UnsafeRawBufferPointer) throws -> Int64 {
        var hasher = Hasher()
        hasher.combine(bytes: assetKey)
        hasher.combine(bytes: deployment)
        let hash = hasher.finalize()
        let scope = known[hash]?.first { $0.assetKey.elementsEqual(assetKey) && $0.deployment.elementsEqual(deployment) }
        if let scope { return scope.number }
        let number = try stored(assetKey, deployment)
        known[hash, default: []].append(Scope(assetKey: Array(assetKey), deployment: Array(deployment), number: number))
        return number
    }

    /// The number of all assets of a deployment.
    mutating func number(ofDeployment deployment: UnsafeRawBufferPointer) throws -> Int64 {
        try number(assetKey: UnsafeRawBufferPointer(start: nil, count: 0), deployment: deployment)
    }

    private mutating func stored(_ assetKey: UnsafeRawBufferPointer, _ deployment: UnsafeRawBufferPointer) throws -> Int64 {
        if let number = try finder.number(assetKey: assetKey, deployment: deployment) { return number }
        last &+= 1
        try insert.bind(text: assetKey, at: 1)
        try insert.bind(text: deployment, at: 2)
        try insert.bind(last, at: 3)
        // The texts are only borrowed.
        defer { insert.clearBindings() }
        try insert.run()
        return last
    }
}
#endif
