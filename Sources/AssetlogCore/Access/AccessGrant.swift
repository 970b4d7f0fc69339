/// What a reporter or reader was granted: its name, its rights, and what they reach.
public struct AccessGrant: Hashable, Sendable {
    /// The name of the token; it stands in each event as `reported_by`.
    public var name: String
    /// What may be done. Empty: nothing.
    public var rights: AccessRights
    /// The assets that the rights reach; empty: every asset.
    public var assets: [PartPattern]
    /// The deployments that the rights reach; empty: every deployment. The parts of a name are those between slashes.
    public var deployments: [PartPattern]

    /// Makes a grant.
    public init(
        name: String, rights: AccessRights, assets: [PartPattern] = [], deployments: [PartPattern] = []
    ) {
        self.name = name
        self.rights = rights
        self.assets = assets
        self.deployments = deployments
    }

    /// Whether the rights reach every asset.
    public var coversEveryAsset: Bool { assets.isEmpty || assets.contains(where: \.matchesEverything) }

    /// Whether the rights reach every deployment.
    public var coversEveryDeployment: Bool { deployments.isEmpty || deployments.contains(where: \.matchesEverything) }

    /// Whether the rights reach every asset of every deployment.
    package var isUnlimited: Bool { coversEveryAsset && coversEveryDeployment }

    /// Whether the rights reach an asset, given by its key's canonical JSON text.
    public func covers(canonicalKey key: UnsafeRawBufferPointer) -> Bool {
        assets.isEmpty || assets.contains { $0.matches(canonicalKey: key) }
    }

    /// Whether the rights reach an asset.
    public func covers(_ key: AssetKey) -> Bool {
        var text = key.canonical
        return text.withUTF8 { covers(canonicalKey: UnsafeRawBufferPointer($0)) }
    }

    /// Whether the rights reach a deployment.
    public func covers(deployment: String) -> Bool {
        guard !deployments.isEmpty else { return true }
        let parts = Array(deployment.utf8).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return deployments.contains { $0.matches(parts) }
    }

    /// Whether this grant allows an action in a deployment, on whatever asset.
    public func allows(_ right: AccessRights, deployment: String) -> Bool {
        rights.isSuperset(of: right) && covers(deployment: deployment)
    }
}
