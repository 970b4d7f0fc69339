import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `GET /server_info`: the versions, in the form that clients of Dagster use as a probe.
struct ServerInfoRoute: RouteGroup {
    /// The release of Dagster whose reports are understood.
    static let dagsterVersion = "1.13.27"

    let version: String

    var routes: [Route] { [Route(.get, "/server_info", .anyOf(.read), handler: show)] }

    func show(_ request: Request, _ context: RouteContext) async throws -> Response {
        var json = JSONObject()
        json.append("dagster_webserver_version", Self.dagsterVersion)
        json.append("dagster_version", Self.dagsterVersion)
        json.append("dagster_graphql_version", Self.dagsterVersion)
        json.append("assetlog_version", version)
        return json.response()
    }
}
