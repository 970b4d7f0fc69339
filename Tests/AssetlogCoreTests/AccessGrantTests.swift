import AssetlogCore
import Testing

@Suite("What a token grants")
struct AccessGrantTests {
    private func grant(
        _ rights: AccessRights = .all, assets: [String] = [], deployments: [String] = []
    ) -> AccessGrant {
        AccessGrant(
            name: "spark", rights: rights, assets: assets.compactMap { PartPattern($0) },
            deployments: deployments.compactMap { PartPattern($0) })
    }

    @Test("covers every asset and every deployment where none is named")
    func everything() {
        #expect(grant().coversEveryAsset)
        #expect(grant().covers(AssetKey(["a", "b"])))
        #expect(grant().covers(deployment: "prod"))
        #expect(grant().covers(deployment: ""))
    }

    @Test("covers what one of its patterns matches")
    func patterns() {
        let some = grant(assets: ["warehouse/**", "raw_*"], deployments: ["prod", "acme/*"])
        #expect(!some.coversEveryAsset)
        for key in [["warehouse"], ["warehouse", "a"], ["raw_x"]] { #expect(some.covers(AssetKey(key)), "\(key)") }
        for key in [["other"], ["raw_x", "a"], ["a", "warehouse"]] { #expect(!some.covers(AssetKey(key)), "\(key)") }
        for name in ["prod", "acme/prod", "acme/default"] { #expect(some.covers(deployment: name), "\(name)") }
        for name in ["stage", "acme", "other/prod", "prod/x", ""] { #expect(!some.covers(deployment: name), "\(name)") }
        #expect(grant(assets: ["a", "**"]).coversEveryAsset)
    }

    @Test("allows only what it names, all of it, and only where it reaches")
    func rights() {
        #expect(!grant([]).allows(.read, deployment: "prod"))
        #expect(grant([.read, .admin]).allows(.read, deployment: "prod"))
        #expect(!grant([.read]).allows([.read, .admin], deployment: "prod"))
        #expect(!grant(.admin).allows(.read, deployment: "prod"))
        #expect(!grant(.read, deployments: ["stage"]).allows(.read, deployment: "prod"))
    }

    @Test("names each right, and finds each by its name")
    func names() {
        #expect(AccessRights.all.names == ["report:materialization", "report:check", "report:observation", "read", "admin"])
        for (name, right) in AccessRights.named { #expect(AccessRights(name: name) == right) }
        for other in ["", "all", "Read", "report", "report:*", "read "] { #expect(AccessRights(name: other) == nil) }
        #expect(AccessRights(rawValue: 0xe0).names == [])
        for endpoint in ReportEndpoint.allCases { #expect(AccessRights.reporting(endpoint.kind).names.count == 1) }
        #expect(Set(ReportEndpoint.allCases.map { AccessRights.reporting($0.kind) }).count == 3)
    }

    @Test("ends when it is revoked, and at the moment of its expiry")
    func validity() {
        let now = Timestamp(microseconds: 100)
        var token = TokenRecord(id: "a", hash: [], grant: grant(), createdAt: now)
        #expect(token.isValid(at: now))
        token.expiresAt = now
        #expect(!token.isValid(at: now))
        #expect(token.isValid(at: Timestamp(microseconds: 99)))
        token.revokedAt = Timestamp(microseconds: 1000)
        #expect(!token.isValid(at: Timestamp(microseconds: 99)))
    }
}
