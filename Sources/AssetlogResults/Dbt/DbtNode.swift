import AssetlogCore

/// A node of dbt's graph, as the manifest describes it.
struct DbtNode {
    let id: String
    private let view: JSONView

    init(_ id: String, _ view: JSONView) {
        (self.id, self.view) = (id, view)
    }

    var name: String? { view["name"]?.shortText() }
    var package: String? { view["package_name"]?.shortText() }
    var description: String? { view["description"]?.shortText(8 << 10) }
    var relation: String? { view["relation_name"]?.shortText(2048) }
    var compiledPath: String? { view["compiled_path"]?.shortText(4096) }
    var column: String? { view["column_name"]?.shortText() }
    var materialization: String? { config?["materialized"]?.shortText() }
    var batchSize: String? { config?["batch_size"]?.shortText() }
    var columns: [(name: String, value: JSONView)] { view["columns"]?.members ?? [] }
    var version: String? { view["version"].flatMap { $0.text ?? String(decoding: $0.json, as: UTF8.self) } }

    /// Whether a failure of the test is only a warning; nil: not said.
    var isWarning: Bool? { config?["severity"]?.text.map { $0.lowercased() == "warn" } }

    /// The nodes that it depends on, each once, in their order.
    var dependencies: [String] {
        var seen: Set<String> = []
        return (view["depends_on"]?["nodes"]?.elements ?? []).compactMap(\.text).filter { seen.insert($0).inserted }
    }

    /// The node that the parser has attached a test to.
    var attachedNode: String? { view["attached_node"]?.text }

    /// The node that a test names for Dagster.
    var dagsterReference: (name: String, package: String?, version: String?)? {
        guard let reference = meta?["dagster"]?["ref"], let name = reference["name"]?.text else { return nil }
        let version = reference["version"].map { $0.text ?? String(decoding: $0.json, as: UTF8.self) }
        return (name, reference["package"]?.text, version)
    }

    /// The key of the node's asset, as the package dagster-dbt forms it; nil: it can't have one.
    func assetKey(_ options: ResultOptions) -> AssetKey? {
        if let chosen = meta?["dagster"]?["asset_key"], let key = Self.chosenKey(chosen) { return key }
        guard let name = view["name"]?.text else { return nil }
        if view["resource_type"]?.text == "source" { return options.key([view["source_name"]?.text ?? "", name]) }
        if isVersioned { return options.key([view["alias"]?.text ?? name]) }
        return options.key((config?["schema"]?.text).map { [$0, name] } ?? [name])
    }

    private var config: JSONView? { view["config"] }

    private var meta: JSONView? {
        if let meta = config?["meta"], !meta.members.isEmpty { return meta }
        return view["meta"]
    }

    // As Python sees the truth of a value.
    private var isVersioned: Bool {
        guard let version = view["version"] else { return false }
        return version.text.map { !$0.isEmpty } ?? version.number.map { $0 != 0 } ?? (version.boolean == true)
    }

    private static func chosenKey(_ value: JSONView) -> AssetKey? {
        if let text = value.text { return ResultOptions.checked([text]) }
        let parts = value.elements.map { $0.text ?? "" }
        return ResultOptions.checked(parts)
    }
}

/// The kinds of nodes, by the beginning of their IDs.
enum DbtNodeType: String {
    case model
    case seed
    case snapshot
    case source
    case test
    case unitTest = "unit_test"
    // They have no data of their own.
    case analysis
    case exposure
    case function
    case group
    case metric
    case operation
    case savedQuery = "saved_query"
    case semanticModel = "semantic_model"
    case sqlOperation = "sql_operation"

    init?(ofNode id: String) {
        self.init(rawValue: String(id.prefix { $0 != "." }))
    }

    /// Whether a node of the type is an asset that dbt writes.
    var isWritten: Bool { self == .model || self == .seed || self == .snapshot }
}
