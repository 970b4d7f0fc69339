import AssetlogCore
import Testing

@Suite struct ReportRouterTests {
    static func route(_ target: String, prefix: String = "", deployments: [String] = []) -> String? {
        let bytes = Array(target.utf8)
        return bytes.withUnsafeBytes { bytes in
            guard let route = ReportRouter(pathPrefix: prefix, deployments: deployments).route(bytes) else { return nil }
            func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
            return "\(route.endpoint) \(route.deployment) [\(text(route.keyPath))] \(route.query.map(text) ?? "-")"
        }
    }

    @Test(
        "Report routes are found by their decoded path",
        arguments: [
            ("/report_asset_materialization/a/b", "materialization default [a/b] -"),
            ("/report_asset_check/a?check_name=c&passed=true", "check default [a] check_name=c&passed=true"),
            ("/report_asset_observation/?", "observation default [] "),
            ("/report_asset_check", "check default [] -"), ("/report_asset_check?a=b", "check default [] a=b"),
            ("/report_asset_check//a", "check default [/a] -"), ("/%72eport_asset_check/foo", "check default [foo] -"),
            ("/report%5Fasset%5fcheck%2Ffoo%2Fbar", "check default [foo%2Fbar] -"),
            ("/report_asset_check/a#fragment?x", "check default [a] -"), ("/report_asset_check/a?b#c", "check default [a] b"),
            ("http://localhost:3000/report_asset_check/a?b", "check default [a] b"), ("HTTPS://h/report_asset_check", "check default [] -"),
            ("/report_asset_check/a%0A", "check default [a] -"), ("/report_asset_check/%0a", "check default [] -"),
            ("/report_asset_check/a%2", "check default [a%2] -"), ("/report_asset_check/../x", "check default [../x] -"),
            ("/report_asset_check/a?b?c", "check default [a] b?c"),
        ])
    func finds(target: String, expected: String) {
        #expect(Self.route(target) == expected)
    }

    @Test(
        "Everything else is no report route",
        arguments: [
            "", "/", "*", "report_asset_check/a", "//report_asset_check/a", "/Report_asset_check/a", "/report_asset_checks/a",
            "/report_asset_materialisation/a", "/report_asset_", "/x/report_asset_check/a", "/report_asset_check%", "/report_asset_chec",
            "/report_asset_check/a%0Ab", "/report_asset_check/%0Aa", "/report_asset_check/a%0A%0A", "http://report_asset_check/a",
            "http:/report_asset_check/a", "http://h", "://", "/api/v1/events?x=/report_asset_check/a", "#/report_asset_check/a",
            "/report_asset_check%252Fa", "/report_asset_check%0A",
        ])
    func refuses(target: String) {
        #expect(Self.route(target) == nil)
    }

    @Test(
        "Declared deployments have routes of their own, others have not",
        arguments: [
            ("/prod/report_asset_check/a", "check prod [a] -"), ("/%70rod/report_asset_check", "check prod [] -"),
            ("/caf%C3%A9/report_asset_check/a", "check café [a] -"), ("/report_asset_check/a", "check default [a] -"),
            ("/test/report_asset_check/a", nil), ("/prod/prod/report_asset_check/a", nil), ("/prod", nil),
            ("/produ/report_asset_check", nil),
        ] as [(String, String?)])
    func deployments(target: String, expected: String?) {
        #expect(Self.route(target, deployments: ["prod", "café"]) == expected)
    }

    @Test("A path prefix moves every route", arguments: ["/dagster", "dagster/", "/dagster/"])
    func prefix(prefix: String) {
        #expect(Self.route("/dagster/report_asset_check/a", prefix: prefix) == "check default [a] -")
        #expect(Self.route("/dagster/prod/report_asset_check/a", prefix: prefix, deployments: ["prod"]) == "check prod [a] -")
        for target in [
            "/report_asset_check/a", "/dagster//report_asset_check/a", "/dagsterreport_asset_check/a", "/Dagster/report_asset_check/a",
            "/prod/dagster/report_asset_check/a",
        ] {
            #expect(Self.route(target, prefix: prefix, deployments: ["prod"]) == nil)
        }
    }
}
