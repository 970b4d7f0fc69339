import AssetlogCore
import AssetlogWeb

/// The addresses of pages, below the path prefix and the deployment that a request is about.
struct PageLinks: Sendable {
    /// The prefix as it stands in a URL, without a slash at its end.
    let base: String
    /// The prefix, and the deployment where the path names one.
    let root: String

    init(base: String, deployment: String?) {
        self.base = base
        root = base + (deployment.map { "/" + PercentCoding.encode($0) } ?? "")
    }

    init(_ context: RouteContext) {
        self.init(base: context.location.base, deployment: context.location.namedDeployment)
    }

    /// The overview.
    var home: String { root + "/" }
    /// The state of the server.
    var status: String { base + "/status" }

    /// The list of assets with some parameters, those without a text left out.
    func assets(_ parameters: [(name: String, value: String?)] = []) -> String {
        root + "/assets" + Self.query(parameters)
    }

    /// The page of an asset.
    func asset(_ key: AssetKey, _ parameters: [(name: String, value: String?)] = []) -> String {
        let parts = key.parts
        // Browsers resolve dots, whether they are encoded or not, and proxies merge slashes.
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            return root + "/asset" + Self.query([("asset_key", key.canonical)] + parameters)
        }
        return root + "/asset" + parts.map { "/" + PercentCoding.encode($0) }.joined() + Self.query(parameters)
    }

    /// The page of an event.
    func event(_ id: EventID) -> String { root + "/event/\(id)" }

    /// A path of the API below the deployment.
    func api(_ path: String, _ parameters: [(name: String, value: String?)] = []) -> String {
        root + "/api/v1/" + path + Self.query(parameters)
    }

    /// The page that leads to the event of a sequence.
    func event(at sequence: Int64) -> String { root + "/event/at/\(sequence)" }

    private static func query(_ parameters: [(name: String, value: String?)]) -> String {
        let pairs = parameters.compactMap { name, value in value.map { "\(name)=\(PercentCoding.encode($0))" } }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }
}
