#if Dagster
import AssetlogCore
import AssetlogDelivery

/// Where the reports go, and as whom.
struct DagsterSettings: Sendable {
    var destination: HTTPDestination
    var token: Token
    var deployments: DeploymentPaths

    /// Reads the plugin's keys.
    init(_ configuration: PluginConfiguration) throws {
        destination = try HTTPDestination(configuration, DagsterKeys.destination)
        guard try !configuration[DagsterKeys.destination.url].revealed.contains("/report_asset_") else {
            throw configuration.error(
                DagsterKeys.destination.url, "must end before /report_asset_…, which is put behind it for each event")
        }
        token = try Token(configuration)
        deployments = try DeploymentPaths(configuration)
    }

    /// A sentence about each file that can't be used.
    func problemsOfFiles() -> [String] {
        destination.problemsOfFiles() + token.problems()
    }
}
#endif
