import Testing

@testable import AssetlogCatalog

@Suite("The words for states")
struct AssetStateTests {
    @Test("name one state each", arguments: AssetState.allCases)
    func areNames(of state: AssetState) {
        #expect(AssetState(name: state.name) == state)
    }

    @Test("stand in the order in which the worst is shown")
    func areOrdered() {
        #expect(AssetState.allCases.map(\.name) == ["failed", "check_failed", "running", "warned", "missing", "ok"])
    }
}
