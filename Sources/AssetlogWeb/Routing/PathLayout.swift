package import AssetlogCore

/// Where the routes are: below the path prefix, and those of the event API also below the name of a deployment.
package struct PathLayout: Sendable {
    /// What a path means.
    enum Meaning: Hashable {
        /// A path that may have routes.
        case location(RequestLocation)
        /// Look there instead.
        case redirect(String)
        /// It is not below the prefix.
        case outside
        /// It has the form of a path below a deployment that was not declared.
        case unknownDeployment(String, RequestLocation)
    }

    // Probes of an orchestrator, and scrapes, should not have to know the prefix.
    private static let unprefixed: Set<String> = ["livez", "readyz", "metrics"]

    private let prefix: [String]
    private let deployments: Set<String>
    private let createsDeployments: Bool
    /// The prefix as it stands in a URL, without a slash at its end: `""`, `/dagster`.
    package let base: String

    /// Makes the layout of a server.
    package init(_ scheme: PathScheme) {
        prefix = scheme.prefix.split(separator: "/").map(String.init)
        deployments = Set(scheme.deployments)
        createsDeployments = scheme.createsDeployments
        base = prefix.isEmpty ? "" : RequestPath(segments: prefix).encoded
    }

    /// Finds out what a path means.
    func meaning(of path: RequestPath) -> Meaning {
        let segments = path.segments
        if !prefix.isEmpty {
            if segments.count == 1, let only = segments.first, Self.unprefixed.contains(only) {
                return .location(RequestLocation(path, base: base))
            }
            if segments == prefix || segments == [""] { return .redirect(base + "/") }
            guard segments.count > prefix.count, segments.starts(with: prefix) else { return .outside }
        }
        return meaning(belowPrefix: Self.splitReport(Array(segments.dropFirst(prefix.count))))
    }

    // Behind the name of a report's endpoint a slash separates even if it is percent-encoded, as in Dagster; see ReportRouter.
    private static func splitReport(_ segments: [String]) -> [String] {
        let endpoint = segments.prefix(2).firstIndex { $0.hasPrefix("report_asset_") }
        guard let endpoint, segments[endpoint].utf8.contains(UInt8(ascii: "/")) else { return segments }
        let parts = segments[endpoint].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return segments[..<endpoint] + parts + segments[(endpoint + 1)...]
    }

    private func meaning(belowPrefix segments: [String]) -> Meaning {
        let server = Meaning.location(RequestLocation(RequestPath(segments: segments), base: base))
        guard let first = segments.first, !DeploymentName.isReserved(first) else { return server }
        guard Self.isBelowDeployment(segments) else { return server }
        let isKnown = deployments.contains(first) || (createsDeployments && DeploymentName.isValid(first))
        let location = RequestLocation(RequestPath(segments: Array(segments.dropFirst())), in: first, base: base)
        return isKnown ? .location(location) : .unknownDeployment(first, location)
    }

    // The API, reports, and pages: `/NAME/` is the first of them.
    private static func isBelowDeployment(_ segments: [String]) -> Bool {
        guard segments.count >= 2 else { return false }
        let second = segments[1]
        return second == "api" || second.hasPrefix("report_asset_") || DeploymentName.pages.contains(second)
            || (second.isEmpty && segments.count == 2 && !segments[0].isEmpty)
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
        guard let first = segments.first, !DeploymentName.pages.contains(first) else { return false }
        return first == "api" || segments.dropFirst().first == "api"
    }
}
