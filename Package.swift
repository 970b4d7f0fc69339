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

func nio(_ product: String) -> Target.Dependency { .product(name: product, package: "swift-nio") }
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

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
        .trait(name: "Delivery", description: "Outbound HTTP over libcurl: `assetlog report` and the client library."),
        .default(enabledTraits: ["SQLite", "Postgres", "TLS", "Gzip", "JSONLines", "Delivery"]),
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

        .target(name: "AssetlogCore", dependencies: [logging]),
        .target(name: "AssetlogObservation", dependencies: ["AssetlogCore", logging]),
        .target(name: "AssetlogLog", dependencies: ["AssetlogCore", "AssetlogObservation", logging]),
        .target(name: "AssetlogCrypto", dependencies: ["CCrypto"]),
        .target(name: "AssetlogAccess", dependencies: ["AssetlogCore", "AssetlogCrypto", logging]),
        .target(
            name: "AssetlogTLS",
            dependencies: [
                .target(name: "COpenSSL", condition: .when(traits: ["TLS"])), nio("NIOCore"),
            ]),
        .target(name: "AssetlogGzip", dependencies: [.target(name: "CZlib", condition: .when(traits: ["Gzip"]))]),
        .target(
            name: "AssetlogDelivery",
            dependencies: ["AssetlogCore", .target(name: "CCurl", condition: .when(traits: ["Delivery"]))]),
        .target(
            name: "AssetlogSQLite",
            dependencies: ["AssetlogCore", .target(name: "CSQLite", condition: .when(traits: ["SQLite"]))]),
        .target(
            name: "AssetlogPostgres",
            dependencies: ["AssetlogCore", .target(name: "CPostgres", condition: .when(traits: ["Postgres"]))]),
        .target(name: "AssetlogClient", dependencies: ["AssetlogCore", "AssetlogDelivery"]),
        .target(
            name: "AssetlogHTTP",
            dependencies: [
                "AssetlogCore", "AssetlogAccess", "AssetlogLog", "AssetlogGzip", "AssetlogObservation", logging,
                nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            ]),
        .target(
            name: "AssetlogWeb",
            dependencies: [
                "AssetlogCore", "AssetlogAccess", "AssetlogGzip", "AssetlogObservation", logging,
                nio("NIOCore"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
            ]),
        .target(
            name: "AssetlogAPI",
            dependencies: [
                "AssetlogCore", "AssetlogAccess", "AssetlogGzip", "AssetlogLog", "AssetlogObservation", "AssetlogWeb", logging,
                nio("NIOCore"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
            ]),
        .target(
            name: "AssetlogApp",
            dependencies: [
                "AssetlogCore", "AssetlogAccess", "AssetlogLog", "AssetlogHTTP", "AssetlogTLS", "AssetlogAPI",
                "AssetlogClient", "AssetlogDelivery", "AssetlogObservation", "CAllocator", logging,
                nio("NIOCore"), nio("NIOPosix"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]),
        .target(
            name: "AssetlogStandardPlugins",
            dependencies: [
                "AssetlogCore", "AssetlogMemoryStorage",
                .target(name: "AssetlogSQLiteStorage", condition: .when(traits: ["SQLite"])),
                .target(name: "AssetlogPostgresStorage", condition: .when(traits: ["Postgres"])),
                .target(name: "AssetlogJSONLinesExporter", condition: .when(traits: ["JSONLines"])),
            ]),
        .executableTarget(name: "assetlog", dependencies: ["AssetlogApp", "AssetlogStandardPlugins"]),
        .target(name: "AssetlogTesting", dependencies: ["AssetlogCore", logging]),

        .testTarget(name: "AssetlogCoreTests", dependencies: ["AssetlogCore"]),
        .testTarget(name: "AssetlogObservationTests", dependencies: ["AssetlogCore", "AssetlogObservation", logging]),
        .testTarget(name: "AssetlogCryptoTests", dependencies: ["AssetlogCrypto"]),
        .testTarget(
            name: "AssetlogAccessTests",
            dependencies: [
                "AssetlogAccess", "AssetlogCore", logging,
                .target(name: "AssetlogSQLiteStorage", condition: .when(traits: ["SQLite"])),
            ]),
        .testTarget(
            name: "AssetlogLogTests",
            dependencies: ["AssetlogCore", "AssetlogLog", "AssetlogObservation", "AssetlogTesting", "AssetlogMemoryStorage"]),
        .testTarget(
            name: "AssetlogTLSTests",
            dependencies: [
                "AssetlogTLS", nio("NIOCore"), nio("NIOPosix"), nio("NIOEmbedded"),
            ]),
        .testTarget(name: "AssetlogGzipTests", dependencies: ["AssetlogGzip"]),
        .target(name: "TestSupport", path: "Tests/Support"),
        .testTarget(name: "AssetlogSQLiteTests", dependencies: ["AssetlogSQLite"]),
        .target(name: "ScriptedServer", dependencies: ["AssetlogCore"], path: "Tests/ScriptedServer"),
        .testTarget(name: "AssetlogDeliveryTests", dependencies: ["AssetlogCore", "AssetlogDelivery", "ScriptedServer"]),
        .testTarget(
            name: "AssetlogClientTests", dependencies: ["AssetlogClient", "AssetlogCore", "AssetlogDelivery", "ScriptedServer"]),
        .testTarget(
            name: "AssetlogHTTPTests",
            dependencies: [
                "AssetlogAccess", "AssetlogCore", "AssetlogHTTP", "AssetlogLog", "AssetlogMemoryStorage",
                "AssetlogObservation", "AssetlogTesting", logging,
                nio("NIOCore"), nio("NIOPosix"), nio("NIOEmbedded"), nio("NIOHTTP1"),
            ]),
        .testTarget(
            name: "AssetlogWebTests",
            dependencies: [
                "AssetlogAccess", "AssetlogCore", "AssetlogObservation", "AssetlogWeb", "TestSupport", logging,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
            ]),
        .testTarget(
            name: "AssetlogAPITests",
            dependencies: [
                "AssetlogAPI", "AssetlogAccess", "AssetlogCore", "AssetlogGzip", "AssetlogLog", "AssetlogMemoryStorage",
                "AssetlogObservation", "AssetlogTesting", "AssetlogWeb", "TestSupport", logging,
                nio("NIOCore"), nio("NIOEmbedded"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ]),
        .testTarget(
            name: "AssetlogAppTests",
            dependencies: [
                "AssetlogApp", "AssetlogAccess", "AssetlogCore", "AssetlogObservation", "AssetlogStandardPlugins", "AssetlogTesting",
                logging,
            ]),
        .testTarget(name: "AssetlogTestingTests", dependencies: ["AssetlogCore", "AssetlogTesting", "AssetlogMemoryStorage"]),
        .testTarget(name: "EndToEndTests", dependencies: ["assetlog", "ScriptedServer", .product(name: "Yams", package: "Yams")]),
    ]
        + plugin("AssetlogMemoryStorage", in: "Storage")
        + plugin(
            "AssetlogSQLiteStorage", in: "Storage",
            dependencies: [.target(name: "AssetlogSQLite", condition: .when(traits: ["SQLite"]))])
        + plugin(
            "AssetlogPostgresStorage", in: "Storage",
            dependencies: [.target(name: "AssetlogPostgres", condition: .when(traits: ["Postgres"]))])
        + plugin(
            "AssetlogJSONLinesExporter", in: "Exporters",
            dependencies: [.target(name: "AssetlogGzip", condition: .when(traits: ["JSONLines"]))])
)

for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}
