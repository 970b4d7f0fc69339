import AssetlogCore

/// The contract of a receiver, made executable.
///
/// ```swift
/// @Test("Keeps the contract of a receiver", arguments: ReceiverConformance.cases)
/// func conforms(_ part: ConformanceCase<ReceiverSubject>) async throws {
///     try await part.run(on: subject)
/// }
/// ```
public enum ReceiverConformance {
    /// The most bytes of a reason.
    public static let maximumReasonBytes = 1000

    /// All cases, in the order of the way of a request.
    public static let cases: [ConformanceCase<ReceiverSubject>] = routing + reading + identifying + refusing + bounding + answering

    /// Makes a case with an instance of its own.
    static func test(
        _ name: String, _ body: @escaping @Sendable (ReceiverFixture) throws -> Void
    ) -> ConformanceCase<ReceiverSubject> {
        ConformanceCase(name) { subject in
            try body(ReceiverFixture(subject))
            return .passed
        }
    }
}
