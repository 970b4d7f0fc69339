import AssetlogCore
import AssetlogOpenLineage
import Testing

struct DatasetNamingTests {
    private static let rules = [
        "raw/** in prod -> s3://raw", "raw/** in dev* -> s3://raw-{deployment}", "warehouse/** -> postgres://db:5432", "x -> y -> z",
        "stuck in time in ** -> museum",
    ]

    @Test(
        "the first rule that matches gives the namespace",
        arguments: [
            ("raw/orders", "prod", "s3://raw"), ("raw/orders", "dev2", "s3://raw-dev2"), ("raw/orders", "default", "dagster/default"),
            ("warehouse/a/b", "prod", "postgres://db:5432"), ("warehouse", "prod", "postgres://db:5432"),
            ("orders", "prod", "dagster/prod"), ("x -> y", "prod", "z"), ("stuck in time", "prod", "museum"),
        ])
    func rules(asset: String, deployment: String, namespace: String) throws {
        let naming = DatasetNaming(
            namespace: try NamespaceTemplate("dagster/{deployment}"), rules: try Self.rules.map { try NamespaceRule($0) })
        let key = AssetKey(asset.split(separator: "/").map(String.init))
        #expect(naming.dataset(of: key, in: deployment).namespace == namespace)
        #expect(naming.dataset(of: key, in: deployment).assetKey == key)
    }

    @Test("jobs have the namespace that no rule changes, and a check is a job of its own")
    func jobs() throws {
        let naming = DatasetNaming(namespace: try NamespaceTemplate("dagster"), rules: [try NamespaceRule("** -> warehouse")])
        let key = AssetKey(["a", "b/c"])
        #expect(naming.job(writing: key, in: "prod") == LineageJob(namespace: "dagster", name: "a/b%2Fc"))
        #expect(naming.job(checking: key, check: "no_nulls", in: "prod") == LineageJob(namespace: "dagster", name: "a/b%2Fc#no_nulls"))
    }

    @Test(
        "a rule that can't be used is refused with the reason",
        arguments: [
            ("warehouse/**", "has no arrow"), ("a->b", "has no arrow"), (" -> b", "has the pattern \"\""),
            (" in prod -> b", "has the pattern \"\""),
            ("a in  -> b", "has the pattern \"\""), ("a ->  ", "is empty"), ("a -> b c", "contains a blank"),
            ("a -> {team}", "only {deployment} is known"), ("a -> \(String(repeating: "x", count: 513))", "has 513 bytes"),
        ])
    func refusals(rule: String, problem: String) {
        #expect {
            _ = try NamespaceRule(rule)
        } throws: { "\($0)".contains(problem) }
    }
}
