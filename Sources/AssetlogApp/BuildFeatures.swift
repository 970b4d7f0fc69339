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

    static var hasGzip: Bool {
        #if Gzip
        true
        #else
        false
        #endif
    }

    static var hasSQLite: Bool {
        #if SQLite
        true
        #else
        false
        #endif
    }

    static var hasJSONLines: Bool {
        #if JSONLines
        true
        #else
        false
        #endif
    }

    static var hasDelivery: Bool {
        #if Delivery
        true
        #else
        false
        #endif
    }

    private static var hasPostgres: Bool {
        #if Postgres
        true
        #else
        false
        #endif
    }

    private static var hasDagster: Bool {
        #if Dagster
        true
        #else
        false
        #endif
    }

    private static var hasDagsterDatabase: Bool {
        #if DagsterDatabase
        true
        #else
        false
        #endif
    }

    private static var hasOpenLineage: Bool {
        #if OpenLineage
        true
        #else
        false
        #endif
    }

    private static var hasWebhook: Bool {
        #if Webhook
        true
        #else
        false
        #endif
    }

    private static var hasOpenLineageReceiver: Bool {
        #if OpenLineageReceiver
        true
        #else
        false
        #endif
    }

    private static var hasCloudEventsReceiver: Bool {
        #if CloudEventsReceiver
        true
        #else
        false
        #endif
    }

    private static var hasDbtReceiver: Bool {
        #if DbtReceiver
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

    static var hasCatalog: Bool { CatalogFactory.isCompiledIn }

    /// Every trait of the package, in the order of its manifest.
    static let all = [
        Feature(name: "SQLite", summary: "the storage sqlite", isCompiledIn: hasSQLite),
        Feature(name: "Postgres", summary: "the storage postgres", isCompiledIn: hasPostgres),
        Feature(name: "TLS", summary: "HTTPS", isCompiledIn: hasTLS),
        Feature(name: "Gzip", summary: "requests with Content-Encoding: gzip", isCompiledIn: hasGzip),
        Feature(name: "JSONLines", summary: "the exporter jsonlines", isCompiledIn: hasJSONLines),
        Feature(name: "Dagster", summary: "the exporter dagster", isCompiledIn: hasDagster),
        Feature(name: "DagsterDatabase", summary: "the exporter dagster-database", isCompiledIn: hasDagsterDatabase),
        Feature(name: "OpenLineage", summary: "the exporter openlineage", isCompiledIn: hasOpenLineage),
        Feature(name: "Webhook", summary: "the exporter webhook", isCompiledIn: hasWebhook),
        Feature(name: "OpenLineageReceiver", summary: "the receiver openlineage", isCompiledIn: hasOpenLineageReceiver),
        Feature(name: "CloudEventsReceiver", summary: "the receiver cloudevents", isCompiledIn: hasCloudEventsReceiver),
        Feature(name: "DbtReceiver", summary: "the receiver dbt", isCompiledIn: hasDbtReceiver),
        Feature(name: "Catalog", summary: "what is known about every asset", isCompiledIn: hasCatalog),
        Feature(name: "UI", summary: "the pages for browsers", isCompiledIn: hasUI),
        Feature(name: "Delivery", summary: "assetlog report, and what sends over HTTP", isCompiledIn: hasDelivery),
    ]
}
