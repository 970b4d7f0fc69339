import AssetlogTesting
import Synchronization
import Testing

struct ExporterConformanceTests {
    @Test("a right exporter passes every case", arguments: ExporterConformance.cases)
    func passes(_ part: ConformanceCase<ExporterSubject>) async throws {
        #expect(try await part.run(on: FakeDestination.subject(nil)) == .passed)
    }

    @Test("every fault is caught by the case that is made for it", arguments: ExporterFault.allCases)
    func catches(_ fault: ExporterFault) async throws {
        let part = try #require(ExporterConformance.cases.first { $0.name == fault.caughtBy })
        await #expect(throws: ConformanceFailure.self) { try await part.run(on: FakeDestination.subject(fault)) }
    }

    @Test("every name is there once")
    func namesAreUnique() {
        let names = ExporterConformance.cases.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test("what a destination can't do is skipped by name, with the reason")
    func skips() async throws {
        let subject = ExporterSubject(delivery: .atLeastOnce(reason: "it has no memory")) {
            let destination = FakeDestination()
            return ExporterDestination(
                open: { FakeExporter(destination, .duplicates) },
                shown: { destination.state.withLock { $0.shown } })
        }
        var skipped: [String] = []
        for part in ExporterConformance.cases {
            guard case .skipped(let reason) = try await part.run(on: subject) else { continue }
            #expect(!reason.isEmpty)
            skipped.append(part.name)
        }
        #expect(skipped.contains("a batch that comes again after a crash is shown once"))
        #expect(skipped.contains("a torn write is healed"))
        #expect(skipped.count == 8)
    }
}
