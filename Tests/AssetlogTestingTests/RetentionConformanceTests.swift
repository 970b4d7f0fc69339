import AssetlogCore
import AssetlogTesting
import Testing

@Suite("The conformance suite of storages that can remove events")
struct RetentionConformanceTests {
    @Test("passes a correct storage, and skips nothing", arguments: RetentionConformance.cases)
    func correct(_ conformance: ConformanceCase<StorageSubject>) async throws {
        #expect(try await conformance.run(on: .removing(with: nil)) == .passed)
    }

    @Test("catches every fault, by the case that is named after it", arguments: RetentionFault.allCases)
    func catches(_ fault: RetentionFault) async throws {
        let conformance = try #require(RetentionConformance.cases.first { $0.name == fault.catcher })
        let failure = await #expect(throws: ConformanceFailure.self) { try await conformance.run(on: .removing(with: fault)) }
        // A sentence that tells the author what was seen.
        #expect((failure?.message.count ?? 0) > 25)
    }

    @Test("tells a storage that can't remove events")
    func incapable() async throws {
        for conformance in RetentionConformance.cases {
            await #expect(throws: ConformanceFailure.self) { try await conformance.run(on: .faulty(StorageFault?.none)) }
        }
    }
}
