#if JSONLines
import AssetlogTesting
import Testing

struct JSONLinesConformanceTests {
    @Test("keeps the contract of an exporter", arguments: ExporterConformance.cases, [64 << 20, 2 << 10])
    func conforms(_ part: ConformanceCase<ExporterSubject>, rotateBytes: Int) async throws {
        let subject = ExporterSubject(makeDestination: { try LinesDirectory().destination(rotateBytes: rotateBytes) })
        #expect(try await part.run(on: subject) == .passed)
    }
}
#endif
