import AssetlogCore
import Testing

@testable import AssetlogWeb

@Suite("Where the pages are")
struct PathLayoutTests {
    /// What a path means, in words.
    private static func meaning(_ path: String, _ scheme: PathScheme) -> String {
        switch PathLayout(scheme).meaning(of: RequestPath(path)) {
        case .location(let location): "\(location.namedDeployment ?? "-") \(location.path.encoded)"
        case .redirect(let target): "to \(target)"
        case .outside: "outside"
        case .unknownDeployment(let name, let location): "unknown \(name) \(location.path.encoded)"
        }
    }

    @Test(
        "A page is below the server or below a deployment that was declared",
        arguments: [
            ("/", "- /"), ("/assets", "- /assets"), ("/assets/", "- /assets/"), ("/asset", "- /asset"), ("/status", "- /status"),
            ("/event/at/7", "- /event/at/7"), ("/static/pages.css", "- /static/pages.css"), ("/sign-in", "- /sign-in"),
            ("/prod/", "prod /"), ("/prod/assets", "prod /assets"), ("/prod/assets/", "prod /assets/"),
            ("/prod/asset/a/b", "prod /asset/a/b"),
            ("/prod/event/x", "prod /event/x"), ("/%70rod/assets", "prod /assets"), ("/prod/%61ssets", "prod /assets"),
            // Without the slash it is a path of the server.
            ("/prod", "- /prod"), ("/prod//", "- /prod//"), ("/prod/x", "- /prod/x"), ("/prod/x/assets", "- /prod/x/assets"),
            ("/nope/", "unknown nope /"), ("/nope/assets", "unknown nope /assets"), ("/nope/asset/a", "unknown nope /asset/a"),
            ("/nope", "- /nope"),
            // The name of a page is none of a deployment, whatever follows.
            ("/asset/assets", "- /asset/assets"), ("/asset/asset/x", "- /asset/asset/x"), ("/asset/api/x", "- /asset/api/x"),
            ("/asset/", "- /asset/"),
            ("/event/status", "- /event/status"), ("/static/api", "- /static/api"),
            ("/assets/report_asset_check/a", "- /assets/report_asset_check/a"),
            ("/asset/prod/assets", "- /asset/prod/assets"), ("/prod/asset/api/v1", "prod /asset/api/v1"),
            ("/api/assets", "- /api/assets"), ("/livez/", "- /livez/"), ("/metrics/assets", "- /metrics/assets"),
            // A name that is empty is none.
            ("//", "- //"), ("///", "- ///"), ("//assets", "unknown  /assets"), ("/prod/prod/", "- /prod/prod/"),
            ("/PROD/", "unknown PROD /"),
        ])
    func pages(_ path: String, meaning: String) {
        #expect(Self.meaning(path, PathScheme(deployments: ["prod"])) == meaning)
        // A prefix changes nothing but where they are.
        let isRoot = path == "/"
        #expect(Self.meaning("/data/log" + path, PathScheme(prefix: "/data/log", deployments: ["prod"])) == (isRoot ? "- /" : meaning))
    }

    @Test(
        "Where any valid name is a deployment, its pages are there, and those of no other name",
        arguments: [
            ("/new/", "new /"), ("/new/assets", "new /assets"), ("/a%20b/assets", "unknown a b /assets"),
            ("/../assets", "unknown .. /assets"),
            ("/assets/assets", "- /assets/assets"), ("/report_x/assets", "- /report_x/assets"), ("/new", "- /new"), ("/new/x", "- /new/x"),
        ])
    func created(_ path: String, meaning: String) {
        #expect(Self.meaning(path, PathScheme(createsDeployments: true)) == meaning)
    }

    @Test(
        "Errors are those of the API below it only",
        arguments: [
            ("/api", true), ("/api/x", true), ("/prod/api/x", true), ("/nope/api", true), ("/p/api/x", true), ("/p/prod/api/x", true),
            ("/asset/api/x", false), ("/assets/api", false), ("/event/api", false), ("/static/api", false), ("/p/asset/api/x", false),
            ("/", false),
            ("/p/", false), ("/prod/asset/api", false), ("/apis", false), ("/a/b/api", false),
        ])
    func api(_ path: String, isAPI: Bool) {
        #expect(PathLayout(PathScheme(prefix: "/p", deployments: ["prod"])).isAPI(RequestPath(path)) == isAPI)
    }
}
