import AssetlogCore

/// The contract of ``TokenStore`` as test cases: a store that passes them all can carry the tokens of a server.
///
/// Each case makes a location of its own. What a subject can't do (crash) is skipped by name with the reason.
public enum TokenStoreConformance {
    /// All cases.
    public static let cases: [ConformanceCase<TokenStoreSubject>] = keeping + ending + replacing + sharing + living

    /// Makes a case that runs on a new location with a store open, and closes and removes them.
    static func onLocation(
        _ name: String, _ body: @escaping @Sendable (TokenStoreFixture) async throws -> ConformanceOutcome
    ) -> ConformanceCase<TokenStoreSubject> {
        ConformanceCase(name) { subject in
            let location = try await subject.makeLocation()
            do {
                let fixture = try await TokenStoreFixture(location)
                let outcome = try await body(fixture)
                await fixture.store.close()
                await location.remove()
                return outcome
            } catch {
                await location.remove()
                throw error
            }
        }
    }

    /// Makes a case that can't be skipped.
    static func always(
        _ name: String, _ body: @escaping @Sendable (TokenStoreFixture) async throws -> Void
    ) -> ConformanceCase<TokenStoreSubject> {
        onLocation(name) { fixture in
            try await body(fixture)
            return .passed
        }
    }
}
