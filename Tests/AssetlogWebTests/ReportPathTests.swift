import AssetlogCore
import AssetlogObservation
import HTTPTypes
import HummingbirdCore
import Testing

@testable import AssetlogWeb

@Suite("The path of a report")
struct ReportPathTests {
    private struct Reports: RouteGroup {
        var routes: [Route] {
            ReportEndpoint.allCases.map { endpoint in
                let path = "/\(endpoint.pathSegment)"
                return Route(.post, "\(path)/{key...}", .checkedByHandler, about: .deployment, name: path) { _, _ in Response(status: .ok) }
            }
        }
    }

    private static let declared = PathScheme(prefix: "/data/log", deployments: ["prod"])
    private static let created = PathScheme(createsDeployments: true)

    /// The endpoint and the deployment, as the listener's router finds them; nil: the path is no report's.
    private func listener(_ path: String, _ scheme: PathScheme) -> String? {
        Array(path.utf8).withUnsafeBytes { ReportRouter(scheme).route($0) }
            .map { "\($0.endpoint.pathSegment) of \($0.deployment)" }
    }

    /// The same, as the table of routes finds them for a dry run.
    private func table(_ path: String, _ scheme: PathScheme) -> String? {
        let table = RouteTable([Reports()], layout: PathLayout(scheme), metrics: RequestMetrics())
        guard case .route(let route, let location, _) = table.match(RequestPath(path), .post).target else { return nil }
        return "\((route.name ?? "").dropFirst()) of \(location.deployment)"
    }

    @Test(
        "is read in one way by the listener and by the table of routes, below a prefix and a declared deployment",
        arguments: [
            ("/data/log/report_asset_check/a", "report_asset_check of default"),
            ("/data/log/report_asset_check", "report_asset_check of default"),
            ("/data/log/report_asset_observation/a/b/c", "report_asset_observation of default"),
            ("/data/log/prod/report_asset_check/a", "report_asset_check of prod"),
            ("/data/log/prod/report_asset_materialization", "report_asset_materialization of prod"),
            ("/d%61ta/%6Cog/report_asset_check/a", "report_asset_check of default"),
            ("/data/log/%70rod/%72eport_asset_check/a", "report_asset_check of prod"),
            ("/data/log/prod/report%5Fasset%5Fcheck/a", "report_asset_check of prod"),
            // Behind the endpoint's name it is a slash.
            ("/data/log/report_asset_check%2Fa", "report_asset_check of default"),
            ("/data/log/prod/report_asset_check%2Fa%2fb/c", "report_asset_check of prod"),
            ("/data/log/prod/report_asset_check/a%2Fb", "report_asset_check of prod"),
            ("/data/log/prod/report_asset_check//a", "report_asset_check of prod"),
            // Before it, it is none.
            ("/data%2Flog/report_asset_check/a", nil), ("/data%2flog/prod/report_asset_check/a", nil),
            ("/data/log%2Freport_asset_check/a", nil), ("/data/log%2Fprod/report_asset_check/a", nil),
            ("/data/log/prod%2Freport_asset_check/a", nil), ("/data/log/prod%2freport_asset_check%2Fa", nil),
            ("/data/log%2Fprod%2Freport_asset_check%2Fa", nil),
            ("/report_asset_check/a", nil), ("/data/report_asset_check/a", nil), ("/prod/report_asset_check/a", nil),
            ("/data/log//report_asset_check/a", nil), ("/data//log/report_asset_check/a", nil),
            ("/Data/log/report_asset_check/a", nil), ("/data/log/Prod/report_asset_check/a", nil),
            ("/data/log/test/report_asset_check/a", nil), ("/data/log/prod/prod/report_asset_check/a", nil),
            ("/data/log/prod/report_asset_checks/a", nil), ("/data/log/report_asset_/a", nil),
            ("/data/logreport_asset_check/a", nil), ("/data/log/prod%20/report_asset_check/a", nil),
        ] as [(String, String?)])
    func declared(path: String, expected: String?) {
        #expect(listener(path, Self.declared) == expected)
        #expect(table(path, Self.declared) == expected)
    }

    @Test(
        "is read in one way where any valid name is a deployment",
        arguments: [
            ("/a.b-c_D9/report_asset_check/x", "report_asset_check of a.b-c_D9"),
            ("/%61/report_asset_check/x", "report_asset_check of a"), ("/a/report_asset_check%2Fx", "report_asset_check of a"),
            ("/report_asset_check/report_asset_check/x", "report_asset_check of default"),
            ("/a%2Fb/report_asset_check/x", nil), ("/a%2Freport_asset_check/x", nil), ("/a/b/report_asset_check/x", nil),
            ("//report_asset_check/x", nil), ("/%2F/report_asset_check/x", nil), ("/../report_asset_check/x", nil),
            ("/api/report_asset_check/x", nil), ("/report_x/report_asset_check/x", nil), ("/a%20b/report_asset_check/x", nil),
            ("/\(String(repeating: "a", count: 128))/report_asset_check", "report_asset_check of \(String(repeating: "a", count: 128))"),
            ("/\(String(repeating: "a", count: 129))/report_asset_check", nil),
        ] as [(String, String?)])
    func created(path: String, expected: String?) {
        #expect(listener(path, Self.created) == expected)
        #expect(table(path, Self.created) == expected)
    }
}
