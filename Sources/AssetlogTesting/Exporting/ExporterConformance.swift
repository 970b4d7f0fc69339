import AssetlogCore

/// The contract of an exporter, made executable.
///
/// ```swift
/// @Test("Keeps the contract of an exporter", arguments: ExporterConformance.cases)
/// func conforms(_ part: ConformanceCase<ExporterSubject>) async throws {
///     try await part.run(on: subject)
/// }
/// ```
public enum ExporterConformance {
    /// All cases, in the order of the life of an exporter.
    public static let cases: [ConformanceCase<ExporterSubject>] =
        delivering + redelivering + replaying + followingLogs + living

    /// Makes a case with a destination of its own that is removed at the end.
    static func test(
        _ name: String, _ body: @escaping @Sendable (ExporterFixture) async throws -> Void
    ) -> ConformanceCase<ExporterSubject> {
        test(name, needs: { _, _ in nil }, body)
    }

    /// Makes a case that is skipped where `needs` gives a reason.
    static func test(
        _ name: String, needs: @escaping @Sendable (ExporterSubject, ExporterDestination) -> String?,
        _ body: @escaping @Sendable (ExporterFixture) async throws -> Void
    ) -> ConformanceCase<ExporterSubject> {
        ConformanceCase(name) { subject in
            let destination = try await subject.makeDestination()
            if let reason = needs(subject, destination) {
                await destination.remove()
                return .skipped(reason)
            }
            do {
                try await body(ExporterFixture(destination: destination))
            } catch {
                await destination.remove()
                throw error
            }
            await destination.remove()
            return .passed
        }
    }

    /// The condition of the cases that only an exporter passes that knows what its destination has.
    static let exactlyOnce: @Sendable (ExporterSubject, ExporterDestination) -> String? = { subject, _ in
        guard case .atLeastOnce(let reason) = subject.delivery else { return nil }
        return "it may show an event twice: \(reason)"
    }
}
