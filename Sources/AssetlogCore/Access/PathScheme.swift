/// Where a server's routes are, and what reports may do there.
package struct PathScheme: Hashable, Sendable {
    /// The path under which every route lies: `""`, `/dagster`, `/data/assetlog`. Slashes at its ends don't count.
    package var prefix: String
    /// The declared deployments; the deployment `default` needs no name in a path.
    package var deployments: [String]
    /// Whether any other valid name may be the deployment of a path.
    package var createsDeployments: Bool
    /// Whether reports may say more than Dagster's do.
    package var hasReportExtensions: Bool
    /// Whether every report is refused with 401.
    package var isReadOnly: Bool

    /// Makes a scheme; by default, of a server that takes reports for the deployment `default` at the root.
    package init(
        prefix: String = "", deployments: [String] = [], createsDeployments: Bool = false, hasReportExtensions: Bool = false,
        isReadOnly: Bool = false
    ) {
        self.prefix = prefix
        self.deployments = deployments
        self.createsDeployments = createsDeployments
        self.hasReportExtensions = hasReportExtensions
        self.isReadOnly = isReadOnly
    }
}
