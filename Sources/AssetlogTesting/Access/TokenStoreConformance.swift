import AssetlogCore

/// The contract of ``TokenStore`` as test cases: a store that passes them all can carry the tokens of a server.
///
/// Each case makes a place of its own. What a subject can't do (crash) is skipped by name with the reason.
public enum TokenStoreConformance {
    /// All cases.
    public static let cases: [ConformanceCase<TokenStoreSubject>] = keeping + ending + replacing + sharing + living

    /// Makes a case that runs on a new place with a store open, and closes and removes them.
    static func onPlace(
        _ name: String, _ body: @escaping @Sendable (TokenBench) async throws -> ConformanceOutcome
    ) -> ConformanceCase<TokenStoreSubject> {
        ConformanceCase(name) { subject in
            let place = try await subject.makePlace()
            do {
                let bench = try await TokenBench(place)
                let outcome = try await body(bench)
                await bench.store.close()
                await place.remove()
                return outcome
            } catch {
                await place.remove()
                throw error
            }
        }
    }

    /// Makes a case that can't be skipped.
    static func always(
        _ name: String, _ body: @escaping @Sendable (TokenBench) async throws -> Void
    ) -> ConformanceCase<TokenStoreSubject> {
        onPlace(name) { bench in
            try await body(bench)
            return .passed
        }
    }
}
