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
        Feature(name: "TLS", summary: "HTTPS", isCompiledIn: hasTLS),
        Feature(name: "Gzip", summary: "requests with Content-Encoding: gzip", isCompiledIn: hasGzip),
        Feature(name: "JSONLines", summary: "the exporter jsonlines", isCompiledIn: hasJSONLines),
        Feature(name: "Catalog", summary: "what is known about every asset", isCompiledIn: hasCatalog),
        Feature(name: "UI", summary: "the pages for browsers", isCompiledIn: hasUI),
        Feature(name: "Delivery", summary: "assetlog report, and what sends over HTTP", isCompiledIn: hasDelivery),
    ]
}
