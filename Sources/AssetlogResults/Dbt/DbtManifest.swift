import AssetlogCore

/// The nodes of a project, by their IDs, and what follows from their graph.
final class DbtManifest {
    /// The most keys of upstreams in all events of a file: a graph in which many nodes share an ephemeral one can name the same
    /// thousand keys again and again.
    static let maximumUpstreams = 500_000

    let projectName: String?
    private let options: ResultOptions
    private var nodes: [String: JSONView] = [:]
    private var keys: [String: AssetKey] = [:]
    private var upstreamCount = 0
    private lazy var nodesByName = indexByName()

    /// - Throws: ``ResultFileError``.
    init(_ bytes: [UInt8], _ options: ResultOptions) throws(ResultFileError) {
        let view = try ResultFile.json(bytes, "manifest.json")
        guard view["nodes"]?.kind == .object else {
            throw ResultFileError("manifest.json has no object \"nodes\"; is it the manifest of dbt?")
        }
        self.options = options
        projectName = view["metadata"]?["project_name"]?.shortText()
        for section in ["nodes", "sources", "unit_tests"] {
            for (id, node) in view[section]?.members ?? [] { nodes[id] = node }
        }
    }

    func node(_ id: String) -> DbtNode? { nodes[id].map { DbtNode(id, $0) } }

    func assetKey(_ id: String) -> AssetKey? {
        if let key = keys[id] { return key }
        guard let key = node(id)?.assetKey(options) else { return nil }
        keys[id] = key
        return key
    }

    /// The assets that a node is made from. An ephemeral model has no data, so those that it is made from stand for it.
    func upstream(of node: DbtNode) -> [AssetKey] {
        var (seen, waiting, found) = (Set([node.id]), Array(node.dependencies.reversed()), [AssetKey]())
        while let id = waiting.popLast(), found.count < 1000, upstreamCount < Self.maximumUpstreams {
            guard seen.insert(id).inserted, seen.count <= 10_000, let type = DbtNodeType(ofNode: id) else { continue }
            guard type.isWritten || type == .source, let dependency = self.node(id) else { continue }
            if dependency.materialization == "ephemeral" {
                waiting += dependency.dependencies.reversed()
            } else if let key = assetKey(id) {
                found.append(key)
                upstreamCount += 1
            }
        }
        return found
    }

    /// The node that a test is about, as dagster-dbt decides it: the one that it names, its only dependency, the attached one.
    func checkedNode(of test: DbtNode) -> String? {
        if let reference = test.dagsterReference {
            return nodesByName[NodeName(reference.name, reference.package ?? projectName, reference.version)]
        }
        let dependencies = test.dependencies
        return dependencies.count == 1 ? dependencies[0] : test.attachedNode
    }

    private struct NodeName: Hashable {
        var name: String
        var package: String?
        var version: String?

        init(_ name: String, _ package: String?, _ version: String?) {
            (self.name, self.package, self.version) = (name, package, version)
        }
    }

    private func indexByName() -> [NodeName: String] {
        var index: [NodeName: String] = [:]
        for (id, view) in nodes where DbtNodeType(ofNode: id)?.isWritten == true {
            let node = DbtNode(id, view)
            guard let name = node.name else { continue }
            index[NodeName(name, node.package, node.version)] = id
        }
        return index
    }
}
