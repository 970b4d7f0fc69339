import AssetlogCore
import AssetlogTesting
import Testing

@Suite("The conformance suite of token stores")
struct TokenStoreConformanceTests {
    @Test("passes a correct store, and skips nothing", arguments: TokenStoreConformance.cases)
    func correct(_ conformance: ConformanceCase<TokenStoreSubject>) async throws {
        #expect(try await conformance.run(on: .faulty(nil)) == .passed)
    }

    @Test("catches every fault, by the case that is named after it", arguments: TokenStoreFault.allCases)
    func catches(_ fault: TokenStoreFault) async throws {
        let conformance = try #require(TokenStoreConformance.cases.first { $0.name == fault.catcher })
        let failure = await #expect(throws: ConformanceFailure.self) { try await conformance.run(on: .faulty(fault)) }
        // A sentence that tells the author what was seen.
        #expect((failure?.message.count ?? 0) > 25)
    }

    @Test("gives each case a name of its own")
    func names() {
        let names = TokenStoreConformance.cases.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test("skips by name what a subject can't do, with the reason")
    func skips() async throws {
        let subject = TokenStoreSubject {
            TokenStoreLocation(open: try await TokenStoreSubject.faulty(nil).makeLocation().open)
        }
        var reasons: [String] = []
        for conformance in TokenStoreConformance.cases {
            if case .skipped(let reason) = try await conformance.run(on: subject) { reasons.append(reason) }
        }
        #expect(reasons == ["the subject can't crash in a test"])
    }
}
