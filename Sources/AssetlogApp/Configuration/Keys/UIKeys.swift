import AssetlogCatalog
import AssetlogCore

/// The keys under `ui`.
enum UIKeys {
    static let group = KeyGroup(section: "ui")

    static let enabled = group.optional(
        "enabled", .boolean, "Whether this server has pages for browsers. Default: true, but false without a catalog.")
    static let sessionKeyFile = group.optional(
        "session_key_file", .path,
        "A file with at least 32 random bytes that sign the sessions of browsers, the same for all replicas; default: session.key in"
            + " server.data.")

    static let all: [any DeclaredKey] = [enabled, sessionKeyFile]
}

extension UISettings {
    /// Reads the keys under `ui`; nil: there are to be no pages. What is wrong is noted.
    init?(_ ui: SectionValues, catalog: CatalogSettings?) {
        let isEnabled = ui[UIKeys.enabled]
        if isEnabled == true, !BuildFeatures.hasUI {
            ui.refuse(UIKeys.enabled, "needs a build with the package trait UI")
        } else if isEnabled == true, catalog == nil {
            ui.refuse(UIKeys.enabled, "needs the catalog, which the pages show; set catalog.enabled to true")
        }
        guard isEnabled ?? true, BuildFeatures.hasUI, catalog != nil else { return nil }
        self.init(sessionKeyFile: ui[UIKeys.sessionKeyFile])
    }
}
