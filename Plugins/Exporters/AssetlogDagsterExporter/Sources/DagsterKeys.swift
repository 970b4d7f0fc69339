#if Dagster
import AssetlogCore
import AssetlogDelivery

/// The keys of the exporter; they are documented at ``ExporterPlugin/dagster``.
enum DagsterKeys {
    static let destination = HTTPDestination.Keys(
        url: "The URL of the webserver, or of Dagster+ with the deployment; reports go to paths below it.")
    static let token = ConfigurationKey.optional(
        "token", .secret, "A token of Dagster+, or of another Assetlog; without it and token_file, none is sent.")
    static let tokenFile = ConfigurationKey.optional(
        "token_file", .path, "A file with the token, read again when it is refused; without it and token, none is sent.")
    static let deployments = ConfigurationKey(
        "deployments", .list, default: [],
        "What each deployment's events are reported below, as name=path; others are skipped. Without it, all go to the URL itself.")

    static let all: [any DeclaredKey] = [destination.url, token, tokenFile, deployments] + destination.connection
}
#endif
