import AssetlogCatalog

/// What was compiled into this build: the one place of the assembly that asks for package traits.
enum BuildFeatures {
    /// A package trait.
    struct Feature: Sendable {
        var name: String
        var summary: String
        var isCompiledIn: Bool
    }

    static var hasTLS: Bool {
        #if TLS
        true
        #else
        false
        #endif
    }

    static var hasUI: Bool {
        #if UI
        true
        #else
        false
        #endif
    }

    /// The traits that are on, but for those above and the catalog.
    private static let others: Set<String> = {
        var names: Set<String> = []
        #if SQLite
        names.insert("SQLite")
        #endif
        #if Postgres
        names.insert("Postgres")
        #endif
        #if Gzip
        names.insert("Gzip")
        #endif
        #if JSONLines
        names.insert("JSONLines")
        #endif
        #if Dagster
        names.insert("Dagster")
        #endif
        #if DagsterDatabase
        names.insert("DagsterDatabase")
        #endif
        #if OpenLineage
        names.insert("OpenLineage")
        #endif
        #if Webhook
        names.insert("Webhook")
        #endif
        #if OpenLineageReceiver
        names.insert("OpenLineageReceiver")
        #endif
        #if CloudEventsReceiver
        names.insert("CloudEventsReceiver")
        #endif
        #if DbtReceiver
        names.insert("DbtReceiver")
        #endif
        #if Delivery
        names.insert("Delivery")
        #endif
        return names
    }()

    private static func feature(_ name: String, _ summary: String) -> Feature {
        Feature(name: name, summary: summary, isCompiledIn: others.contains(name))
    }

    /// Every trait of the package, in the order of its manifest.
    static let all = [
        feature("SQLite", "the storage sqlite"),
        feature("Postgres", "the storage postgres"),
        Feature(name: "TLS", summary: "HTTPS", isCompiledIn: hasTLS),
        feature("Gzip", "requests with Content-Encoding: gzip"),
        feature("JSONLines", "the exporter jsonlines"),
        feature("Dagster", "the exporter dagster"),
        feature("DagsterDatabase", "the exporter dagster-database"),
        feature("OpenLineage", "the exporter openlineage"),
        feature("Webhook", "the exporter webhook"),
        feature("OpenLineageReceiver", "the receiver openlineage"),
        feature("CloudEventsReceiver", "the receiver cloudevents"),
        feature("DbtReceiver", "the receiver dbt"),
        Feature(name: "Catalog", summary: "what is known about every asset", isCompiledIn: CatalogFactory.isCompiledIn),
        Feature(name: "UI", summary: "the pages for browsers", isCompiledIn: hasUI),
        feature("Delivery", "assetlog report, and what sends over HTTP"),
    ]
}
