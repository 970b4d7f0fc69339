// swift-tools-version: 6.2
import PackageDescription

// The server of the benchmark: the standard build and one storage more, which keeps nothing. And the resolvers, and the
// SQLite storage, alone.
let package = Package(
    name: "assetlog-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "assetlog", path: "../.."), .package(url: "https://github.com/apple/swift-log", from: "1.14.0")],
    targets: [
        .executableTarget(
            name: "BenchmarkServer",
            dependencies: [
                .product(name: "AssetlogApp", package: "assetlog"),
                .product(name: "AssetlogCore", package: "assetlog"),
                .product(name: "AssetlogStandardPlugins", package: "assetlog"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "ResolverBenchmark",
            dependencies: [.product(name: "AssetlogCore", package: "assetlog")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "LatestBenchmark",
            dependencies: [
                .product(name: "AssetlogCore", package: "assetlog"),
                .product(name: "AssetlogStandardPlugins", package: "assetlog"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "AppendBenchmark",
            dependencies: [
                .product(name: "AssetlogCore", package: "assetlog"),
                .product(name: "AssetlogStandardPlugins", package: "assetlog"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
