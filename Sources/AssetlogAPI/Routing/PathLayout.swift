import AssetlogCore

/// Where the routes lie: below the path prefix, and those of the event API also below the name of a deployment.
struct PathLayout: Sendable {
    /// What a path means.
    enum Placement: Hashable {
        /// A path that the router knows, or not.
        case route(Place)
        /// Look there instead.
        case redirect(String)
        /// It is not below the prefix.
        case outside
        /// It has the form of a path below a deployment, which nobody declared.
        case unknownDeployment(String)
    }

    // Probes of an orchestrator, and scrapes, should not have to know the prefix.
    private static let unprefixed: Set<String> = ["livez", "readyz", "metrics"]

    private let prefix: [String]
    private let deployments: Set<String>
    private let createsDeployments: Bool

    init(prefix: String, deployments: [String], createsDeployments: Bool = false) {
        self.createsDeployments = createsDeployments
        self.prefix = prefix.split(separator: "/").map(String.init)
        self.deployments = Set(deployments)
    }

    /// The prefix as it stands in a URL, without a slash at its end: `""`, `/dagster`.
    var base: String {
        prefix.isEmpty ? "" : RequestPath(segments: prefix).encoded
    }

    /// Finds out what a path means.
    func place(_ path: RequestPath) -> Placement {
        let segments = path.segments
        if !prefix.isEmpty {
            if segments.count == 1, let only = segments.first, Self.unprefixed.contains(only) {
                return .route(Place(path: path, deployment: ReportRouter.defaultDeployment, base: base))
            }
            if segments == prefix || segments == [""] { return .redirect(base + "/") }
            guard segments.count > prefix.count, segments.starts(with: prefix) else { return .outside }
        }
        return place(belowPrefix: Array(segments.dropFirst(prefix.count)))
    }

    private func place(belowPrefix segments: [String]) -> Placement {
        let server = Placement.route(
            Place(path: RequestPath(segments: segments), deployment: ReportRouter.defaultDeployment, base: base))
        guard segments.count >= 2, let first = segments.first, first != "api" else { return server }
        let isKnown = deployments.contains(first) || (createsDeployments && DeploymentName.isValid(first))
        // Reports to a known deployment never come here: the listener takes them.
        if segments[1].hasPrefix("report_asset_") { return isKnown ? server : .unknownDeployment(first) }
        guard segments[1] == "api" else { return server }
        guard isKnown else { return .unknownDeployment(first) }
        return .route(
            Place(path: RequestPath(segments: Array(segments.dropFirst())), deployment: first, base: base))
    }

    /// Why a path has no deployment of this name, and what to do.
    func reason(againstDeployment name: String) -> String {
        if createsDeployments {
            return "\(name.quoted) can't be the name of a deployment: it must be 1 to 128 letters, digits, - . and _, and not"
                + " the name of a route."
        }
        return "There is no deployment \(name.quoted). Deployments are declared in the server's configuration"
            + " (deployments.declared)."
    }

    /// Whether a path is below `/api`, with or without the prefix and a deployment, so that errors are problem details.
    func isAPI(_ path: RequestPath) -> Bool {
        var segments = path.segments[...]
        if !prefix.isEmpty, segments.starts(with: prefix) { segments = segments.dropFirst(prefix.count) }
        return segments.first == "api" || segments.dropFirst().first == "api"
    }
}

/// A path with what surrounded it taken away.
struct Place: Hashable, Sendable {
    /// The path that the router sees.
    var path: RequestPath
    /// The deployment that is asked about.
    var deployment: String
    /// The prefix as it stands in a URL, without a slash at its end.
    var base: String
}
