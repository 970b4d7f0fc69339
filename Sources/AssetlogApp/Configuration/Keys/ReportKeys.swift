import AssetlogCore

/// The keys under `report`.
enum ReportKeys {
    static let group = KeyGroup(section: "report")

    static let extensions = group.key(
        "extensions", .boolean, default: false,
        "Accepts timestamp, tags, typed metadata and more about checks on the report endpoints, where Dagster ignores them.")

    static let all: [any DeclaredKey] = [extensions]
}
