public import AssetlogCore

/// How assets are named as datasets, and the jobs that write and check them.
public struct DatasetNaming: Hashable, Sendable {
    /// The namespace of assets that no rule is about, and of all jobs.
    public var namespace: NamespaceTemplate
    /// The rules; the first that matches gives the namespace.
    public var rules: [NamespaceRule]

    /// Makes a naming.
    public init(namespace: NamespaceTemplate, rules: [NamespaceRule] = []) {
        self.namespace = namespace
        self.rules = rules
    }

    /// The dataset of an asset.
    public func dataset(of key: AssetKey, in deployment: String) -> DatasetName {
        let rule = rules.first { $0.matches(key, in: deployment) }
        return DatasetName(namespace: (rule?.namespace ?? namespace).namespace(of: deployment), assetKey: key)
    }

    /// The job that writes an asset. It has the name of the dataset, in the namespace that no rule changes.
    public func job(writing key: AssetKey, in deployment: String) -> LineageJob {
        let namespace = namespace.namespace(of: deployment)
        return LineageJob(namespace: namespace, name: DatasetName(namespace: namespace, assetKey: key).name)
    }

    /// The job that evaluates a check of an asset: `warehouse/orders#no_nulls`.
    public func job(checking key: AssetKey, check: String, in deployment: String) -> LineageJob {
        var job = job(writing: key, in: deployment)
        job.name += "#\(check)"
        return job
    }
}
