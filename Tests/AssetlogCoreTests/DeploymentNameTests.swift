import AssetlogCore
import Testing

@Suite struct DeploymentNameTests {
    @Test(
        "A name of letters, digits, - . and _ can be that of a deployment",
        arguments: [
            "prod", "a", "A.b-c_D9", "...", "assets1", "Assets", "static.", "events", "report", "reports",
            String(repeating: "a", count: 128),
        ])
    func valid(name: String) {
        #expect(DeploymentName.isValid(name))
        #expect(DeploymentName.problem(name) == nil)
    }

    @Test("Another can't", arguments: ["", ".", "..", "a b", "a/b", "ü", "a\n", "%61", String(repeating: "a", count: 129)])
    func invalid(name: String) {
        #expect(!DeploymentName.isValid(name))
        #expect(DeploymentName.problem(name)?.contains("has 1 to 128 letters") == true)
    }

    @Test(
        "Nor can the first part of a path of the server or of a page",
        arguments: [
            "api", "livez", "readyz", "metrics", "server_info", "report_asset_check", "report_", "assets", "asset", "event", "status",
            "sign-in",
            "sign-out", "static",
        ])
    func reserved(name: String) {
        #expect(DeploymentName.isReserved(name))
        #expect(!DeploymentName.isValid(name))
        #expect(DeploymentName.problem(name, label: "an organization")?.contains("which is a route of the server") == true)
    }
}
