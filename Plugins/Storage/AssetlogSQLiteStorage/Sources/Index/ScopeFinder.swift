#if SQLite
internal import AssetlogSQLite

/// Finds the numbers that the index gives to pairs of asset key and deployment.
struct ScopeFinder {
    private let statement: Statement

    /// - Parameter prepare: Makes a statement of a connection to the index.
    init(_ prepare: (String) throws -> Statement) throws {
        statement = try prepare("SELECT scope FROM scopes WHERE asset_key = ? AND deployment = ?")
    }

    /// The number of a pair; nil: the index has no event of it. The empty asset key stands for all assets of the deployment.
    func number(assetKey: UnsafeRawBufferPointer, deployment: UnsafeRawBufferPointer) throws -> Int64? {
        try statement.bind(text: assetKey, at: 1)
        try statement.bind(text: deployment, at: 2)
        // The texts are only borrowed.
        defer {
            statement.reset()
            statement.clearBindings()
        }
        return try statement.step() ? statement.integer(0) : nil
    }

    /// The number of a pair, as ``number(assetKey:deployment:)-(UnsafeRawBufferPointer,_)`` has it.
    func number(assetKey: String, deployment: String) throws -> Int64? {
        var (assetKey, deployment) = (assetKey, deployment)
        return try assetKey.withUTF8 { assetKey in
            try deployment.withUTF8 { deployment in
                try number(assetKey: UnsafeRawBufferPointer(assetKey), deployment: UnsafeRawBufferPointer(deployment))
            }
        }
    }

    /// The number of all assets of a deployment.
    func number(ofDeployment deployment: UnsafeRawBufferPointer) throws -> Int64? {
        try number(assetKey: UnsafeRawBufferPointer(start: nil, count: 0), deployment: deployment)
    }
}
#endif
