import AssetlogCore
import AssetlogTesting
import Testing

@Suite("The conformance suite of storages")
struct StorageConformanceTests {
    @Test("passes a correct storage, and skips nothing", arguments: StorageConformance.cases)
    func correct(_ conformance: ConformanceCase<StorageSubject>) async throws {
        #expect(try await conformance.run(on: .faulty(nil)) == .passed)
    }

    @Test("catches every fault, by the case that is named after it", arguments: StorageFault.allCases)
    func catches(_ fault: StorageFault) async throws {
        let conformance = try #require(StorageConformance.cases.first { $0.name == fault.catcher })
        let failure = await #expect(throws: ConformanceFailure.self) { try await conformance.run(on: .faulty(fault)) }
        // A sentence that tells the author what was seen.
        #expect((failure?.message.count ?? 0) > 25)
    }

    @Test("gives each case a name of its own")
    func names() {
        let names = StorageConformance.cases.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test("skips by name what a subject can't do, with the reason")
    func skips() async throws {
        let subject = StorageSubject {
            let location = try await StorageSubject.faulty(.namesItselfAnewOnClose).makeLocation()
            return StorageLocation(open: location.open, forgets: "it is a test")
        }
        var reasons: [String] = []
        for conformance in StorageConformance.cases {
            if case .skipped(let reason) = try await conformance.run(on: subject) { reasons.append(reason) }
        }
        #expect(reasons.contains("it is a test"))
        #expect(reasons.count(where: { $0 == "the storage is one server's alone" }) == 12)
        #expect(reasons.count == 26)
    }
}
