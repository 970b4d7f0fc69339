#if DagsterDatabase
import AssetlogTesting
import Testing

@Suite(.enabled(if: Cluster.absence == nil))
struct DagsterDatabaseConformanceTests {
    @Test("keeps the contract of an exporter", arguments: ExporterConformance.cases)
    func conforms(_ part: ConformanceCase<ExporterSubject>) async throws {
        let subject = ExporterSubject(makeDestination: { try await DagsterStorage().destination })
        let outcome = try await part.run(on: subject)
        // The tables are written in transactions.
        #expect(outcome == .passed || outcome == .skipped("its destination has no torn writes"))
    }
}
#endif
