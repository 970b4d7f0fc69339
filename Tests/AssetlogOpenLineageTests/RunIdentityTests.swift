import AssetlogCore
import AssetlogOpenLineage
import Testing

struct RunIdentityTests {
    // Python: uuid.uuid5(uuid.NAMESPACE_URL, "urn:assetlog:prod:01990000-0000-7000-8000-000000000001")
    @Test(
        "a run's identity is the one that any library makes of the event's",
        arguments: [("prod", "33e1932e-8c5e-59f5-a8c4-ab625ddf528b"), ("default", "d1389853-5f5d-5a32-b12a-27d14ca70310")])
    func identities(deployment: String, expected: String) throws {
        let id = try #require(EventID("01990000-0000-7000-8000-000000000001"))
        #expect(try RunIdentity.run(of: id, in: deployment).description == expected)
    }
}
