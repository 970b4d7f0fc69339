// swift-tools-version: 6.2
import PackageDescription

// One loop of compiler settings for every target. Warnings are errors on CI only, so that a newer compiler's
// new warning never stops a user's build.
let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),  // SE-0335
        .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
        .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    ] + (Context.environment["CI"] == "true" ? [.treatAllWarnings(as: .error)] : [])

/// A plugin: a directory with `Sources` and `Tests`, which sees only the public API of what it depends on.
func plugin(_ name: String, in kind: String, dependencies: [Target.Dependency] = []) -> [Target] {
    [
        .target(
            name: name,
            dependencies: ["AssetlogCore", logging] + dependencies,
            path: "Plugins/\(kind)/\(name)/Sources",
            packageAccess: false),
        .testTarget(
            name: "\(name)Tests",
            dependencies: ["AssetlogCore", "AssetlogTesting", .init(stringLiteral: name), logging] + dependencies,
            path: "Plugins/\(kind)/\(name)/Tests",
            packageAccess: false),
    ]
}

/// A target of `Sources` and, unless `tests` is nil, the tests of it, which may also use what it stands on.
func target(
    _ name: String, on dependencies: [Target.Dependency], tests: [Target.Dependency]? = []
) -> [Target] {
    let own = Target.target(name: name, dependencies: dependencies)
    guard let tests else { return [own] }
    return [own, .testTarget(name: "\(name)Tests", dependencies: [.init(stringLiteral: name)] + dependencies + tests)]
}

/// A target that is there with a trait only.
func library(_ name: String, trait: String) -> Target.Dependency {
    .target(name: name, condition: .when(traits: [trait]))
}

func nio(_ product: String) -> Target.Dependency { .product(name: product, package: "swift-nio") }
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")

let package = Package(
    name: "assetlog",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "assetlog", targets: ["assetlog"]),
        .library(name: "AssetlogCore", targets: ["AssetlogCore"]),
        .library(name: "AssetlogCrypto", targets: ["AssetlogCrypto"]),
        .library(name: "AssetlogGzip", targets: ["AssetlogGzip"]),
        .library(name: "AssetlogDelivery", targets: ["AssetlogDelivery"]),
        .library(name: "AssetlogSQLite", targets: ["AssetlogSQLite"]),
        .library(name: "AssetlogPostgres", targets: ["AssetlogPostgres"]),
        .library(name: "AssetlogOpenLineage", targets: ["AssetlogOpenLineage"]),
        .library(name: "AssetlogResults", targets: ["AssetlogResults"]),
        .library(name: "AssetlogClient", targets: ["AssetlogClient"]),
        .library(name: "AssetlogApp", targets: ["AssetlogApp"]),
        .library(name: "AssetlogStandardPlugins", targets: ["AssetlogStandardPlugins"]),
        .library(name: "AssetlogTesting", targets: ["AssetlogTesting"]),
    ],
    traits: [
        .trait(name: "SQLite", description: "The embedded storage `sqlite`, the default (libsqlite3)."),
        .trait(name: "Postgres", description: "The storage `postgres`, which several servers share (libpq)."),
        .trait(name: "TLS", description: "HTTPS over the system's OpenSSL (libssl)."),
        .trait(name: "Gzip", description: "Requests with Content-Encoding: gzip, and compressed files (zlib)."),
        .trait(name: "JSONLines", description: "The exporter `jsonlines`: events as lines of JSON in rotated files."),
        .trait(
            name: "Dagster", description: "The exporter `dagster`: events as reports to a Dagster webserver or Dagster+.",
            enabledTraits: ["Delivery"]),
        .trait(
            name: "DagsterDatabase", description: "The exporter `dagster-database`: events as rows of Dagster's PostgreSQL storage.",
            enabledTraits: ["Postgres"]),
        .trait(
            name: "OpenLineage", description: "The exporter `openlineage`: events for OpenLineage backends.",
            enabledTraits: ["Delivery"]),
        .trait(
            name: "Webhook", description: "The exporter `webhook`: events as CloudEvents, Standard Webhooks or chat messages.",
            enabledTraits: ["Delivery"]),
        .trait(
            name: "OpenLineageReceiver", description: "The receiver `openlineage`: what Spark, Airflow, Flink and dbt-ol send."),
        .trait(name: "CloudEventsReceiver", description: "The receiver `cloudevents`: CloudEvents of other servers and tools."),
        .trait(name: "DbtReceiver", description: "The receiver `dbt`: the result files of dbt, uploaded."),
        .trait(
            name: "Catalog", description: "The catalog: what is known about every asset, in an SQLite file of its own.",
            enabledTraits: ["SQLite"]),
        .trait(
            name: "UI", description: "The pages for browsers: what the catalog knows, for people.", enabledTraits: ["Catalog"]),
        .trait(name: "Delivery", description: "Outbound HTTP over libcurl: `assetlog report` and the client library."),
        .default(enabledTraits: [
            "SQLite", "Postgres", "TLS", "Gzip", "JSONLines", "Delivery", "Dagster", "DagsterDatabase", "OpenLineage", "Webhook",
            "OpenLineageReceiver", "CloudEventsReceiver", "DbtReceiver", "Catalog", "UI",
        ]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The operating system's libraries. A module map and a shim for macros; nothing else is C.
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CAllocator"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        .target(
            name: "TestSupport", dependencies: [logging, nio("NIOCore"), httpTypes, hummingbird], path: "Tests/Support"),
        .target(name: "ScriptedServer", dependencies: ["AssetlogCore"], path: "Tests/ScriptedServer"),
        .executableTarget(name: "assetlog", dependencies: ["AssetlogApp", "AssetlogStandardPlugins"]),
        .target(
            name: "AssetlogStandardPlugins",
            dependencies: [
                "AssetlogCore", "AssetlogMemoryStorage",
                library("AssetlogSQLiteStorage", trait: "SQLite"), library("AssetlogPostgresStorage", trait: "Postgres"),
                library("AssetlogJSONLinesExporter", trait: "JSONLines"), library("AssetlogDagsterExporter", trait: "Dagster"),
                library("AssetlogDagsterDatabaseExporter", trait: "DagsterDatabase"),
                library("AssetlogOpenLineageExporter", trait: "OpenLineage"), library("AssetlogWebhookExporter", trait: "Webhook"),
                library("AssetlogOpenLineageReceiver", trait: "OpenLineageReceiver"),
                library("AssetlogCloudEventsReceiver", trait: "CloudEventsReceiver"),
                library("AssetlogDbtReceiver", trait: "DbtReceiver"),
            ]),
        .testTarget(name: "EndToEndTests", dependencies: ["assetlog", "ScriptedServer", .product(name: "Yams", package: "Yams")]),
    ]
        + target("AssetlogCore", on: [logging])
        + target("AssetlogCrypto", on: ["CCrypto"])
        + target("AssetlogGzip", on: [library("CZlib", trait: "Gzip")])
        + target("AssetlogBody", on: ["AssetlogCore", "AssetlogGzip"])
        + target(
            "AssetlogTLS", on: [library("COpenSSL", trait: "TLS"), nio("NIOCore")],
            tests: [nio("NIOPosix"), nio("NIOEmbedded")])
        + target("AssetlogSQLite", on: ["AssetlogCore", library("CSQLite", trait: "SQLite")])
        + target("AssetlogPostgres", on: ["AssetlogCore", library("CPostgres", trait: "Postgres")], tests: nil)
        + target("AssetlogOpenLineage", on: ["AssetlogCore", "AssetlogCrypto"])
        + target("AssetlogResults", on: ["AssetlogCore"])
        + target("AssetlogObservation", on: ["AssetlogCore", logging], tests: ["TestSupport"])
        + target(
            "AssetlogAccess", on: ["AssetlogCore", "AssetlogCrypto", logging],
            tests: ["TestSupport", library("AssetlogSQLiteStorage", trait: "SQLite")])
        + target(
            "AssetlogLog", on: ["AssetlogCore", "AssetlogObservation", logging],
            tests: ["AssetlogTesting", "AssetlogMemoryStorage", "TestSupport"])
        + target(
            "AssetlogCatalog",
            on: ["AssetlogCore", "AssetlogLog", "AssetlogObservation", library("AssetlogSQLite", trait: "Catalog"), logging],
            tests: ["AssetlogMemoryStorage", "TestSupport", library("AssetlogSQLiteStorage", trait: "SQLite")])
        + target(
            "AssetlogDelivery", on: ["AssetlogCore", "AssetlogGzip", library("CCurl", trait: "Delivery")], tests: ["ScriptedServer"])
        + target("AssetlogClient", on: ["AssetlogCore", "AssetlogDelivery"], tests: ["ScriptedServer"])
        + target(
            "AssetlogHTTP",
            on: [
                "AssetlogCore", "AssetlogAccess", "AssetlogLog", "AssetlogBody", "AssetlogObservation", logging,
                nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"), httpTypes, hummingbird,
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            ],
            tests: ["AssetlogMemoryStorage", "AssetlogTesting", "TestSupport", nio("NIOEmbedded")])
        + target(
            "AssetlogWeb",
            on: [
                "AssetlogCore", "AssetlogAccess", "AssetlogBody", "AssetlogGzip", "AssetlogObservation", logging, nio("NIOCore"), httpTypes,
                hummingbird,
            ],
            tests: ["TestSupport"])
        + target(
            "AssetlogAPI",
            on: [
                "AssetlogCore", "AssetlogAccess", "AssetlogBody", "AssetlogLog", "AssetlogCatalog", "AssetlogObservation",
                "AssetlogWeb", logging, nio("NIOCore"), httpTypes, hummingbird,
            ],
            tests: [
                "AssetlogGzip", "AssetlogMemoryStorage", "AssetlogTesting", "TestSupport", nio("NIOEmbedded"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ])
        + target(
            "AssetlogPages",
            on: [
                "AssetlogCore", "AssetlogAccess", "AssetlogLog", "AssetlogCatalog", "AssetlogObservation", "AssetlogWeb", "AssetlogAPI",
                logging, nio("NIOCore"), httpTypes, hummingbird,
            ],
            tests: ["AssetlogMemoryStorage", "TestSupport"])
        + target(
            "AssetlogApp",
            on: [
                "AssetlogCore", "AssetlogAccess", "AssetlogLog", "AssetlogCatalog", "AssetlogHTTP", "AssetlogTLS", "AssetlogAPI",
                library("AssetlogPages", trait: "UI"),
                "AssetlogClient", "AssetlogDelivery", "AssetlogResults", "AssetlogObservation", "CAllocator", logging,
                nio("NIOCore"), nio("NIOPosix"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            tests: ["AssetlogStandardPlugins", "AssetlogTesting"])
        + target("AssetlogTesting", on: ["AssetlogCore", logging], tests: ["AssetlogMemoryStorage"])
        + plugin("AssetlogMemoryStorage", in: "Storage")
        + plugin(
            "AssetlogSQLiteStorage", in: "Storage",
            dependencies: [library("AssetlogSQLite", trait: "SQLite")])
        + plugin(
            "AssetlogPostgresStorage", in: "Storage",
            dependencies: [library("AssetlogPostgres", trait: "Postgres")])
        + plugin(
            "AssetlogJSONLinesExporter", in: "Exporters",
            dependencies: [library("AssetlogGzip", trait: "JSONLines")])
        + plugin("AssetlogDagsterExporter", in: "Exporters", dependencies: [library("AssetlogDelivery", trait: "Dagster")])
        + plugin(
            "AssetlogDagsterDatabaseExporter", in: "Exporters",
            dependencies: [library("AssetlogPostgres", trait: "DagsterDatabase")])
        + plugin(
            "AssetlogOpenLineageExporter", in: "Exporters",
            dependencies: [
                library("AssetlogDelivery", trait: "OpenLineage"), library("AssetlogOpenLineage", trait: "OpenLineage"),
            ])
        + plugin(
            "AssetlogWebhookExporter", in: "Exporters",
            dependencies: [library("AssetlogDelivery", trait: "Webhook"), library("AssetlogCrypto", trait: "Webhook")])
        + plugin(
            "AssetlogOpenLineageReceiver", in: "Receivers",
            dependencies: [library("AssetlogOpenLineage", trait: "OpenLineageReceiver")])
        + plugin(
            "AssetlogCloudEventsReceiver", in: "Receivers",
            dependencies: [library("AssetlogCrypto", trait: "CloudEventsReceiver")])
        + plugin("AssetlogDbtReceiver", in: "Receivers", dependencies: [library("AssetlogResults", trait: "DbtReceiver")])
)

// Files that are part of the program.
for target in package.targets where target.name == "AssetlogPages" {
    target.resources = ["pages.css", "metadata.css", "plots.css", "pages.js"].map { .embedInCode("Static/\($0)") }
}

// Files that the tests read where they are.
for target in package.targets where target.name == "AssetlogResultsTests" { target.exclude = ["Fixtures"] }

for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}
