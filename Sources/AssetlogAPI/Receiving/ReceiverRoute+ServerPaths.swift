package import AssetlogCore

extension ReceiverRoute {
    /// The names below `/api/v1/` that are the server's own.
    private static let serverNames: Set<String> = [
        "asset", "assets", "checks", "events", "exporters", "openapi.json", "overview", "receivers",
    ]

    /// Why this server does not let a receiver have the path, to follow it in a sentence; nil: it does.
    package var serverPathProblem: String? {
        if let pathProblem { return pathProblem }
        let parts = path.split(separator: "/")
        guard parts[0] == "api", Self.serverNames.contains(String(parts[2])) else { return nil }
        return "is below /api/v1/\(parts[2]), which the server has itself"
    }
}
