import AssetlogCatalog
import AssetlogCore

/// The keys under `retention`.
enum RetentionKeys {
    static let group = KeyGroup(section: "retention")

    static let rules = group.key(
        "rules", .sections, default: [],
        "What may be removed: assets, kinds, deployments, and keep_for, keep_last or both; the first match decides. [] removes nothing.")
    static let every = group.key(
        "every", .duration(in: .seconds(1)...TimeSpan.longest), default: .seconds(86_400), "The pause between two runs.")
    static let waitForExporters = group.key(
        "wait_for_exporters", .duration(in: .zero...TimeSpan.longest), default: .seconds(7 * 86_400),
        "How long old events stay for an exporter that has not read them; after that they are removed, with an error message.")
    static let identities = group.key(
        "identities", .duration(in: .seconds(3600)...TimeSpan.longest), default: .seconds(7 * 86_400),
        "How long the ID of a removed event stays known, so that a late retry is not recorded again.")

    static let all: [any DeclaredKey] = [rules, every, waitForExporters, identities]
}

extension RetentionSettings {
    /// Reads the keys under `retention`; nil: nothing is ever removed. What is wrong is noted.
    init?(_ retention: SectionValues, catalog: CatalogSettings?, storage: ConfiguredStorage?) {
        let problems = retention.problemCount
        var rules: [RetentionRule] = []
        do throws(ConfigurationError) {
            rules = try RetentionRuleReader.read(retention[RetentionKeys.rules])
        } catch {
            retention.refuse(RetentionKeys.rules, error.problem)
        }
        guard !rules.isEmpty, retention.problemCount == problems else { return nil }
        if catalog == nil {
            retention.refuse(RetentionKeys.rules, "need the catalog, which knows what must stay; set catalog.enabled to true")
        }
        if let storage, !storage.setup.canRemoveEvents {
            retention.refuse(RetentionKeys.rules, "can't be used with the storage \(storage.name), which can't remove events")
        }
        self.init(
            rules: rules, every: retention[RetentionKeys.every], waitForExporters: retention[RetentionKeys.waitForExporters],
            identities: retention[RetentionKeys.identities])
    }
}
