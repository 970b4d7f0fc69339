// swift-tools-version: 6.2
import PackageDescription

// Fuzzing targets for libFuzzer, run by `Scripts/fuzz`: one executable each, named Fuzz<Something>, with its seeds in
// Corpus/<something>. A package of its own, as the sanitizer needs flags that no other package may depend on.
// A new target is one line in `targets`, one directory in Sources and one in Corpus.
let targets: [(name: String, product: String)] = [
    ("FuzzJSON", "AssetlogCore"),
    ("FuzzReport", "AssetlogCore"),
    ("FuzzSubmission", "AssetlogCore"),
    ("FuzzGzip", "AssetlogGzip"),
]

let package = Package(
    name: "assetlog-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "assetlog", path: "../..", traits: ["Gzip"])],
    targets: targets.map { target in
        .executableTarget(
            name: target.name,
            dependencies: [.product(name: target.product, package: "assetlog")],
            // libFuzzer brings its own main.
            swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(["-parse-as-library"])])
    }
)
