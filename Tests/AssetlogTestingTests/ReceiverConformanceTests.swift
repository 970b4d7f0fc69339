import AssetlogCore
import AssetlogTesting
import Testing

struct ReceiverConformanceTests {
    @Test("a right receiver passes every case", arguments: ReceiverConformance.cases)
    func passes(_ part: ConformanceCase<ReceiverSubject>) async throws {
        #expect(try await part.run(on: FakeReceiver.subject(nil)) == .passed)
    }

    @Test("every fault is caught by the case that is made for it, and by no other", arguments: ReceiverFault.allCases)
    func catches(_ fault: ReceiverFault) async throws {
        var failed: Set<String> = []
        for part in ReceiverConformance.cases {
            do {
                try await part.run(on: FakeReceiver.subject(fault))
            } catch is ConformanceFailure {
                failed.insert(part.name)
            }
        }
        #expect(failed == fault.alsoCaughtBy.union([fault.caughtBy]))
    }

    @Test("every name is there once, and every case has a fault")
    func namesAreUnique() {
        let names = ReceiverConformance.cases.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(Set(ReceiverFault.allCases.map(\.caughtBy)) == Set(names))
    }

    @Test("a subject without samples proves nothing, and fails", arguments: ReceiverConformance.cases)
    func needsSamples(_ part: ConformanceCase<ReceiverSubject>) async throws {
        var subject = FakeReceiver.subject(nil)
        subject.samples = []
        await #expect(throws: ConformanceFailure.self) { try await part.run(on: subject) }
    }
}
