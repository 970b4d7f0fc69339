// swift-tools-version: 6.2
import PackageDescription

// A package as a third party would write it: it uses only products of assetlog.
let package = Package(
    name: "custom-backend",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "my-assetlog", targets: ["my-assetlog"])],
    dependencies: [
        // In a repository of your own: .package(url: "https://git.example.com/assetlog", branch: "main"),
        .package(name: "assetlog", path: "../../.."),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    ],
    targets: [
        .target(name: "FlatFileStorage", dependencies: [.product(name: "AssetlogCore", package: "assetlog")]),
        .target(name: "CSVExporter", dependencies: [.product(name: "AssetlogCore", package: "assetlog")]),
        .target(
            name: "CSVReceiver",
            dependencies: [
                .product(name: "AssetlogCore", package: "assetlog"), .product(name: "AssetlogCrypto", package: "assetlog"),
            ]),
        .executableTarget(
            name: "my-assetlog",
            dependencies: [
                "FlatFileStorage", "CSVExporter", "CSVReceiver",
                .product(name: "AssetlogApp", package: "assetlog"),
                .product(name: "AssetlogStandardPlugins", package: "assetlog"),
            ]),
        .testTarget(
            name: "FlatFileStorageTests",
            dependencies: [
                "FlatFileStorage",
                .product(name: "AssetlogCore", package: "assetlog"),
                .product(name: "AssetlogTesting", package: "assetlog"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "CSVExporterTests",
            dependencies: [
                "CSVExporter",
                .product(name: "AssetlogCore", package: "assetlog"),
                .product(name: "AssetlogTesting", package: "assetlog"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "CSVReceiverTests",
            dependencies: [
                "CSVReceiver",
                .product(name: "AssetlogCore", package: "assetlog"),
                .product(name: "AssetlogTesting", package: "assetlog"),
            ]),
        .testTarget(name: "ServerTests", dependencies: ["my-assetlog"]),
        .testTarget(name: "GuideTests"),
    ]
)
