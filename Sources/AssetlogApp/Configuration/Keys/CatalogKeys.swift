import AssetlogCatalog
import AssetlogCore

/// The keys under `catalog`.
enum CatalogKeys {
    static let group = KeyGroup(section: "catalog")

    static let enabled = group.key(
        "enabled", .boolean, default: CatalogFactory.isCompiledIn,
        "Whether this server keeps a catalog, without which it has no answers about assets.")
    static let path = group.optional(
        "path", .path,
        "The catalog's file, one for each server, which is made again when it is not there; default: catalog.sqlite in server.data.")
    static let runningTimeout = group.key(
        "running_timeout", .duration(in: .seconds(1)...TimeSpan.longest), default: .seconds(86_400),
        "How long an asset is shown as running at most after a start that nothing has ended.")

    static let all: [any DeclaredKey] = [enabled, path, runningTimeout]
}

extension CatalogSettings {
    /// Reads the keys under `catalog`; nil: there is to be no catalog. What is wrong is noted.
    init?(_ catalog: SectionValues, dataDirectory: String) {
        guard catalog[CatalogKeys.enabled] else { return nil }
        guard CatalogFactory.isCompiledIn else {
            catalog.refuse(CatalogKeys.enabled, "needs a build with the package trait Catalog")
            return nil
        }
        self.init(
            path: catalog[CatalogKeys.path] ?? "\(dataDirectory)/catalog.sqlite",
            runningTimeout: catalog[CatalogKeys.runningTimeout])
    }
}
