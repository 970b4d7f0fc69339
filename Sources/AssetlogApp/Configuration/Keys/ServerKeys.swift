import AssetlogCore

/// The keys that the server itself declares, by section; plugins declare theirs.
enum ServerKeys {
    static let server = ServerSection(
        ListenerKeys.group, "The listener and its limits.", keys: ListenerKeys.all + TLSKeys.all + LimitKeys.all)
    static let log = ServerSection(
        LogKeys.group, "Messages on standard error, the access log and the audit log.", keys: LogKeys.all)
    static let auth = ServerSection(AuthKeys.group, "Who may report and read.", keys: AuthKeys.all)
    static let deployments = ServerSection(
        DeploymentKeys.group, "Names that can come before a route: /prod/report_asset_materialization/...",
        keys: DeploymentKeys.all)
    static let catalog = ServerSection(
        CatalogKeys.group, "What is known about every asset, folded from the log.", keys: CatalogKeys.all)
    static let ui = ServerSection(UIKeys.group, "Pages for browsers.", keys: UIKeys.all)
    static let retention = ServerSection(
        RetentionKeys.group, "Which events are removed from the log, and when.", keys: RetentionKeys.all)
    static let report = ServerSection(ReportKeys.group, "What reports can contain.", keys: ReportKeys.all)

    /// Every section but `storage` and `exporters`, whose keys come from the plugins.
    static let sections = [server, log, auth, deployments, report, catalog, ui, retention]

    /// `storage.type`, in addition to the sections of the plugins.
    static let storageType = KeyGroup(section: "storage").key(
        "type", .text, default: "sqlite", "The type of storage, as `assetlog plugins` lists.")

    /// `exporters.NAME.type`, in addition to the keys of the plugin.
    static let exporterType = ConfigurationKey.required(
        "type", .text, "The type of exporter, as `assetlog plugins` lists.")

    /// The key of an exporter's type with all its sections.
    static func exporterTypePath(of exporter: String) -> String { "exporters.\(exporter).\(exporterType.name)" }
}
